import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parsePhone } from './phone.ts'

const PARSED: readonly (readonly [string, string | null, string])[] = [
  ['+86 138 0013 8000', null, '+8613800138000'],
  ['13800138000', 'CN', '+8613800138000'],
  ['(0)30 901820', 'DE', '+4930901820'],
  ['0049 30 901820', 'DE', '+4930901820'],
  ['+1 (202) 555-0123', null, '+12025550123'],
]

const UNPARSEABLE: readonly (readonly [string, string | null])[] = [
  ['13800138000', null],
  ['13800138000', 'XX'],
  ['138001380', 'CN'],
  ['+999 12345678', null],
  ['+1 202 555 0123 ext. 7', null],
  ['call +1 202 555 0123', null],
  ['+1 202 555 0123\r\nBcc: x', null],
  ['', 'CN'],
  [`+1202555${'0'.repeat(60)}`, null],
]

describe('a phone number', () => {
  for (const [text, country, number] of PARSED)
    test(`becomes E.164: ${text} (${country ?? 'no country'})`, () =>
      assert.equal(parsePhone(text, country), number))

  for (const [text, country] of UNPARSEABLE)
    test(`is not guessed: ${JSON.stringify(text.slice(0, 30))} (${country ?? 'no country'})`, () =>
      assert.equal(parsePhone(text, country), 'unparseable'))
})
