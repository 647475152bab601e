import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createInstallation, importPeople } from '../bench/installation.ts'
import { usernameOf } from '../support/load.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

type SpawnOptions = { readonly detached?: boolean }

function launch(launcher: string, args: readonly string[], options: SpawnOptions = {}) {
  const child = spawn(process.execPath, [launcher, ...args], {
    detached: options.detached ?? false,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const seen = { out: '', err: '' }
  const { promise: spoke, resolve: speak } = Promise.withResolvers<void>()
  child.stdout.on('data', (chunk) => {
    seen.out += chunk
    speak()
  })
  child.stderr.on('data', (chunk) => {
    seen.err += chunk
  })
  const closed = new Promise<typeof seen & { readonly code: number | null }>((resolve) => {
    child.on('close', (code) => resolve({ ...seen, code }))
  })
  return { child, spoke, closed }
}

const sallyport = (...args: readonly string[]) => launch(join(ROOT, 'src/launch.js'), args).closed

describe('the launcher', () => {
  test('runs a command without a configuration, and hands its exit code out', async () => {
    const made = await sallyport('secrets', 'new')
    assert.equal(made.code, 0)
    assert.match(made.out, /^[A-Za-z0-9+/]{43}=\n$/)
    assert.equal((await sallyport('nonsense')).code, 64)
    assert.equal((await sallyport('check', '--config', '/nowhere/sallyport.yaml')).code, 78)
  })

  test('says all that it has to say, however slowly it is read', async () => {
    await using stack = new AsyncDisposableStack()
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-'))
    stack.defer(() => rm(folder, { recursive: true }))
    const installation = await createInstallation(folder)
    const names = Array.from({ length: 4_000 }, (_, n) => usernameOf('p', n))
    importPeople(installation, [], names)
    const words = ['user', 'list', '--json', '--config', installation.config]
    const { child, closed } = launch(join(ROOT, 'src/launch.js'), words)
    child.stdout.once('data', () => {
      child.stdout.pause()
      setTimeout(() => child.stdout.resume(), 2_000)
    })
    const { code, out } = await closed
    assert.equal(code, 0)
    assert.equal(out.split('\n').length, names.length + 1)
  })

  /** A copy of the launcher that takes this very Node for too old. */
  async function old(main: string) {
    const stack = new AsyncDisposableStack()
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-'))
    stack.defer(() => rm(folder, { recursive: true }))
    await mkdir(join(folder, 'src'))
    await cp(join(ROOT, 'src/launch.js'), join(folder, 'src/real.js'))
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    await writeFile(join(folder, 'src/main.ts'), main)
    // Only the first process is old: the one that it starts runs the real launcher as it is.
    await writeFile(
      join(folder, 'src/launch.js'),
      `Object.defineProperty(process.versions, 'node', { value: '20.0.0' }); await import('./real.js')`,
    )
    return {
      folder,
      launcher: join(folder, 'src/launch.js'),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    }
  }

  test('starts the Node beside it under an old one, and passes signals and exit code on', async () => {
    const main = `
      const waits = setInterval(() => {}, 1000)
      process.once('SIGTERM', () => { clearInterval(waits); process.exitCode = 3 })
      console.log('up')`
    await using bench = await old(main)
    await mkdir(join(bench.folder, 'node_modules/.bin'), { recursive: true })
    await symlink(process.execPath, join(bench.folder, 'node_modules/.bin/node'))
    const { child, spoke, closed } = launch(bench.launcher, [])
    await spoke
    child.kill('SIGTERM')
    assert.deepEqual(await closed, { out: 'up\n', err: '', code: 3 })
  })

  /** Ends a while after it was told, unless it is told again. */
  const DRAINING = `
      const waits = setInterval(() => {}, 1000)
      process.once('SIGTERM', () => setTimeout(() => { clearInterval(waits); process.exitCode = 3 }, 300))
      console.log(process.pid)`

  async function relaunched(main: string) {
    const bench = await old(main)
    await mkdir(join(bench.folder, 'node_modules/.bin'), { recursive: true })
    await symlink(process.execPath, join(bench.folder, 'node_modules/.bin/node'))
    const running = launch(bench.launcher, [], { detached: true })
    await running.spoke
    return { ...running, [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() }
  }

  test('hears a signal to the whole group once, and a second one at once', async () => {
    for (const [times, code] of [
      [1, 3],
      [2, null],
    ] as const) {
      await using running = await relaunched(DRAINING)
      const { child, closed } = running
      for (let n = 0; n < times; n++) {
        if (n > 0) await new Promise((resolve) => setTimeout(resolve, 100))
        process.kill(-(child.pid ?? 0), 'SIGTERM')
      }
      assert.equal((await closed).code, code)
    }
  })

  test('hears a second signal to the launcher alone at once too', async () => {
    await using running = await relaunched(DRAINING)
    running.child.kill('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 100))
    running.child.kill('SIGTERM')
    assert.equal((await running.closed).code, null)
  })

  test('ends what only waits, as a signal would', async () => {
    await using running = await relaunched(`setInterval(() => {}, 1000); console.log('up')`)
    running.child.kill('SIGINT')
    assert.equal((await running.closed).code, null)
  })

  test('leaves nothing running when the launcher is killed', async () => {
    await using running = await relaunched(DRAINING)
    running.child.kill('SIGKILL')
    // Its output closes when the last process that holds it is gone.
    assert.equal((await running.closed).code, null)
  })

  test('says what is missing under an old Node that has no other beside it', async () => {
    await using bench = await old('')
    const { code, err } = await launch(bench.launcher, []).closed
    assert.equal(code, 70)
    assert.match(err, /needs Node 24/)
  })
})
