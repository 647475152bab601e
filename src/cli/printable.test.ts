import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { printable } from './printable.ts'

describe('a line for a terminal', () => {
  test('shows what would steer the terminal instead of doing it', () => {
    assert.equal(
      printable('a\u001b[2J\u009b1m\u0007\nb\tc\u007f'),
      'a\\u001b[2J\\u009b1m\\u0007\\u000ab\\u0009c\\u007f',
    )
    assert.equal(printable('\u202eevil\u2028\u{E0041}'), '\\u202eevil\\u2028\\udb40\\udc41')
  })

  test('leaves the letters of every script as they are', () => {
    for (const name of ['薪酬', 'علی\u200cرضا', 'Zoe\u0308 👩\u200d🔧', '<b>"\\&'])
      assert.equal(printable(name), name)
  })

  test('keeps JSON the same for whoever reads it', () => {
    const value = { name: 'a\u009b\u2028\u202e\n\\u0041' }
    assert.deepEqual(JSON.parse(printable(JSON.stringify(value))), value)
  })
})
