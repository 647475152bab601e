import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { begin } from '../support/passage.ts'
import { openTexting, PHONE } from '../support/texting.ts'
import { createUserAgent } from '../support/user-agent.ts'

const naming = (name: string) => ({ sallyport_context: JSON.stringify({ application: { name } }) })

const NAMES = [
  '","to":"+19002345678","x":"',
  '{to} {text} {id} {toDigits} {code}',
  '@evil.example #000000',
  'x&to=+19002345678',
  '\\",\\u0022}',
  '\u202Eevil.example\u2066\u200B',
  '$& $1 %s <%= 7*7 %> $t(sms.text)',
  '薪酬系统'.repeat(25),
  'x'.repeat(100),
] as const

describe('M47 names that would steer a text message', () => {
  test('reach one number, and the code stays bound to our host alone', async () => {
    await using of = await openTexting()
    const { app, first } = of
    const { hostname: host } = new URL(app.issuer)
    for (const name of NAMES) {
      const { page } = await begin(app, createUserAgent(), naming(name))
      assert.equal(page.status, 200, name)
      const { to, text, code } = first.last()
      assert.equal(to, PHONE)
      const [words = '', ...rest] = text.split('\n')
      assert.deepEqual(rest, [`@${host} #${code}`], name)
      assert.ok(words.startsWith(`${code} is your code for `), name)
      assert.doesNotMatch(words, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/u)
      assert.ok(words.length < 160, words)
      app.clock.advance(1000)
    }
    assert.deepEqual([first.wrong, first.texts.length], [[], NAMES.length])
  })
})
