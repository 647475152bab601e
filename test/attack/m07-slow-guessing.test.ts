import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import { guess, judgements, ONLY_APP, otpAt, withOtpApp, wrongOtp } from '../support/attack.ts'
import { openForAnybody, unsignedUrl } from '../support/outside.ts'
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

  test('by whoever signed nothing ends their own lane, and the owner is let in as ever', async () => {
    await using app = await openForAnybody(ONLY_APP.settings)
    await withOtpApp(app, 'bob')
    for (let round = 0; round < 6; round++) {
      for (let half = 0; half < 2; half++) {
        const browser = createUserAgent()
        let page = await browser.follow(unsignedUrl(app, 'bob'))
        for (let n = 0; n < 5 && page.forms.some(({ action }) => action === 'answer'); n++)
          page = await browser.submit(page, 'answer', { code: wrongOtp(app) })
      }
      app.clock.advance(24 * 3600)
    }
    assert.equal(await judgements(app, 'rejected'), 25)
    const locked = (await app.events()).filter(({ event }) => event === 'factor.locked')
    assert.deepEqual(new Set(locked.map(({ lane }) => lane)), new Set(['unsigned']))
    assert.equal(locked.at(-1)?.['until'], 'operator')
    const stranger = await createUserAgent().follow(unsignedUrl(app, 'bob'))
    assert.match(stranger.title, /off until the IT service desk turns them on/)

    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    assert.equal((await browser.submit(page, 'answer', { code: otpAt(app) })).status, 200)
    app.clock.advance(60)
    assert.equal(await guess(app, 20), 10)
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
