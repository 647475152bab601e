import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import { guess, judgements, otpAt, withOtpApp } from '../support/attack.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

describe('budgets and locks that an operator set', () => {
  test('pause, end and are unlocked at the numbers of the configuration', async () => {
    const locks = { every: 3, seconds: [60, 120], cap: 7 }
    await using app = await openApp({ settings: { factors: ['totp'], locks } })
    await withOtpApp(app, 'bob')
    const pauses: unknown[] = []
    for (let round = 0; round < 4; round++) {
      await guess(app, 3)
      const locked = (await app.events()).filter(({ event }) => event === 'factor.locked').at(-1)
      const until = locked?.['until']
      pauses.push(typeof until === 'number' ? (until - app.clock.now()) / 1000 : until)
      app.clock.advance(3600)
    }
    assert.equal(await judgements(app), 7)
    assert.deepEqual(pauses.slice(0, 3), [60, 120, 'operator'])
    const freed = await app.people.unlock('desk', 'bob', 'totp')
    assert.deepEqual(freed.ok && freed.value, ['totp'])
    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    assert.equal((await browser.submit(page, 'answer', { code: otpAt(app) })).status, 200)
  })

  test('end a step-up after as many answers, whatever they are', async () => {
    const locks = { answersMax: 6 }
    await using app = await openApp({ settings: { factors: ['totp'], locks } })
    await withOtpApp(app, 'bob')
    const { browser, page: first } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    let page = first
    for (let answer = 0; answer < 6; answer++)
      page = await browser.submit(page, 'answer', { code: 'no code' })
    assert.ok(page.forms.some(({ action }) => action === 'answer'))
    page = await browser.submit(page, 'answer', { code: 'no code' })
    assert.ok(!page.forms.some(({ action }) => action === 'answer'))
  })

  test('send no more messages than the configuration lets', async () => {
    const sends = { coolDownSeconds: [10], windowSeconds: 600, signedMax: 2, unsignedMax: 1 }
    await using app = await openApp({ settings: { factors: ['email'], sends } })
    const { browser, page } = await begin(app)
    app.clock.advance(11)
    const again = await browser.submit(page, 'resend')
    assert.equal(app.mailbox.mails.length, 2)
    app.clock.advance(200)
    await browser.submit(again, 'resend')
    assert.equal(app.mailbox.mails.length, 2)
    app.clock.advance(400)
    await begin(app)
    assert.equal(app.mailbox.mails.length, 3)
  })
})
