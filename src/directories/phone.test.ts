import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createJudgeText, parsePhone } from './phone.ts'

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

const EVERY = ['mobile', 'fixed-line-or-mobile', 'fixed-line', 'voip']
const judge = (regions: readonly string[], types = EVERY) => createJudgeText(regions, types)

describe('a phone number', () => {
  for (const [text, country, number] of PARSED)
    test(`becomes E.164: ${text} (${country ?? 'no country'})`, () =>
      assert.equal(parsePhone(text, country), number))

  for (const [text, country] of UNPARSEABLE)
    test(`is not guessed: ${JSON.stringify(text.slice(0, 30))} (${country ?? 'no country'})`, () =>
      assert.equal(parsePhone(text, country), 'unparseable'))
})

/** What shares a calling code, each with a number that its own country gave out. */
const OF_REGIONS: readonly (readonly [string, string])[] = [
  ['US', '+12025550123'],
  ['CA', '+15062345678'],
  ['JM', '+18762101234'],
  ['RU', '+79123456789'],
  ['KZ', '+77710009998'],
  ['GB', '+447400123456'],
  ['GG', '+447781123456'],
  ['JE', '+447797712345'],
  ['IM', '+447624301234'],
  ['IT', '+393123456789'],
  ['VA', '+390669812345'],
  ['AU', '+61412345678'],
  ['CN', '+8613812345678'],
  ['HK', '+85251234567'],
]

describe('whether a number may be texted', () => {
  for (const [region, number] of OF_REGIONS)
    test(`is asked of the country that gave it out, not of its calling code: ${number}`, () => {
      assert.ok(judge([region])(number) === 'may')
      const others = OF_REGIONS.map(([other]) => other).filter((other) => other !== region)
      assert.ok(judge(others)(number) !== 'may')
    })

  for (const [what, number] of [
    ['premium', '+19002345678'],
    ['premium, +44 9', '+449012345678'],
    ['toll-free', '+18002345678'],
    ['shared cost', '+448431234567'],
    ['of a company', '+445512345678'],
    ['a pager', '+447640123456'],
    ['personal, dearly', '+447012345678'],
    ['premium, +7 809', '+78091234567'],
    ['of no country', '+80012345678'],
    ['given to nobody', '+11112345678'],
    ['too short', '+86138'],
    ['written otherwise', '+1 202 555 0123'],
    ['two of them', '+12025550123,+12025550124'],
    ['no number', 'li.wei@kestrel.example'],
  ] as const)
    test(`is denied: ${what}`, () => assert.ok(judge(['US', 'GB', 'RU', 'CN'])(number) !== 'may'))
})

describe('why a number gets no text', () => {
  const told = createJudgeText(['GB', 'US', 'DE'], ['mobile', 'fixed-line-or-mobile'])
  const numbers: readonly (readonly [string, string])[] = [
    ['+447400123456', 'may'],
    ['+12025550123', 'may'],
    ['+4930901820', 'type'],
    ['+445612345678', 'type'],
    ['+8613800138000', 'region'],
    ['+449012345678', 'premium'],
    ['+440000000000', 'unassigned'],
    ['none', 'unassigned'],
  ]
  for (const [number, why] of numbers)
    test(`${number}: ${why}`, () => assert.equal(told(number), why))

  test('a fixed line is texted where the operator says so', () =>
    assert.equal(createJudgeText(['DE'], ['fixed-line'])('+4930901820'), 'may'))
})
