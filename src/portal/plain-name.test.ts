import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { plainName } from './plain-name.ts'

describe('a name on a page', () => {
  test('turns nothing around, hides nothing and stays in its line', () =>
    assert.equal(plainName('\u202EPay\u2066\u200B\n\u2028roll\u{E0041}\u0000'), 'Payroll'))

  test('keeps the letters of every script, and what joins them', () => {
    for (const name of ['薪酬系统', 'علی\u200cرضا', 'क्\u200dष', '👩\u200d🔧', 'Zoe\u0308', '<b>&'])
      assert.equal(plainName(name), name)
  })
})
