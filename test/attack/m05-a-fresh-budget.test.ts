import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import {
  guess,
  judgements,
  ONLY_APP,
  ONLY_EMAIL,
  otherThan,
  otpAt,
  withOtpApp,
  wrongOtp,
} from '../support/attack.ts'
import { openForAnybody, unsignedUrl } from '../support/outside.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

describe('M05 a budget made fresh', () => {
  test('by new step-ups: ten wrong answers lock, whatever they came in', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    assert.equal(await guess(app, 30), 10)
    const { page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    assert.match(page.title, /paused for 15 minutes/)
  })

  test('by a resend or a new code: the count goes on', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const browser = createUserAgent()
    let judged = 0
    for (let round = 0; round < 6; round++) {
      const { page } = await begin(app, browser)
      let at = page
      for (let answer = 0; answer < 5; answer++) {
        if (!at.forms.some(({ action }) => action === 'answer')) break
        at = await browser.submit(at, 'answer', { code: otherThan(app.mailbox.last().code) })
      }
      judged = await judgements(app)
      app.clock.advance(130)
    }
    assert.equal(judged, 10)
  })

  test('by another factor and back: the tally belongs to the factor', async () => {
    await using app = await openApp()
    await withOtpApp(app, 'bob')
    for (let round = 0; round < 2; round++) {
      const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
      let at = await browser.submit(page, 'choose', { factor: 'totp' })
      for (let answer = 0; answer < 5; answer++)
        at = await browser.submit(at, 'answer', { code: wrongOtp(app) })
    }
    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    // Only email is left, so it is asked at once; it does not free the other.
    assert.match(page.title, /Enter the code we emailed you/)
    assert.equal(
      (await browser.submit(page, 'answer', { code: app.mailbox.last().code })).status,
      200,
    )
    const { page: after } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    assert.doesNotMatch(after.body, /value="totp"/)
  })

  test('by leaving out the signature: such messages are few, and none of the owner’s', async () => {
    await using app = await openForAnybody(ONLY_EMAIL.settings)
    for (let n = 0; n < 5; n++) {
      const browser = createUserAgent()
      const page = await browser.follow(unsignedUrl(app, 'li.wei'))
      if (page.forms.some(({ action }) => action === 'choose'))
        await browser.submit(page, 'choose', { factor: 'email' })
      app.clock.advance(130)
    }
    assert.equal(app.mailbox.mails.length, 2)
    for (let n = 0; n < 5; n++) {
      await begin(app)
      assert.equal(app.mailbox.mails.length, 3 + n)
      app.clock.advance(130)
    }
    await begin(app)
    assert.equal(app.mailbox.mails.length, 7)

    const freed = await app.people.unlock('desk', 'li.wei', null)
    assert.deepEqual(freed, { ok: true, value: ['email'] })
    const { browser, page } = await begin(app)
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    assert.equal(done.status, 200)
  })

  test('only a success does it', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    assert.equal(await guess(app, 9), 9)
    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    assert.equal((await browser.submit(page, 'answer', { code: otpAt(app) })).status, 200)
    app.clock.advance(30)
    assert.equal(await guess(app, 10), 10)
  })
})
