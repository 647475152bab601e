import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { otherThan, otpAt, post } from '../support/attack.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent, decoded, type Page } from '../support/user-agent.ts'

const keyOn = (page: Page): string => {
  const href = /href="(otpauth:[^"]+)"/.exec(page.body)?.[1] ?? ''
  return new URL(decoded(href)).searchParams.get('secret') ?? ''
}

async function setUp(app: TestApp, who = 'li.wei') {
  const { browser, page } = await begin(app, createUserAgent(), { login_hint: who })
  const first = await browser.submit(page, 'choose', { factor: 'enrol-totp' })
  const shown = await browser.submit(first, 'answer', { code: app.mailbox.last().code })
  return { browser, shown, key: keyOn(shown) }
}

async function enrolled(app: TestApp): Promise<number> {
  return (await app.events()).filter(({ event }) => event === 'factor.enrolled').length
}

describe('M40 an OTP app that is not yet confirmed', () => {
  test('has 160 bits and is no factor until a right code came', async () => {
    await using app = await openApp()
    const { browser, shown, key } = await setUp(app)
    assert.match(key, /^[A-Z2-7]{32}$/)
    const code = otherThan(otpAt(app, 0, key))
    assert.equal((await post(browser, shown, 'confirm', { code })).status, 422)
    assert.equal(await enrolled(app), 0)
    const { page } = await begin(app)
    assert.doesNotMatch(page.body, /value="totp"/)
  })

  test('is not reached without proof of the contact', async () => {
    await using app = await openApp()
    const { browser, page } = await begin(app)
    const first = await browser.submit(page, 'choose', { factor: 'enrol-totp' })
    assert.doesNotMatch(first.body, /otpauth:/)
    const wrong = otherThan(app.mailbox.last().code)
    const refused = await browser.submit(first, 'answer', { code: wrong })
    assert.doesNotMatch(refused.body, /otpauth:/)
    assert.equal(await enrolled(app), 0)
  })

  test('is confirmed by nobody else, in no other browser, and not by the code of another seed', async () => {
    await using app = await openApp()
    await app.people.add('test', { username: 'mallory', emails: ['mallory@kestrel.example'] })
    const his = await setUp(app)
    app.clock.advance(31)
    const hers = await setUp(app, 'mallory')
    assert.notEqual(his.key, hers.key)
    const code = otpAt(app, 0, his.key)
    const enrolment = his.shown.forms.find(({ action }) => action === 'confirm')?.fields[
      'enrolment'
    ]

    assert.equal((await post(hers.browser, his.shown, 'confirm', { code })).status, 403)
    assert.equal((await post(hers.browser, hers.shown, 'confirm', { code })).status, 422)
    const swapped = { code, enrolment: enrolment ?? '' }
    assert.equal((await post(hers.browser, hers.shown, 'confirm', swapped)).status, 422)
    const hersForHim = { code: otpAt(app, 0, hers.key) }
    assert.equal((await post(his.browser, his.shown, 'confirm', hersForHim)).status, 422)
    assert.equal(await enrolled(app), 0)
    assert.equal((await post(his.browser, his.shown, 'confirm', { code })).status, 303)
  })

  test('ends after ten minutes and shows its seed no more', async () => {
    await using app = await openApp()
    const { browser, shown, key } = await setUp(app)
    app.clock.advance(600)
    const late = await browser.submit(shown, 'confirm', { code: otpAt(app, 0, key) })
    assert.equal(late.status, 410)
    assert.doesNotMatch(late.body, new RegExp(key))
    assert.equal(await enrolled(app), 0)
  })

  test('keeps its seed from other browsers, and from everybody once it is confirmed', async () => {
    await using app = await openApp()
    const { browser, shown, key } = await setUp(app)
    const address = new URL('.', shown.forms.find(({ action }) => action === 'confirm')?.url).href
    const pages = [address.slice(0, -1), `${address}ways`]
    for (const page of pages)
      assert.doesNotMatch((await createUserAgent().get(page)).body, new RegExp(key))

    await post(browser, shown, 'confirm', { code: otpAt(app, 0, key) })
    assert.equal(await enrolled(app), 1)
    for (const page of pages) assert.doesNotMatch((await browser.get(page)).body, new RegExp(key))
    assert.ok(app.logged.every((line) => !line.includes(key)))
    assert.ok(!JSON.stringify(await app.events()).includes(key))
  })

  test('is enrolled once, however many set one up at the same time', async () => {
    await using app = await openApp()
    const one = await setUp(app)
    app.clock.advance(31)
    const other = await setUp(app)
    await Promise.all(
      [one, other].map(({ browser, shown, key }) =>
        post(browser, shown, 'confirm', { code: otpAt(app, 0, key) }),
      ),
    )
    assert.equal(await enrolled(app), 1)
  })
})
