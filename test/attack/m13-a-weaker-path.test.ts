import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createKeyRing, signParts } from '../../src/kernel/index.ts'
import { openApp, type TestApp } from '../support/app.ts'
import {
  judgements,
  ONLY_APP,
  ONLY_EMAIL,
  otherThan,
  otpAt,
  post,
  withOtpApp,
  wrongOtp,
} from '../support/attack.ts'
import { keptOf } from '../support/kept.ts'
import { cookiesOf, keyOn, raw, resumeOn, stepUpOn } from '../support/outside.ts'
import { begin, codeFrom, wayBack } from '../support/passage.ts'
import { redeemed } from '../support/token.ts'
import { createUserAgent, type Page, type UserAgent } from '../support/user-agent.ts'

const formOf = (page: Page, action: string) => {
  const form = page.forms.find((one) => one.action === action)
  assert.ok(form !== undefined, `"${page.title}" has a form ${action}`)
  return form
}

async function errorAfter(browser: UserAgent, page: Page): Promise<string | null> {
  return wayBack(await browser.get(resumeOn(page))).searchParams.get('error')
}

/** An OTP app set up on the way, with nothing but the contact to vouch for it, though the client wished for more. */
async function enrolByContact(app: TestApp): Promise<string> {
  const { browser, page, pushed } = await begin(app, createUserAgent(), WISHES)
  const asked = await browser.submit(page, 'choose', { factor: 'enrol-totp' })
  const shown = await browser.submit(asked, 'answer', { code: app.mailbox.last().code })
  const key = keyOn(shown)
  const done = await browser.submit(shown, 'confirm', { code: otpAt(app, 0, key) })
  assert.equal((await redeemed(app, pushed, done)).claims['acr'], 'mfa')
  app.clock.advance(60)
  return key
}

const WISHES = { acr_values: 'mfa-app mfa' }

/** Ten wrong answers to the OTP app, which lock it. */
async function failTwice(app: TestApp, over: Record<string, string>): Promise<void> {
  for (let round = 0; round < 2; round++) {
    const { browser, page } = await begin(app, createUserAgent(), over)
    let at = page
    for (let n = 0; n < 5; n++) at = await browser.submit(at, 'answer', { code: wrongOtp(app) })
  }
  assert.equal(await judgements(app, 'rejected'), 10)
}

const insistOn = (value: string) => ({
  claims: JSON.stringify({ id_token: { acr: { essential: true, value } } }),
})

describe('M13 a weaker path to the same end', () => {
  test('is none of the other methods and spellings of the path that takes an answer', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    const id = stepUpOn(page)
    const form = { ...formOf(page, 'answer').fields, code: otpAt(app) }
    const cookie = cookiesOf(browser)
    const right = `/step-up/${id}/answer`
    const query = `${new URLSearchParams(form)}`
    const override = { 'x-http-method-override': 'POST', 'x-http-method': 'POST' }
    const tries = [
      ...['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'].flatMap((method) => [
        { method, path: right, form },
        {
          method,
          path: `${right}?${query}`,
          headers: { 'x-method-override': 'POST', ...override },
        },
      ]),
      ...['/', '//', '/.', '/x', '.json', '%20', '%00', ';x=1', '%2f', '\\'].map((tail) => ({
        method: 'POST',
        path: right + tail,
        form,
      })),
      ...[
        ...[`/Step-up/${id}/answer`, `/STEP-UP/${id}/ANSWER`, `/step-up/${id}/Answer`],
        ...[`//step-up/${id}/answer`, `/step-up//${id}/answer`, `/./step-up/${id}/answer`],
        ...[`/step-up/${id}/%61nswer`, `/step-up/${id}%2fanswer`, `/x/../step-up/${id}/answer`],
        ...[`/step-up/${id}`, `/step-up/${id}/ways`, `/step-up/${id}/begin`],
        ...[`/step-up/${id}/resume`, `/v0/step-up/${id}/answer`, `/api/step-up/${id}/answer`],
        `/step-up/${id}/verify`,
      ].map((path) => ({ method: 'POST', path: `${path}?_method=POST&${query}`, form })),
    ]
    for (const { path, ...how } of tries) {
      const headers = { cookie, ...('headers' in how ? how.headers : {}) }
      const { status } = await raw(app.issuer, path, { ...how, headers })
      // A look at the right path is led to the page, where nothing is answered.
      const isLook = ['GET', 'HEAD'].includes(how.method) && path.split('?')[0] === right
      const refusals = isLook ? [303] : [400, 404, 405]
      assert.ok(refusals.includes(status), `${how.method} ${path}: ${status}`)
    }
    assert.equal(await judgements(app), 0)
    const { status } = await raw(app.issuer, right, { method: 'POST', headers: { cookie }, form })
    assert.equal(status, 303)
  })

  test('is no door beside this one', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page } = await begin(app)
    const id = stepUpOn(page)
    const other = ['/account', '/admin', '/admin/api/people', '/v1/challenges', '/login', '/api']
    for (const path of other)
      for (const method of ['GET', 'POST'])
        assert.equal((await raw(app.issuer, path, { method })).status, 404, `${method} ${path}`)
    // Operators' port knows nothing of people.
    for (const path of [`/step-up/${id}`, `/step-up/${id}/ways`, '/token', '/par', '/userinfo']) {
      const headers = { cookie: cookiesOf(browser) }
      assert.equal((await raw(app.managementUrl, path, { headers })).status, 404, path)
    }
  })

  test('does not lead from a question to its end without the answer', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page, pushed } = await begin(app)
    const id = stepUpOn(page)
    const proofs = createKeyRing(app.config.encryption.keys)
    // Even who could make our links and codes gets nothing for a step-up that proved nothing.
    const link = `/step-up/${id}/resume?via=${signParts(proofs, 'step', ['resume', id])}`
    const code = signParts(proofs, 'authorization-code', [id])
    for (const method of ['GET', 'HEAD', 'POST']) {
      const headers = { cookie: cookiesOf(browser) }
      const answer = await raw(app.issuer, link, { method, headers })
      assert.ok(!answer.body.includes(code), method)
      const back = `/step-up/${id}`
      assert.equal(answer.headers['location'], method === 'GET' ? back : undefined)
    }
    assert.equal((await app.party.redeem(pushed, code)).status, 400)
    const bearer = { authorization: `Bearer ${code}` }
    const info = await raw(app.issuer, '/userinfo', { headers: bearer })
    assert.equal(info.status, 401)
    // Asking by HEAD used nothing up.
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    assert.equal(codeFrom(done, app.party.redirectUri, pushed), code)
  })

  test('is looked at again when the token is made', async () => {
    await using app = await openApp(ONLY_EMAIL)
    for (const [from, to] of [
      ['"acr":"mfa","amr"', '"acr":"none","amr"'],
      ['"state":"satisfied"', '"state":"choosing"'],
      ['"subject":"li.wei"', '"subject":"mallory"'],
    ] as const) {
      const { browser, page, pushed } = await begin(app, createUserAgent(), insistOn('mfa'))
      const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
      const code = codeFrom(done, app.party.redirectUri, pushed)
      const before = await keptOf(app, stepUpOn(page))
      const change = 'UPDATE step_ups SET value = replace(value, ?, ?) WHERE id = ?'
      await app.kept.change(change, from, to, stepUpOn(page))
      assert.notEqual(await keptOf(app, stepUpOn(page)), before, 'the tampering has to happen')
      const answer = await app.party.redeem(pushed, code)
      assert.ok(answer.status >= 400, `${from} ${answer.status}`)
      assert.doesNotMatch(await answer.text(), /id_token|access_token/)
      app.clock.advance(130)
    }
  })

  test('is no other factor where the client insists on a strong one', async () => {
    await using app = await openApp()
    await withOtpApp(app, 'bob')
    const over = { login_hint: 'bob', ...insistOn('mfa-app') }
    const { browser, page } = await begin(app, createUserAgent(), over)
    const ways = await browser.get(`${app.issuer}/step-up/${stepUpOn(page)}/ways`)
    const others = [
      ...['email', 'sms', 'dingtalk', 'webauthn', 'recovery-code', 'enrol-totp', 'enrol-email'],
      ...['TOTP', 'totp ', '', '__proto__', 'constructor', 'toString', '0', 'null'],
    ]
    for (const factor of others) {
      const { status } = await post(browser, ways, 'choose', { factor })
      assert.equal(status, 422, factor)
    }
    assert.equal(app.mailbox.mails.length, 0)
    const challenged = (await app.events()).filter(({ event }) => event === 'step-up.challenged')
    assert.deepEqual(
      challenged.map(({ factor }) => factor),
      ['totp'],
    )
  })

  test('is no factor that the operator turned off', async () => {
    await using app = await openApp(ONLY_EMAIL)
    await withOtpApp(app, 'bob')
    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    const ways = await browser.get(`${app.issuer}/step-up/${stepUpOn(page)}/ways`)
    for (const factor of ['totp', 'enrol-totp'])
      assert.equal((await post(browser, ways, 'choose', { factor })).status, 422, factor)
    assert.equal((await post(browser, page, 'answer', { code: otpAt(app) })).status, 422)
  })

  test('is not the way to a new OTP app for who has one already', async () => {
    await using app = await openApp()
    await withOtpApp(app, 'bob')
    const sallyport_context = JSON.stringify({ purpose: 'enrol' })
    const over = { login_hint: 'bob', sallyport_context }
    const { page } = await begin(app, createUserAgent(), over)
    // The app itself is asked; its mailbox would be the weaker proof.
    assert.match(page.title, /Enter the code from your OTP app/)
    assert.equal(app.mailbox.mails.length, 0)
    await failTwice(app, over)
    const { page: locked } = await begin(app, createUserAgent(), over)
    assert.equal(locked.status, 403)
    assert.deepEqual(locked.forms.map(({ action }) => action).sort(), [
      ...['cancel', 'language', 'retry'],
    ])
    assert.equal(app.mailbox.mails.length, 0)
  })

  test('is not made of a contact: an app that it set up is worth no more, then and later', async () => {
    await using app = await openApp()
    const key = await enrolByContact(app)
    const { browser, page } = await begin(app, createUserAgent(), insistOn('mfa-app'))
    assert.match(page.title, /You need a stronger way/)
    assert.equal(await errorAfter(browser, page), 'unmet_authentication_requirements')

    const wish = await begin(app, createUserAgent(), WISHES)
    const asked = await wish.browser.submit(wish.page, 'choose', { factor: 'totp' })
    const done = await wish.browser.submit(asked, 'answer', { code: otpAt(app, 0, key) })
    assert.equal((await redeemed(app, wish.pushed, done)).claims['acr'], 'mfa')
  })

  test('is not the way to an OTP app while the mailbox on that way is locked', async () => {
    await using app = await openApp()
    // Half of the failures each way: the tally is that of the mailbox.
    for (const factor of ['email', 'enrol-totp']) {
      const { browser, page } = await begin(app)
      let at = await browser.submit(page, 'choose', { factor })
      const code = otherThan(app.mailbox.last().code)
      for (let answer = 0; answer < 5; answer++) at = await browser.submit(at, 'answer', { code })
      app.clock.advance(130)
    }
    assert.equal(await judgements(app), 10)
    const mails = app.mailbox.mails.length
    const { page } = await begin(app)
    assert.match(page.title, /paused for/)
    for (const purpose of ['sign-in', 'enrol']) {
      const over = { sallyport_context: JSON.stringify({ purpose }) }
      const { page: next } = await begin(app, createUserAgent(), over)
      assert.ok(!next.forms.some(({ action }) => ['choose', 'answer'].includes(action)), purpose)
    }
    assert.equal(app.mailbox.mails.length, mails)
  })

  test('is not the word of somebody else, unless the operator said whose and it is fresh', async () => {
    await using app = await openApp({ ...ONLY_EMAIL, client: { delegatedAmr: ['hwk'] } })
    const now = app.clock.now() / 1000
    const weak: readonly (readonly [object, Record<string, string>])[] = [
      [{ amr: ['mfa', 'otp', 'HWK', 'hwk2'], auth_time: now }, {}],
      [{ amr: ['hwk'] }, {}],
      [{ amr: ['hwk'], auth_time: now + 60 }, {}],
      [{ amr: ['hwk'], auth_time: now }, { prompt: 'login' }],
      [{ amr: ['hwk'], auth_time: now - 100 }, { max_age: '60' }],
      [{ amr: ['hwk'], auth_time: now }, insistOn('mfa')],
      [{ amr: ['hwk'], auth_time: now }, insistOn('delegated')],
    ]
    for (const [context, over] of weak) {
      const sallyport_context = JSON.stringify(context)
      const { page } = await begin(app, createUserAgent(), { ...over, sallyport_context })
      assert.equal(page.headers.get('location'), null, sallyport_context)
    }
    const sallyport_context = JSON.stringify({ amr: ['hwk'], auth_time: now })
    const { page } = await begin(app, createUserAgent(), { sallyport_context })
    assert.ok(wayBack(page).searchParams.has('code'))
  })
})
