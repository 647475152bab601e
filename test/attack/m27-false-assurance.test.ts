import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { otpAt, post, withOtpApp, wrongOtp } from '../support/attack.ts'
import { keyOn, openForTwo, resumeOn } from '../support/outside.ts'
import { begin, pass, wayBack } from '../support/passage.ts'
import { asked, PUSHED_OR_SIGNED, signedUrl } from '../support/signed-request.ts'
import { redeemed } from '../support/token.ts'
import { createUserAgent } from '../support/user-agent.ts'

type Over = Record<string, string | undefined>

const insistingOn = (...values: readonly string[]): Over => ({
  claims: JSON.stringify({ id_token: { acr: { essential: true, values } } }),
})

/** What the client hears when this factor was proven. */
async function proven(app: TestApp, factor: 'email' | 'totp', over: Over = {}, seed?: string) {
  const { browser, pushed, page } = await begin(app, createUserAgent(), {
    login_hint: 'bob',
    ...over,
  })
  const isAsked = page.forms.some(({ action }) => action === 'answer')
  const question = isAsked ? page : await browser.submit(page, 'choose', { factor })
  const code = factor === 'email' ? app.mailbox.last().code : otpAt(app, 0, seed)
  const done = await browser.submit(question, 'answer', { code })
  const { claims } = await redeemed(app, pushed, done)
  return { acr: claims['acr'], amr: claims['amr'], auth_time: claims['auth_time'] }
}

/** The error that the client hears of a request for which nothing can be asked. */
async function refusal(app: TestApp, over: Over): Promise<string | null> {
  const { browser, page } = await begin(app, createUserAgent(), over)
  assert.equal(page.status, 403)
  assert.ok(page.forms.every(({ action }) => !['choose', 'answer', 'confirm'].includes(action)))
  return wayBack(await browser.get(resumeOn(page))).searchParams.get('error')
}

/** A context as the client pushes it. */
const signing = (context: object): Over => ({ sallyport_context: JSON.stringify(context) })

const now = (app: TestApp) => Math.floor(app.clock.now() / 1000)
const UNMET = 'unmet_authentication_requirements'

/** From the choice to an OTP app that is set up; its seed comes back. */
async function enrolled(app: TestApp, over: Over, isOpen = false) {
  const { browser, pushed, page } = await begin(app, createUserAgent(), over)
  const chosen = await browser.submit(page, 'choose', { factor: 'enrol-totp' })
  const code = isOpen ? '' : app.mailbox.last().code
  const shown = isOpen ? chosen : await browser.submit(chosen, 'answer', { code })
  const seed = keyOn(shown)
  const done = await browser.submit(shown, 'confirm', { code: otpAt(app, 0, seed) })
  const { claims } = await redeemed(app, pushed, done)
  return { seed, acr: claims['acr'], amr: claims['amr'] }
}

describe('M27 assurance that was not earned', () => {
  test('is never claimed: the acr is the first wanted one that was met, else the strongest met', async () => {
    await using app = await openApp()
    await withOtpApp(app, 'bob')
    const table = [
      ['email', undefined, 'mfa'],
      ['email', 'mfa-app mfa', 'mfa'],
      ['email', 'mfa-app', 'mfa'],
      ['email', 'phr gold', 'mfa'],
      ['email', 'exempt delegated', 'mfa'],
      ['totp', undefined, 'mfa-app'],
      ['totp', 'mfa mfa-app', 'mfa'],
      ['totp', 'phr mfa-app', 'mfa-app'],
      ['totp', 'MFA', 'mfa-app'],
      ['totp', 'exempt', 'mfa-app'],
    ] as const
    for (const [factor, acr_values, acr] of table) {
      app.clock.advance(31)
      const is = await proven(app, factor, { acr_values })
      assert.deepEqual(
        is,
        { acr, amr: ['otp'], auth_time: now(app) },
        `${factor} for ${acr_values}`,
      )
    }
  })

  test('is not lowered by whoever edits the link', async () => {
    await using app = await openApp({ client: PUSHED_OR_SIGNED })
    await withOtpApp(app, 'bob')
    const over = { login_hint: 'bob', ...insistingOn('mfa-app') }
    const weaker = { acr_values: 'mfa', claims: '{}', max_age: '999999', prompt: 'none' }
    const pushed = await app.party.push(over)
    const browser = createUserAgent()
    const page = await browser.follow(
      `${app.party.authorizeUrl(pushed)}&${new URLSearchParams(weaker)}`,
    )
    assert.match(page.title, /OTP app/)
    const done = await browser.submit(page, 'answer', {
      code: otpAt(app),
      factor: 'email',
      acr: 'phr',
    })
    assert.equal((await redeemed(app, pushed, done)).claims['acr'], 'mfa-app')

    const object = await app.party.requestObject({
      ...asked(app),
      ...over,
      acr_values: 'mfa-app',
      max_age: 1,
    })
    for (const [name, value] of Object.entries(weaker)) {
      if (name === 'prompt') continue // not signed, so not heard
      const seen = await createUserAgent().get(signedUrl(app, object, { [name]: value }))
      assert.deepEqual([seen.status, seen.headers.get('location')], [400, null], name)
    }
    assert.equal(app.mailbox.mails.length, 0)
  })

  test('that a client insists on is given or refused, and nothing less is asked for it', async () => {
    await using app = await openApp()
    const bare = { acr_values: 'mfa-app', claims: '{"id_token":{"acr":{"essential":true}}}' }
    const value = { claims: '{"id_token":{"acr":{"essential":true,"value":"mfa-app"}}}' }
    // An app could be set up, but the sign-in that does it proves no more than the mailbox.
    for (const over of [insistingOn('mfa-app'), insistingOn('phr', 'mfa-app'), bare, value])
      assert.equal(await refusal(app, over), UNMET)
    for (const acr of ['phr', 'gold', 'exempt', 'delegated', 'MFA'])
      for (const login_hint of ['li.wei', 'no.contact'])
        assert.equal(await refusal(app, { login_hint, ...insistingOn(acr) }), UNMET)
    const { page } = await begin(app, createUserAgent(), { ...insistingOn('phr'), prompt: 'none' })
    assert.equal(wayBack(page).searchParams.get('error'), UNMET)
    assert.equal(app.mailbox.mails.length, 0)
  })

  test('of an OTP app is never reached by email', async () => {
    await using app = await openApp()
    await withOtpApp(app, 'bob')
    // A code of his mailbox is at hand, from a sign-in that is content with it.
    const other = await begin(app, createUserAgent(), { login_hint: 'bob' })
    await other.browser.submit(other.page, 'choose', { factor: 'email' })
    const { code } = app.mailbox.last()

    const { browser, page } = await begin(app, createUserAgent(), {
      login_hint: 'bob',
      ...insistingOn('mfa-app'),
    })
    assert.match(page.title, /OTP app/)
    assert.equal((await post(browser, page, 'answer', { code })).status, 422)
    const id = /stp_[\w-]+/.exec(page.url)?.[0]
    const ways = await browser.get(`${app.issuer}/step-up/${id}/ways`)
    for (const factor of ['email', 'enrol-totp', 'sms', 'webauthn', 'recovery-code', 'exempt'])
      assert.equal((await post(browser, ways, 'choose', { factor })).status, 422, factor)
    assert.equal(app.mailbox.mails.length, 1)

    // Nor when the app is locked: then nothing is asked.
    const over = { login_hint: 'bob', ...insistingOn('mfa-app') }
    for (let round = 0; round < 2; round++) {
      const locking = await begin(app, createUserAgent(), over)
      for (let answer = 0; answer < 5; answer++)
        await post(locking.browser, locking.page, 'answer', { code: wrongOtp(app) })
    }
    const blocked = await begin(app, createUserAgent(), over)
    assert.equal(blocked.page.status, 403)
    assert.match(blocked.page.title, /paused for 15 minutes/)
    assert.doesNotMatch(blocked.page.body, /value="email"/)
    assert.equal(app.mailbox.mails.length, 1)
  })

  test('belongs to the factor that was answered, not to the one that was chosen before or after', async () => {
    await using app = await openApp()
    await withOtpApp(app, 'bob')
    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    const byMail = await browser.submit(page, 'choose', { factor: 'email' })
    const { code } = app.mailbox.last()
    const ways = await browser.get(new URL(`${byMail.url}/ways`).href)
    const byApp = await browser.submit(ways, 'choose', { factor: 'totp' })
    // The mailed code under the question that asked for it, and under the one that asks for the app.
    for (const question of [byMail, byApp])
      assert.equal((await post(browser, question, 'answer', { code })).status, 422)
    app.clock.advance(31)
    const again = await browser.submit(await browser.get(`${byMail.url}/ways`), 'choose', {
      factor: 'email',
    })
    const mailed = app.mailbox.last().code
    // At the same time: whichever is first, what is told is what was proven.
    await Promise.all([
      post(browser, again, 'answer', { code: mailed }),
      post(browser, ways, 'choose', { factor: 'totp' }),
    ])
    const earned = (await app.events()).filter(({ event }) => event === 'step-up.satisfied')
    assert.ok(earned.every(({ factor, acr }) => factor === 'email' && acr === 'mfa'))
  })

  test('is not gained by setting up an app with nothing but a mailbox', async () => {
    await using app = await openApp()
    const { seed, acr, amr } = await enrolled(app, { acr_values: 'mfa-app' })
    assert.deepEqual([acr, amr], ['mfa', ['otp']])
    app.clock.advance(31)
    const next = { login_hint: 'li.wei', acr_values: 'mfa-app' }
    assert.equal((await proven(app, 'totp', next, seed)).acr, 'mfa')
    assert.equal(await refusal(app, insistingOn('mfa-app')), UNMET)
  })

  test('is not gained by setting up an app with nothing at all', async () => {
    await using app = await openApp({ settings: { factors: ['totp'], firstEnrolment: 'open' } })
    assert.equal(await refusal(app, insistingOn('mfa-app')), UNMET)
    const { seed, acr } = await enrolled(app, { acr_values: 'mfa-app' }, true)
    assert.equal(acr, 'mfa')
    app.clock.advance(31)
    const next = { login_hint: 'li.wei', acr_values: 'mfa-app' }
    assert.equal((await proven(app, 'totp', next, seed)).acr, 'mfa')
    assert.equal(await refusal(app, insistingOn('mfa-app')), UNMET)
  })

  test('is gained only afterwards where the operator takes such an app for enough', async () => {
    const rungs = [
      { value: 'mfa', factors: ['email', 'totp'] },
      { value: 'mfa-app', factors: ['totp'], enrolledBy: ['contact', 'operator', 'import'] },
    ]
    await using app = await openApp({ settings: { acr: rungs } })
    assert.equal(await refusal(app, insistingOn('mfa-app')), UNMET)
    const { seed, acr } = await enrolled(app, { acr_values: 'mfa-app' })
    assert.equal(acr, 'mfa')
    app.clock.advance(31)
    const next = { login_hint: 'li.wei', ...insistingOn('mfa-app') }
    assert.equal((await proven(app, 'totp', next, seed)).acr, 'mfa-app')
  })

  test('that the client saw itself is repeated as it was signed, and called so', async () => {
    await using app = await openApp({ client: { delegatedAmr: ['hwk'] } })
    const auth_time = now(app) - 60
    const { browser, pushed, page } = await begin(app, createUserAgent(), {
      ...{ acr_values: 'mfa-app mfa exempt', max_age: '60' },
      ...signing({ amr: ['pwd', 'hwk'], auth_time }),
    })
    const { claims } = await redeemed(app, pushed, page)
    assert.deepEqual(
      [claims['acr'], claims['amr'], claims['auth_time']],
      ['delegated', ['pwd', 'hwk'], auth_time],
    )
    assert.equal(app.mailbox.mails.length, 0)
    const earned = (await app.events()).find(({ event }) => event === 'step-up.satisfied')
    assert.deepEqual([earned?.['how'], earned?.['factor']], ['delegated', null])
    const own = await browser.get(`${app.issuer}/step-up/${earned?.['stepUp']}`)
    assert.match(own.title, /^All set/)
  })

  test('that the client only says it saw is asked for, and what it says does not reach the token', async () => {
    await using two = await openForTwo({ client: { ...PUSHED_OR_SIGNED, delegatedAmr: ['hwk'] } })
    const { app, other } = two
    await withOtpApp(app, 'bob')
    const saw = { amr: ['pwd', 'hwk'], auth_time: now(app) - 60 }
    const asks: readonly (readonly [string, TestApp, Over])[] = [
      ['no time', app, signing({ amr: ['hwk'] })],
      ['no method', app, signing({ auth_time: now(app) })],
      ['another method', app, signing({ ...saw, amr: ['pwd', 'HWK', 'hwk '] })],
      ['no methods', app, signing({ ...saw, amr: [] })],
      ['a time to come', app, signing({ ...saw, auth_time: now(app) + 60 })],
      ['too old', app, { ...signing(saw), max_age: '59' }],
      ['to be proven anew', app, { ...signing(saw), prompt: 'login' }],
      ['as fresh as can be', app, { ...signing(saw), max_age: '0' }],
      ['an acr to be met', app, { ...signing(saw), ...insistingOn('mfa', 'delegated') }],
      ['a client that may not', other, signing(saw)],
    ]
    for (const [what, at, over] of asks) {
      const is = await proven(at, 'email', over)
      assert.deepEqual(is, { acr: 'mfa', amr: ['otp'], auth_time: now(app) }, what)
    }
    const silent = await begin(app, createUserAgent(), {
      ...signing({ amr: ['hwk'] }),
      prompt: 'none',
    })
    assert.equal(wayBack(silent.page).searchParams.get('error'), 'login_required')
    // Beside the link it is not signed by anybody.
    const pushed = await app.party.push()
    const query = new URLSearchParams({ sallyport_context: JSON.stringify(saw) })
    const page = await createUserAgent().follow(`${app.party.authorizeUrl(pushed)}&${query}`)
    assert.match(page.title, /How do you want to confirm/)
  })

  test('from a moment ago counts for nothing now', async () => {
    await using app = await openApp({ settings: { factors: ['email'] } })
    const browser = createUserAgent()
    await pass(app, browser)
    for (const over of [{}, { max_age: '3600' }, { acr_values: 'mfa' }]) {
      const { page } = await begin(app, browser, { ...over, prompt: 'none' })
      assert.equal(wayBack(page).searchParams.get('error'), 'login_required')
    }
    app.clock.advance(31)
    const { page } = await begin(app, browser)
    assert.match(page.title, /Enter the code/)
  })
})
