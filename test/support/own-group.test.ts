import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { spawnGroup } from './own-group.ts'

/** A shell that does not end when asked, and a child of it. */
const STUBBORN = ['sh', '-c', 'trap "" TERM; sleep 301 & echo $!; wait; wait']
const MODULE = new URL('./own-group.ts', import.meta.url).href

const isThere = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function goes(pid: number): Promise<boolean> {
  for (let n = 0; n < 100 && isThere(pid); n++) await setTimeout(50)
  return !isThere(pid)
}

describe('a command in a group of its own', () => {
  test('says how it ended', async () => {
    const { child } = spawnGroup(['sh', '-c', 'exit 7'], 'pipe')
    assert.deepEqual(await once(child, 'exit'), [7, null])
  })

  test('ends with all that it started', async () => {
    const group = spawnGroup(['sh', '-c', 'sleep 301 & echo $!; wait'], 'pipe')
    assert.ok(group.child.stdout)
    const [said] = await once(group.child.stdout, 'data')
    await group.end()
    assert.ok(group.isOver())
    assert.ok(await goes(Number(said)))
  })

  test('does not outlive whoever started it and was killed', async () => {
    const script = `import { spawnGroup } from '${MODULE}'
      spawnGroup(${JSON.stringify(STUBBORN)}, 'pipe').child.stdout.pipe(process.stdout)`
    const starter = spawn(process.execPath, ['--input-type=module', '-e', script])
    const [said] = await once(starter.stdout, 'data')
    assert.ok(isThere(Number(said)))
    starter.kill('SIGKILL')
    assert.ok(await goes(Number(said)))
  })
})
