import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseOtpUri } from './otp-uri.ts'

const STRICT = { allowShortSecrets: false }
const KEY = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const uri = (query: string) => `otpauth://totp/Example:alice?${query}`

const REFUSED: readonly (readonly [string, string])[] = [
  ['a counter-based secret', `otpauth://hotp/alice?secret=${KEY}&counter=1`],
  ['another scheme', `https://totp/alice?secret=${KEY}`],
  ['text', KEY],
  ['no secret', uri('issuer=Example')],
  ['two secrets', uri(`secret=${KEY}&secret=${KEY}`)],
  ['a secret that is not Base32', uri(`secret=${KEY.slice(0, -1)}1`)],
  ['a secret with a piece missing', uri(`secret=${KEY}A`)],
  ['MD5', uri(`secret=${KEY}&algorithm=MD5`)],
  ['seven digits', uri(`secret=${KEY}&digits=7`)],
  ['a period of 45 s', uri(`secret=${KEY}&period=45`)],
  ['two periods', uri(`secret=${KEY}&period=30&period=60`)],
  ['72 bits', uri(`secret=${'A'.repeat(15)}`)],
  ['more than 512 bits', uri(`secret=${'A'.repeat(104)}`)],
]

describe('an otpauth address', () => {
  test('means SHA-1, six digits and 30 s where it says nothing', () => {
    const read = parseOtpUri(uri(`secret=${KEY}`), STRICT)
    assert.ok(read.ok)
    const { secret, ...rest } = read.value
    assert.equal(new TextDecoder().decode(secret.reveal()), '12345678901234567890')
    assert.deepEqual(rest, { algorithm: 'sha1', digits: 6, periodSeconds: 30 })
  })

  test('may say SHA-256 or SHA-512, eight digits and 60 s, in lower case and padded', () => {
    const query = `secret=${KEY.toLowerCase()}====&algorithm=sha512&digits=8&period=60`
    const read = parseOtpUri(uri(query), STRICT)
    assert.ok(read.ok)
    const { secret: _, ...rest } = read.value
    assert.deepEqual(rest, { algorithm: 'sha512', digits: 8, periodSeconds: 60 })
  })

  for (const [what, text] of REFUSED)
    test(`is refused: ${what}`, () => {
      const read = parseOtpUri(text, { allowShortSecrets: true })
      assert.ok(!read.ok)
      assert.ok(!read.error.includes(KEY.slice(0, 8)), 'the problem does not hold the secret')
    })

  test('may hold 80 bits only where the operator says so', () => {
    const short = uri(`secret=${KEY.slice(0, 16)}`)
    assert.equal(parseOtpUri(short, STRICT).ok, false)
    assert.equal(parseOtpUri(short, { allowShortSecrets: true }).ok, true)
  })
})
