import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, test } from 'node:test'

const SRC = join(import.meta.dirname, '../../src')

/** What Node has of its own once this is imported. */
function nodeLoads(file: string): readonly string[] {
  const says = `await import(${JSON.stringify(join(SRC, file))}); console.log(JSON.stringify(process.moduleLoadList))`
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', says])
  return JSON.parse(said.toString())
}

describe('what serving imports', () => {
  test('does not load fetch before it is needed', () => {
    const isFetch = (name: string) => name.endsWith('internal/deps/undici/undici')
    assert.deepEqual(nodeLoads('compose-tools.ts').filter(isFetch), [])
    assert.equal(
      nodeLoads('http/node-http.ts').some((name) => name.endsWith(' http')),
      true,
    )
  })
})
