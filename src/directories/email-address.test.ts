import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { domainToASCII } from 'node:url'
import fc from 'fast-check'
import { parseEmailAddress } from './email-address.ts'

const TAKEN: readonly (readonly [string, string])[] = [
  ['alice@example.com', 'alice@example.com'],
  [' Alice.B+x@EXAMPLE.com ', 'Alice.B+x@example.com'],
  ['zhang@例子.中国', 'zhang@xn--fsqu00a.xn--fiqs8s'],
  ['a@b.co', 'a@b.co'],
]

const REFUSED = [
  '',
  'alice',
  '@example.com',
  'alice@',
  'alice@localhost',
  'alice@127.0.0.1',
  'alice@0x7f.1',
  'alice@[127.0.0.1]',
  '"a b"@example.com',
  'a b@example.com',
  'alice@example.com\r\nBcc: x@example.com',
  'alice@example.com\n',
  'a@b@example.com',
  'alice\uff20example.com',
  'al\u0456ce@example.com',
  'alice@exam%70le.com',
  'alice@example..com',
  'alice@-example.com',
  '.alice@example.com',
  'alice.@example.com',
  '=cmd@example.com',
  '+1@example.com',
  '-x@example.com',
  'Alice <alice@example.com>',
  'alice@example.com,bob@example.com',
  'alice@exa\u200bmple.com',
  `${'a'.repeat(65)}@example.com`,
  `a@${'a.'.repeat(130)}com`,
]

describe('an email address', () => {
  for (const [text, address] of TAKEN)
    test(`comes down to ASCII: ${text}`, () => assert.equal(parseEmailAddress(text), address))

  for (const text of REFUSED)
    test(`is refused: ${JSON.stringify(text.slice(0, 40))}`, () =>
      assert.equal(parseEmailAddress(text), undefined))

  test('has the domain that the rules for international names make of it, also where they are not asked', () => {
    const piece = fc.constantFrom(
      'a',
      'B',
      '0',
      '1',
      '-',
      '--',
      '.',
      'x',
      'xn--',
      'XN--',
      'com',
      '0x7f',
      'fsqu00a',
    )
    const holds = fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
      const domain = pieces.join('')
      const address = parseEmailAddress(`li@${domain}`)
      if (address !== undefined) assert.equal(address, `li@${domainToASCII(domain)}`)
      else assert.equal(parseEmailAddress(`li@${domainToASCII(domain)}`), undefined)
    })
    fc.assert(holds, { seed: 1, numRuns: 20_000 })
  })
})
