import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, test } from 'node:test'

const SRC = join(import.meta.dirname, '../../src')
const SERVES = ['cli/index.ts', 'compose-tools.ts', 'store/postgres/index.ts']

/** What Node loads of its own `fetch` where this is imported. */
function fetchLoadedBy(name: string): readonly string[] {
  const says = `await import(${JSON.stringify(name)}); console.log(JSON.stringify(process.moduleLoadList))`
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', says])
  const loaded: readonly string[] = JSON.parse(said.toString())
  return loaded.filter((one) => one.endsWith('/undici'))
}

describe('what serving imports', () => {
  test('does not load fetch before it is needed, as an import of node:http does', () => {
    for (const file of SERVES) assert.deepEqual(fetchLoadedBy(join(SRC, file)), [], file)
    assert.equal(fetchLoadedBy('node:http').length, 1)
  })
})
