import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { nameKeyOf } from './name-key.ts'

const MEET: readonly (readonly [string, string, string])[] = [
  ['upper case', 'alice', 'ALICE'],
  ['surrounding spaces', 'alice', '  alice '],
  ['a wide space at the end', 'alice', 'alice\u3000'],
  ['full width', 'alice@example.com', 'ａｌｉｃｅ＠ｅｘａｍｐｌｅ．ｃｏｍ'],
  ['half-width katakana', 'ガ', 'ｶﾞ'],
  ['NFC and NFD', 'ren\u00e9', 'rene\u0301'],
  ['NFD in upper case', 'ren\u00e9', 'RENE\u0301'],
  ['the Kelvin sign, which is a K', 'kim', '\u212Aim'],
  ['a sigma at the end', 'ΟΔΟΣ', 'οδος'],
  ['the capital sharp s', 'straße', 'STRAẞE'],
]

const APART: readonly (readonly [string, string, string])[] = [
  ['the dotless i', 'irmak', '\u0131rmak'],
  ['the dotted capital I', 'irmak', '\u0130rmak'],
  ['an accent', 'rene', 'ren\u00e9'],
  ['sharp s and double s', 'strasse', 'straße'],
  ['a Cyrillic letter', 'alice', '\u0430lice'],
  ['a space within', 'al ice', 'alice'],
  ['a domain', 'corp\\alice', 'alice'],
  ['an address', 'alice@example.com', 'alice'],
]

const NO_NAMES: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['spaces alone', ' \u3000 '],
  ['a zero-width space', 'ali\u200bce'],
  ['a zero-width joiner', 'ali\u200dce'],
  ['a byte order mark at the end', 'alice\ufeff'],
  ['a soft hyphen', 'ali\u00adce'],
  ['a right-to-left override', '\u202ealice'],
  ['a variation selector', 'alice\ufe0f'],
  ['a Hangul filler', 'alice\u3164'],
  ['a line break', 'alice\r\nbob'],
  ['a trailing line break', 'alice\n'],
  ['a NUL', 'alice\0'],
  ['half of a character', 'alice\ud800'],
  ['a ligature', '\ufb01ona'],
  ['the long s', '\u017fmith'],
  ['a circled letter', '\u24d0lice'],
  ['more than 256 characters', 'a'.repeat(257)],
  ['what grows beyond 256 characters', '\u0130'.repeat(200)],
]

describe('the key of a name', () => {
  for (const [what, one, other] of MEET)
    test(`is the same in spite of ${what}`, () => {
      assert.notEqual(nameKeyOf(one), undefined)
      assert.equal(nameKeyOf(one), nameKeyOf(other))
    })

  for (const [what, one, other] of APART)
    test(`is another with ${what}`, () => {
      assert.notEqual(nameKeyOf(other), undefined)
      assert.notEqual(nameKeyOf(one), nameKeyOf(other))
    })

  for (const [what, text] of NO_NAMES)
    test(`is refused to ${what}`, () => assert.equal(nameKeyOf(text), undefined))

  test('is its own key', () => {
    const holds = fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
      const key = nameKeyOf(text)
      if (key !== undefined) assert.equal(nameKeyOf(key), key)
    })
    fc.assert(holds, { seed: 1, numRuns: 2_000 })
  })

  test('is the same of ASCII, which is read in a shorter way, and of its full-width letters', () => {
    const wide = (text: string) =>
      text.replace(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0))
    const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 40 })
    const holds = fc.property(ascii, (text) => assert.equal(nameKeyOf(text), nameKeyOf(wide(text))))
    fc.assert(holds, { seed: 1, numRuns: 2_000 })
  })
})
