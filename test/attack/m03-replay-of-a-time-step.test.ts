import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { ONLY_APP, otpAt, withOtpApp } from '../support/attack.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

async function answer(app: TestApp, code: string): Promise<number> {
  const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
  return (await browser.submit(page, 'answer', { code })).status
}

describe('M03 a time step again', () => {
  test('is refused in another step-up, at once and in its second period', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const code = otpAt(app)
    assert.equal(await answer(app, code), 200)
    assert.equal(await answer(app, code), 422)
    app.clock.advance(30)
    assert.equal(await answer(app, code), 422)
  })

  test('is refused when an older one comes after a newer', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const older = otpAt(app, -30)
    assert.equal(await answer(app, otpAt(app)), 200)
    assert.equal(await answer(app, older), 422)
    app.clock.advance(30)
    assert.equal(await answer(app, otpAt(app)), 200)
  })

  test('is refused when the clock was put back meanwhile', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const noon = app.clock.now()
    app.clock.advance(90)
    assert.equal(await answer(app, otpAt(app)), 200)
    app.clock.set(noon)
    assert.equal(await answer(app, otpAt(app)), 422)
  })
})
