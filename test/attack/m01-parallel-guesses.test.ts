import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import {
  judgements,
  ONLY_APP,
  ONLY_EMAIL,
  otherThan,
  post,
  withOtpApp,
  wrongOtp,
} from '../support/attack.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

describe('M01 parallel wrong guesses on one challenge', () => {
  test('are judged five times and no more, however many come at once', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page } = await begin(app)
    const code = otherThan(app.mailbox.last().code)
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => post(browser, page, 'answer', { code })),
    )
    assert.equal(await judgements(app), 5)
    for (const { status } of answers) assert.ok([409, 422, 403].includes(status), `${status}`)
  })

  test('of many step-ups at once are judged ten times and no more', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const open = await Promise.all(
      Array.from({ length: 8 }, () => begin(app, createUserAgent(), { login_hint: 'bob' })),
    )
    const code = wrongOtp(app)
    const guesses = open.flatMap(({ browser, page }) =>
      Array.from({ length: 5 }, () => post(browser, page, 'answer', { code })),
    )
    await Promise.all(guesses)
    // What is in flight when the lane locks is dropped rather than judged.
    const spent = (await app.events()).filter(({ event }) => event === 'answer.spent')
    assert.equal(spent.length, 10)
    assert.ok((await judgements(app)) <= 10)
  })
})
