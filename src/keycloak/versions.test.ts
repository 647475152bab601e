import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { holesOf } from './versions.ts'

const of = (version: string, hasCiba = false) => holesOf(version, hasCiba).map(({ id }) => id)

describe('the holes of a version', () => {
  test('are closed from the release of its line on', () => {
    assert.ok(of('26.7.1').includes('CVE-2026-18963'))
    assert.ok(!of('26.7.2').includes('CVE-2026-18963'))
    assert.ok(of('26.6.5').includes('CVE-2026-18963'))
    assert.ok(!of('26.6.6').includes('CVE-2026-18963'))
    assert.ok(!of('26.4.15').includes('CVE-2026-18963'))
  })

  test('are all there in a line that was not mended, and none in a later one', () => {
    assert.ok(of('26.5.99').includes('CVE-2026-18963'))
    assert.ok(of('25.0.6').includes('CVE-2026-3429'))
    assert.deepEqual(of('26.7.3'), [])
    assert.deepEqual(of('26.8.0'), [])
    assert.deepEqual(of('27.0.0', true), [])
  })

  test('count only where somebody may use what they are in', () => {
    assert.deepEqual(of('26.7.3', true), ['CVE-2026-16103'])
  })

  test('are not guessed at', () => {
    for (const version of ['', 'nightly', '999.0.0-SNAPSHOT']) assert.deepEqual(of(version), [])
  })
})
