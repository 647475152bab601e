import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import { judgements, ONLY_APP, ONLY_EMAIL, otpAt, post, withOtpApp } from '../support/attack.ts'
import { begin, codeFrom } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

describe('M02 the same right code redeemed in parallel', () => {
  test('satisfies one step-up once', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page } = await begin(app)
    const { code } = app.mailbox.last()
    await Promise.all(Array.from({ length: 10 }, () => post(browser, page, 'answer', { code })))
    assert.equal(await judgements(app, 'accepted'), 1)
    const events = await app.events()
    assert.equal(events.filter(({ event }) => event === 'step-up.satisfied').length, 1)
  })

  test('satisfies one of many step-ups that bring the same time step', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const open = await Promise.all(
      Array.from({ length: 6 }, () => begin(app, createUserAgent(), { login_hint: 'bob' })),
    )
    const code = otpAt(app)
    const answers = await Promise.all(
      open.map(({ browser, page }) => post(browser, page, 'answer', { code })),
    )
    assert.equal(answers.filter(({ status }) => status === 303).length, 1)
    assert.equal(await judgements(app, 'accepted'), 1)
    // Whoever looked after the first was settled is told without a race.
    const refused = (await judgements(app, 'replayed')) + (await judgements(app, 'rejected'))
    assert.equal(refused, 5)
  })

  test('gives one token for one authorization code', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page, pushed } = await begin(app)
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    const code = codeFrom(done, app.party.redirectUri, pushed)
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => app.party.redeem(pushed, code)),
    )
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  })
})
