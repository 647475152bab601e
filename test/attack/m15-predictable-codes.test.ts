import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import { ONLY_EMAIL, post } from '../support/attack.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

const PEOPLE = 60

describe('M15 predictable codes', () => {
  test('are spread evenly, keep their leading zeros, and do not follow from one another', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const codes: string[] = []
    for (let n = 0; n < PEOPLE; n++) {
      const username = `person.${n}`
      await app.people.add('test', { username, emails: [`${username}@kestrel.example`] })
      await begin(app, createUserAgent(), { login_hint: username })
      codes.push(app.mailbox.last().code)
    }
    for (const code of codes) assert.match(code, /^[0-9]{6}$/)
    assert.equal(new Set(codes).size, PEOPLE)
    // The same seed gives the same codes, so these bounds cannot fail by chance.
    assert.ok(codes.some((code) => code.startsWith('0')))
    for (let place = 0; place < 6; place++)
      assert.ok(new Set(codes.map((code) => code[place])).size >= 9, `place ${place}`)
    const steps = codes.slice(1).map((code, n) => Number(code) - Number(codes[n]))
    assert.equal(new Set(steps).size, steps.length)
  })

  test('that begin with zero are taken with it and not without it', async () => {
    await using app = await openApp(ONLY_EMAIL)
    for (let n = 0; n < PEOPLE; n++) {
      const username = `zero.${n}`
      await app.people.add('test', { username, emails: [`${username}@kestrel.example`] })
      const { browser, page } = await begin(app, createUserAgent(), { login_hint: username })
      const { code } = app.mailbox.last()
      if (!code.startsWith('0')) continue
      const short = await post(browser, page, 'answer', { code: code.slice(1) })
      assert.equal(short.status, 422)
      assert.equal((await post(browser, page, 'answer', { code })).status, 303)
      return
    }
    assert.fail('no code began with zero')
  })

  test('differ from one installation to the next for the same person', async () => {
    const seen = new Set<string>()
    for (const seed of [1, 2, 3]) {
      await using app = await openApp({ ...ONLY_EMAIL, seed })
      await begin(app)
      seen.add(app.mailbox.last().code)
    }
    assert.equal(seen.size, 3)
  })
})
