import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
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
import { fieldOn, keyOn, proofsFor, resumeOn, stepUpOn } from '../support/outside.ts'
import { begin, codeFrom, wayBack } from '../support/passage.ts'
import { redeemed } from '../support/token.ts'
import { createUserAgent, type Page, type UserAgent } from '../support/user-agent.ts'

type At = Awaited<ReturnType<typeof begin>>

/** Every place where a step-up is still open, and how far somebody got there. */
const OPEN: Readonly<Record<string, (app: TestApp) => Promise<At>>> = {
  choosing: (app) => begin(app),
  asked: async (app) => choose(await begin(app), 'email'),
  'asked for the contact first': async (app) => choose(await begin(app), 'enrol-totp'),
  enrolling: async (app) => {
    const at = await choose(await begin(app), 'enrol-totp')
    return { ...at, page: await answer(at, app.mailbox.last().code) }
  },
  blocked: async (app) => {
    app.mailbox.set('busy')
    const at = await choose(await begin(app), 'email')
    app.mailbox.set('accept')
    return at
  },
}

/** The one step that proves something, in each place. */
const FORWARD: Readonly<Record<string, string>> = { asked: 'answer', enrolling: 'confirm' }

const ACTIONS = ['choose', 'answer', 'resend', 'confirm', 'retry', 'cancel', 'language'] as const

const choose = async (at: At, factor: string): Promise<At> => ({
  ...at,
  page: await at.browser.submit(at.page, 'choose', { factor }),
})
const answer = ({ browser, page }: At, code: string) => browser.submit(page, 'answer', { code })

const hidden = (page: Page, action: string, name: string): string =>
  page.forms.find((form) => form.action === action)?.fields[name] ?? ''

async function count(app: TestApp, name: string): Promise<number> {
  return (await app.events()).filter(({ event }) => event === name).length
}

async function endOf(browser: UserAgent, page: Page): Promise<string | null> {
  return wayBack(await browser.get(resumeOn(page))).searchParams.get('error')
}

describe('M18 steps skipped, repeated or out of order', () => {
  for (const [place, reach] of Object.entries(OPEN))
    test(`lead to no proof from where somebody is ${place}`, async () => {
      await using app = await openApp()
      for (const action of ACTIONS.filter((one) => one !== FORWARD[place])) {
        const at = await reach(app)
        const forge = proofsFor(app, at.browser, at.page)
        const key = keyOn(at.page)
        const mailed = app.mailbox.mails.at(-1)?.code ?? '000000'
        const fields = {
          code: action === 'confirm' && key !== '' ? otpAt(app, 0, key) : mailed,
          challenge: hidden(at.page, 'answer', 'challenge'),
          enrolment: hidden(at.page, 'confirm', 'enrolment'),
          ...{ factor: 'email', state: 'satisfied', leadsTo: 'satisfied', verdict: 'accepted' },
        }
        const { status } = await forge.post(action, fields)
        assert.ok([200, 303, 422, 403].includes(status), `${action} ${status}`)
        const resumed = await at.browser.get(forge.link('resume'))
        const to = resumed.headers.get('location') ?? ''
        assert.equal(resumed.status, 303, action)
        const isEnd = action === 'cancel'
        assert.ok(isEnd ? to.includes('error=') : to === `/step-up/${stepUpOn(at.page)}`, to)
        assert.ok(!to.includes('code='), action)
        app.clock.advance(3600)
      }
      assert.equal(await count(app, 'step-up.satisfied'), 0)
      assert.equal(await count(app, 'factor.enrolled'), 0)
      assert.equal(await count(app, 'authorization-code.issued'), 0)
    })

  test('cannot be taken up again once somebody cancelled', async () => {
    for (const place of ['asked', 'enrolling']) {
      await using app = await openApp()
      const at = (await OPEN[place]?.(app)) ?? (await begin(app))
      const key = keyOn(at.page)
      const code = key === '' ? app.mailbox.last().code : otpAt(app, 0, key)
      const cancelled = await at.browser.submit(at.page, 'cancel')
      const forge = proofsFor(app, at.browser, at.page)
      const challenge = hidden(at.page, 'answer', 'challenge')
      const enrolment = hidden(at.page, 'confirm', 'enrolment')
      const mails = app.mailbox.mails.length
      for (const action of ACTIONS) {
        const fields = { code, challenge, enrolment, factor: 'email', locale: 'zh-CN' }
        const { status } = await forge.post(action, fields)
        assert.ok([200, 303].includes(status), `${action} ${status}`)
        const seen = await at.browser.get(`${app.issuer}/step-up/${stepUpOn(at.page)}`)
        assert.match(seen.title, /You cancelled/, action)
      }
      assert.equal(await endOf(at.browser, cancelled), 'access_denied')
      const again = await at.browser.follow(app.party.authorizeUrl(at.pushed))
      assert.match(again.headers.get('location') ?? again.body, /error=access_denied|cancelled/)
      assert.equal(await count(app, 'step-up.satisfied'), 0)
      assert.equal(app.mailbox.mails.length, mails)
    }
  })

  test('change nothing of what was proven once it is', async () => {
    await using app = await openApp()
    await withOtpApp(app, 'bob')
    const at = await choose(await begin(app, createUserAgent(), { login_hint: 'bob' }), 'totp')
    const done = await answer(at, otpAt(app))
    const forge = proofsFor(app, at.browser, at.page)
    const before = await app.events()
    const mails = app.mailbox.mails.length
    const challenge = fieldOn(at.page, 'answer', 'challenge')
    for (const action of ACTIONS) {
      const fields = { challenge, code: '000000', factor: 'email', locale: 'zh-CN' }
      const { status, headers } = await forge.post(action, fields)
      assert.equal(status, 303, action)
      assert.match(headers.get('location') ?? '', /^resume\?via=/, action)
    }
    assert.deepEqual(await app.events(), before)
    assert.equal(app.mailbox.mails.length, mails)
    const { claims } = await redeemed(app, at.pushed, done)
    assert.deepEqual([claims['acr'], claims['amr'], claims.sub], ['mfa-app', ['otp'], 'bob'])
  })

  test('give the done page again and never a second code', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const at = await begin(app)
    const done = await answer(at, app.mailbox.last().code)
    const code = codeFrom(done, app.party.redirectUri, at.pushed)
    const again = await at.browser.get(done.url)
    assert.equal(codeFrom(again, app.party.redirectUri, at.pushed), code)
    const strange = await createUserAgent().get(done.url)
    assert.equal(strange.status, 403)
    assert.ok(!strange.body.includes(code))

    await redeemed(app, at.pushed, done)
    const forge = proofsFor(app, at.browser, at.page)
    for (const url of [done.url, forge.link('begin'), app.party.authorizeUrl(at.pushed)]) {
      const late = await at.browser.follow(url)
      assert.equal(late.status, 409, url)
      assert.ok(!late.body.includes(code))
    }
    const replayed = await at.browser.submit(at.page, 'answer', { code: app.mailbox.last().code })
    assert.equal(replayed.status, 409)
    assert.equal(await count(app, 'authorization-code.issued'), 1)
    assert.equal(await count(app, 'step-up.satisfied'), 1)
  })

  test('are not opened by the link of another step, or of another step-up', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const [his, hers] = [await begin(app), await begin(app)]
    const [forHis, forHers] = [his, hers].map((at) => proofsFor(app, at.browser, at.page))
    await answer(his, app.mailbox.last().code)
    const links = [
      forHis?.link('begin').replace('/begin', '/resume'),
      forHis?.link('resume').replace('/resume', '/begin'),
      forHers?.link('resume').replace(stepUpOn(hers.page), stepUpOn(his.page)),
      forHis?.link('resume').replace(stepUpOn(his.page), stepUpOn(hers.page)),
      forHis?.link('resume').replace(/\.[^.]+$/, '.'),
      forHis?.link('resume').replace(/via=.*/, `via=${fieldOn(his.page, 'answer', 'proof')}`),
      forHis?.link('resume').replace('?', '?via=&'),
    ]
    for (const link of links) {
      const { status, body } = await his.browser.get(link ?? '')
      assert.equal(status, 404, link)
      assert.doesNotMatch(body, /code=/)
    }
  })

  test('do not let a page from before the Back button answer for one that is over', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const at = await begin(app, createUserAgent(), { login_hint: 'bob' })
    let last = at.page
    for (let n = 0; n < 5; n++)
      last = await at.browser.submit(at.page, 'answer', { code: wrongOtp(app) })
    const code = otpAt(app)
    assert.equal((await post(at.browser, at.page, 'answer', { code })).status, 422)
    const next = await at.browser.submit(last, 'choose', { factor: 'totp' })
    assert.equal((await post(at.browser, at.page, 'answer', { code })).status, 422)
    assert.equal(await judgements(app), 5)
    assert.equal((await post(at.browser, next, 'answer', { code })).status, 303)
  })

  test('do not let one window answer what another window no longer asks', async () => {
    await using app = await openApp()
    await withOtpApp(app, 'bob')
    const first = await choose(await begin(app, createUserAgent(), { login_hint: 'bob' }), 'totp')
    const ways = await first.browser.get(`${app.issuer}/step-up/${stepUpOn(first.page)}/ways`)
    const second = await first.browser.submit(ways, 'choose', { factor: 'email' })
    const code = otpAt(app)
    assert.equal((await post(first.browser, first.page, 'answer', { code })).status, 422)
    const mixed = { code: app.mailbox.last().code }
    assert.equal((await post(first.browser, first.page, 'answer', mixed)).status, 422)
    const swapped = { code, challenge: fieldOn(second, 'answer', 'challenge') }
    assert.equal((await post(first.browser, second, 'answer', swapped)).status, 422)
    assert.equal(await judgements(app, 'accepted'), 0)
    // Nothing of the app was used up on the way.
    const back = await first.browser.submit(ways, 'choose', { factor: 'totp' })
    assert.equal((await post(first.browser, back, 'answer', { code })).status, 303)
  })

  test('do not make a proof of the code that led to an enrolment', async () => {
    await using app = await openApp()
    const at = await choose(await begin(app), 'enrol-totp')
    const { code } = app.mailbox.last()
    const shown = await answer(at, code)
    const key = keyOn(shown)
    assert.equal((await post(at.browser, at.page, 'answer', { code })).status, 422)
    app.clock.advance(31)
    const ways = await at.browser.get(`${app.issuer}/step-up/${stepUpOn(shown)}/ways`)
    const asked = await at.browser.submit(ways, 'choose', { factor: 'email' })
    assert.equal((await post(at.browser, asked, 'answer', { code })).status, 422)
    // Neither does leaving the enrolment behind make it one that may still be confirmed.
    const confirmed = await post(at.browser, shown, 'confirm', { code: otpAt(app, 0, key) })
    assert.equal(confirmed.status, 422)
    assert.equal(await count(app, 'factor.enrolled'), 0)
    assert.equal(await count(app, 'step-up.satisfied'), 0)
    const fresh = app.mailbox.last().code
    assert.equal((await post(at.browser, asked, 'answer', { code: fresh })).status, 303)
    assert.equal(await count(app, 'factor.enrolled'), 0)
  })

  test('do not plan anew but from where it is blocked', async () => {
    await using app = await openApp(ONLY_EMAIL)
    app.mailbox.set('busy')
    const { browser, page: blocked } = await begin(app)
    app.mailbox.set('accept')
    app.clock.advance(130)
    const asked = await browser.submit(blocked, 'retry')
    const { code } = app.mailbox.last()
    const mails = app.mailbox.mails.length
    for (let n = 0; n < 3; n++) {
      app.clock.advance(60)
      assert.equal((await post(browser, blocked, 'retry', {})).status, 422)
    }
    assert.equal(app.mailbox.mails.length, mails)
    assert.equal((await post(browser, asked, 'answer', { code: otherThan(code) })).status, 422)
    assert.equal((await post(browser, asked, 'answer', { code })).status, 303)
  })
})
