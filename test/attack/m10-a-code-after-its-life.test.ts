import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import { judgements, ONLY_EMAIL, post } from '../support/attack.ts'
import { begin } from '../support/passage.ts'

describe('M10 a code after its life', () => {
  test('is not compared from the very second on which it ends', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page } = await begin(app)
    const { code } = app.mailbox.last()
    app.clock.advance(300)
    const late = await post(browser, page, 'answer', { code })
    assert.equal(late.status, 422)
    assert.match(await late.text(), /That code has run out/)
    assert.equal(await judgements(app), 0)
  })

  test('is good until then', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page } = await begin(app)
    app.clock.advance(299)
    const { code } = app.mailbox.last()
    assert.equal((await post(browser, page, 'answer', { code })).status, 303)
  })

  test('is repeated by a resend, which does not make it live longer', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page } = await begin(app)
    const { code } = app.mailbox.last()
    app.clock.advance(120)
    const again = await browser.submit(page, 'resend')
    assert.equal(app.mailbox.last().code, code)
    app.clock.advance(180)
    assert.equal((await post(browser, again, 'answer', { code })).status, 422)
  })

  test('is ended by the new code that replaces it', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page } = await begin(app)
    const { code } = app.mailbox.last()
    app.clock.advance(250)
    const replaced = await browser.submit(page, 'resend')
    const fresh = app.mailbox.last().code
    assert.notEqual(fresh, code)
    assert.equal((await post(browser, replaced, 'answer', { code })).status, 422)
    assert.equal((await post(browser, replaced, 'answer', { code: fresh })).status, 303)
  })

  test('ends with its step-up at the latest', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page } = await begin(app)
    app.clock.advance(550)
    const again = await browser.submit(page, 'resend')
    const { code } = app.mailbox.last()
    app.clock.advance(50)
    assert.equal((await browser.submit(again, 'answer', { code })).status, 410)
  })
})
