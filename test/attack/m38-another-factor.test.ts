import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { otpAt } from '../support/attack.ts'
import { codeFor } from '../support/handed.ts'
import { ANYBODYS, fieldOn, keyOn, proofsFor, unsignedUrl } from '../support/outside.ts'
import { beginManaging, giveApp, manage, oneOf } from '../support/own-apps.ts'
import { begin, codeFrom } from '../support/passage.ts'
import { openTrusting, prove, visit, visitor } from '../support/trust.ts'
import { createUserAgent, type Page, type UserAgent } from '../support/user-agent.ts'

const changed = async (app: TestApp) =>
  (await app.events())
    .map(({ event }) => event)
    .filter((event) => /^factor\.(enrolled|renamed|removed)$/.test(event))

/** Everything that is done with own apps, as if every page with its form had been seen. */
async function tryAll(app: TestApp, browser: UserAgent, page: Page, enrolment: string) {
  const { post } = proofsFor(app, browser, page)
  for (const action of ['add', 'back', 'rename', 'remove', 'done'])
    await post(action, { enrolment, name: 'mine' })
}

describe('M38 another factor by who has the password alone', () => {
  test('is neither added, renamed nor taken away before the factor that they have is proven', async () => {
    await using app = await openApp()
    const owned = await giveApp(app, 'li.wei')
    const { browser, page } = await beginManaging(app)
    await tryAll(app, browser, page, owned.id)
    const { post } = proofsFor(app, browser, page)
    await post('confirm', { enrolment: owned.id, code: owned.code() })
    await post('choose', { factor: 'enrol-totp' })
    await post('choose', { factor: 'email' })
    assert.equal(app.mailbox.mails.length, 0)
    assert.deepEqual(await changed(app), [])
    assert.match((await browser.follow(page.url)).title, /Enter the code from your OTP app/)
    assert.ok((await app.events()).every(({ event }) => event !== 'step-up.satisfied'))
  })

  test('is not done in a step-up that is for signing in, whatever it has proven', async () => {
    await using app = await openApp()
    const owned = await giveApp(app, 'li.wei')
    const { browser, page } = await begin(app)
    await tryAll(app, browser, page, owned.id)
    const asked = await browser.submit(page, 'choose', { factor: 'totp' })
    await tryAll(app, browser, page, owned.id)
    const done = await browser.submit(asked, 'answer', { code: owned.code() })
    assert.equal(done.status, 200)
    await tryAll(app, browser, page, owned.id)
    assert.deepEqual(await changed(app), [])
  })

  test('is no shorter way out of the first enrolment', async () => {
    await using app = await openApp()
    const { browser, page } = await beginManaging(app)
    await tryAll(app, browser, page, 'enr_AAAAAAAAAAAAAAAAAAAAAA')
    const shown = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    await tryAll(app, browser, shown, 'enr_AAAAAAAAAAAAAAAAAAAAAA')
    assert.match((await browser.follow(page.url)).title, /Set up your OTP app/)
    assert.deepEqual(await changed(app), [])
  })

  test('is no second first one: of two that were begun without any, one alone is set up', async () => {
    await using app = await openApp()
    const tabs: { readonly browser: UserAgent; readonly shown: Page }[] = []
    for (let n = 0; n < 2; n++) {
      const { browser, page } = await beginManaging(app)
      const { code } = app.mailbox.last()
      tabs.push({ browser, shown: await browser.submit(page, 'answer', { code }) })
      app.clock.advance(31)
    }
    const [status, late] = await Promise.all(
      tabs.map(async ({ browser, shown }) => {
        const code = otpAt(app, 0, keyOn(shown))
        return (await browser.submit(shown, 'confirm', { code })).status
      }),
    )
    assert.deepEqual([status, late].sort(), [200, 422])
    assert.deepEqual(await changed(app), ['factor.enrolled'])
  })

  test('is proven by no exemption and no word of the client', async () => {
    const rules = [{ name: 'all', then: 'exempt' }]
    await using app = await openApp({ settings: { rules }, client: { delegatedAmr: ['hwk'] } })
    await giveApp(app, 'li.wei')
    const upstream = { amr: ['hwk'], auth_time: app.clock.now() / 1000 }
    for (const also of [{}, upstream]) {
      const sallyport_context = JSON.stringify({ purpose: 'enrol', ...also })
      const { page } = await begin(app, createUserAgent(), { sallyport_context })
      assert.match(page.title, /Enter the code from your OTP app/)
    }
  })

  test('is proven by no trust that they earned, however new it is', async () => {
    await using app = await openTrusting('ip')
    const bob = visitor()
    await prove(app, bob)
    assert.notEqual(await visit(app, bob), 'asked')
    const sallyport_context = JSON.stringify({ purpose: 'enrol' })
    assert.equal(await visit(app, bob, { sallyport_context }), 'asked')
  })

  test('is proven by no code that a help desk handed out to get in once', async () => {
    await using app = await openApp()
    await giveApp(app, 'li.wei')
    const code = await codeFor(app, 'bypass-code')
    const { browser, page } = await beginManaging(app)
    assert.match(page.title, /Enter the code from your OTP app/)
    const ways = await browser.follow(`${page.url.split('?')[0]}/ways`)
    assert.doesNotMatch(ways.body, /bypass-code/)
    const { post } = proofsFor(app, browser, page)
    await post('choose', { factor: 'bypass-code' })
    await post('answer', { challenge: fieldOn(page, 'answer', 'challenge'), code })
    await tryAll(app, browser, page, 'enr_AAAAAAAAAAAAAAAAAAAAAA')
    assert.deepEqual(await changed(app), [])
    assert.match((await browser.follow(page.url)).title, /Enter the code from your OTP app/)
  })

  test('is asked for in words that the client signed, and in no others', async () => {
    await using app = await openApp({
      settings: { locks: { cap: 25 } },
      clients: [ANYBODYS],
    })
    const owned = await giveApp(app, 'li.wei')
    const context = new URLSearchParams({
      sallyport_context: JSON.stringify({ purpose: 'enrol' }),
    })
    const refused = await createUserAgent().follow(`${unsignedUrl(app, 'li.wei')}&${context}`)
    assert.match(refused.headers.get('location') ?? refused.body, /invalid_request/)

    const browser = createUserAgent()
    const pushed = await app.party.push({ login_hint: 'li.wei' })
    const page = await browser.follow(`${app.party.authorizeUrl(pushed)}&${context}`)
    const asked = await browser.submit(page, 'choose', { factor: 'totp' })
    const done = await browser.submit(asked, 'answer', { code: owned.code() })
    assert.ok(codeFrom(done, app.party.redirectUri, pushed))
    await tryAll(app, browser, page, owned.id)
    assert.deepEqual(await changed(app), [])
  })

  test('is not proven by a weaker one of theirs, which an attacker may have set up', async () => {
    await using app = await openApp()
    const strong = await giveApp(app, 'li.wei')
    const weak = await giveApp(app, 'li.wei', { provenance: 'contact:email' })
    const { browser, page } = await beginManaging(app)
    const refused = await browser.submit(page, 'answer', { code: weak.code() })
    assert.equal(refused.status, 422)
    assert.match(refused.body, /Not the right code/)
    const shown = await browser.submit(refused, 'answer', { code: strong.code() })
    assert.match(shown.title, /Ways to confirm/)
  })

  test('is worth no more than what it was added by, then and later', async () => {
    await using app = await openApp()
    const weak = await giveApp(app, 'li.wei', { provenance: 'open' })
    const { browser, page } = await manage(app, weak)
    const adding = await browser.submit(page, 'add')
    const key = keyOn(adding)
    await browser.submit(adding, 'confirm', { code: otpAt(app, 0, key) })
    const enrolled = (await app.events()).find(({ event }) => event === 'factor.enrolled')
    assert.equal(enrolled?.['provenance'], 'open')
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'mfa-app' } } })
    const { page: refused } = await begin(app, createUserAgent(), { claims })
    assert.match(refused.title, /You need a stronger way/)
  })

  test('is worth no more than what it was added by on rungs that come later', async () => {
    for (const provenance of ['open', 'contact:email'] as const) {
      const acr = [{ value: 'mfa', factors: ['totp', 'email'] }]
      await using app = await openApp({ settings: { acr } })
      const weak = await giveApp(app, 'li.wei', { provenance })
      const { browser, page } = await manage(app, weak)
      const adding = await browser.submit(page, 'add')
      await browser.submit(adding, 'confirm', { code: otpAt(app, 0, keyOn(adding)) })
      const { enrolled } = await app.app.store.stepUps.standing(weak.account)
      assert.deepEqual(
        enrolled.map((one) => one.provenance),
        [provenance, provenance],
      )
    }
  })

  test('takes no code of a weaker app for an acr that the client insists on', async () => {
    await using app = await openApp()
    const weak = await giveApp(app, 'li.wei', { provenance: 'contact:email' })
    const strong = await giveApp(app, 'li.wei')
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'mfa-app' } } })
    const { browser, page } = await begin(app, createUserAgent(), { claims })
    const refused = await browser.submit(page, 'answer', { code: weak.code() })
    assert.equal(refused.status, 422)
    assert.equal((await browser.submit(refused, 'answer', { code: strong.code() })).status, 200)
  })

  test('is done in no other browser', async () => {
    await using app = await openApp()
    const owned = await giveApp(app, 'li.wei')
    const { browser, page } = await manage(app, owned)
    const strange = createUserAgent()
    await begin(app, strange)
    for (const address of [page.url, oneOf(page, owned, 'rename'), oneOf(page, owned, 'remove')])
      assert.equal((await strange.get(address)).status, 403)
    for (const action of ['add', 'done'])
      assert.equal((await strange.submit(page, action)).status, 403)
    const naming = await browser.get(oneOf(page, owned, 'rename'))
    assert.equal((await strange.submit(naming, 'rename', { name: 'hers' })).status, 403)
    assert.deepEqual(await changed(app), [])
  })
})
