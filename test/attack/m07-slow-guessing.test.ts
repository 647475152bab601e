import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import { guess, judgements, ONLY_APP, otpAt, withOtpApp } from '../support/attack.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

describe('M07 slow guessing for days', () => {
  test('ends for good at fifty in a row, and only an operator frees it', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const pauses: number[] = []
    for (let round = 0; round < 8; round++) {
      await guess(app, 10)
      const locked = (await app.events()).filter(({ event }) => event === 'factor.locked').at(-1)
      pauses.push((Number(locked?.['until']) - app.clock.now()) / 60_000)
      app.clock.advance(24 * 3600)
    }
    assert.equal(await judgements(app), 50)
    assert.deepEqual(pauses.slice(0, 4), [15, 30, 60, 120])

    app.clock.advance(365 * 24 * 3600)
    const { page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    assert.match(page.title, /off until the IT service desk turns them on/)

    const freed = await app.people.unlock('desk', 'bob', 'totp')
    assert.ok(freed.ok)
    const { browser, page: asked } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    assert.equal((await browser.submit(asked, 'answer', { code: otpAt(app) })).status, 200)
  })

  test('shows in a metric for all accounts together', async () => {
    await using app = await openApp(ONLY_APP)
    for (const name of ['ann', 'ben', 'cat']) {
      await withOtpApp(app, name)
      await guess(app, 10, name)
    }
    const metrics = await (await fetch(`${app.managementUrl}/metrics`)).text()
    assert.match(metrics, /sallyport_lockouts_total\{factor="totp"\} 3/)
  })
})
