import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { parseJson } from './json.ts'

describe('JSON from outside', () => {
  test('comes out as it was written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        assert.deepEqual(parseJson(text), JSON.parse(text))
      }),
    )
  })

  const REFUSED: readonly (readonly [string, string])[] = [
    ['a member twice', '{"a":1,"a":1}'],
    ['a member twice, once escaped', '{"a":1,"\\u0061":2}'],
    ['a member twice, deep inside', '[{"b":{"a":":","c":1,"a":2}}]'],
    ['a member twice, after a quotation mark', '{"a\\"":1,"a\\"":2}'],
    ['a prototype twice', '{"__proto__":1,"__proto__":2}'],
    ['no JSON', '{a:1}'],
    ['nothing', ''],
  ]
  for (const [what, text] of REFUSED)
    test(`is refused: ${what}`, () => assert.equal(parseJson(text), undefined))

  test('is read however deep it is, and changes no prototype', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    assert.ok(Array.isArray(parseJson(deep)))
    const odd = parseJson('{"__proto__":{"granted":true},"constructor":{"prototype":{}}}')
    assert.ok(typeof odd === 'object' && odd !== null && Object.hasOwn(odd, '__proto__'))
    assert.equal(Object.hasOwn(Object.prototype, 'granted'), false)
  })
})
