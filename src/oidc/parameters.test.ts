import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { parseParameters, queryOf } from './parameters.ts'

describe('parameters', () => {
  const REFUSED: readonly (readonly [string, string])[] = [
    ['a name that comes twice', 'a=1&a=1'],
    ['a name that comes twice, once empty', 'a=&a=1'],
    ['a name that comes twice, once encoded', 'a=1&%61=2'],
    ['more than a hundred fields', Array.from({ length: 101 }, (_, n) => `a${n}`).join('&')],
    ['NUL', 'a=%00'],
    ['bytes that are no UTF-8', 'a=%ff%fe'],
    ['a name without end', `${'x'.repeat(101)}=1`],
    ['a value without end', `a=${'x'.repeat(20_001)}`],
  ]
  for (const [what, text] of REFUSED)
    test(`are refused with ${what}`, () => assert.equal(parseParameters(text).ok, false))

  test('that were sent empty were not sent', () => {
    const parsed = parseParameters('a=&b=1')
    assert.ok(parsed.ok)
    assert.deepEqual([parsed.value.get('a'), parsed.value.get('b')], [undefined, '1'])
  })

  test('are no properties of an object', () => {
    const parsed = parseParameters('__proto__=1&constructor=2')
    assert.ok(parsed.ok)
    assert.equal(parsed.value.get('toString'), undefined)
    assert.equal(parsed.value.get('__proto__'), '1')
  })

  test('come out as they went in', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 50 })
    const isWhole = (value: string) => value.isWellFormed() && !/[\0\ufffd]/.test(value)
    const promise = fc.property(
      fc.dictionary(text.filter(isWhole), text.filter(isWhole)),
      (given) => {
        const parsed = parseParameters(`${new URLSearchParams(given)}`)
        assert.ok(parsed.ok)
        for (const [name, value] of Object.entries(given))
          assert.equal(parsed.value.get(name), value)
      },
    )
    fc.assert(promise, { seed: 1, numRuns: 300 })
  })

  test('are read from the query as it came in', () => {
    assert.equal(queryOf('/a?b=c?d'), 'b=c?d')
    assert.equal(queryOf('/a'), '')
  })
})
