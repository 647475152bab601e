import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { ONLY_APP, ONLY_EMAIL, otpAt, withOtpApp } from '../support/attack.ts'
import { cookiesOf, keyOn, proofsFor, raw, resumeOn, stepUpOn } from '../support/outside.ts'
import { begin, codeFrom, wayBack } from '../support/passage.ts'
import { redeemed } from '../support/token.ts'
import { createUserAgent, type Page, type UserAgent } from '../support/user-agent.ts'

const CHANGES: Readonly<Record<string, (app: TestApp) => Promise<unknown>>> = {
  disabled: (app) => app.people.disable('ada', 'li.wei'),
  removed: (app) => app.people.remove('ada', 'li.wei'),
  'given another address': (app) =>
    app.people.set('ada', 'li.wei', { emails: ['new@kestrel.example'] }),
}

const count = async (app: TestApp, name: string) =>
  (await app.events()).filter(({ event }) => event === name).length

/** It is over, says so in words that fit, and the client hears that nobody was signed in. */
async function isClosed(app: TestApp, browser: UserAgent, page: Page): Promise<void> {
  const seen = await browser.follow(`${app.issuer}/step-up/${stepUpOn(page)}`)
  assert.match(seen.title, /We closed this sign-in/)
  assert.equal(seen.status, 200)
  const back = wayBack(await browser.get(resumeOn(seen))).searchParams
  assert.deepEqual([back.get('error'), back.get('code')], ['access_denied', null])
  const told = (await app.events()).filter(({ event }) => event === 'step-up.cancelled')
  assert.deepEqual(
    told.map(({ actor, stepUp }) => [actor, stepUp]),
    [['operator:ada', stepUpOn(page)]],
  )
}

describe('a person who meanwhile was', () => {
  for (const [what, change] of Object.entries(CHANGES)) {
    test(`${what} is sent no code and signed in by none`, async () => {
      await using app = await openApp(ONLY_EMAIL)
      const { browser, page } = await begin(app)
      const { code } = app.mailbox.last()
      await change(app)
      app.clock.advance(60)
      const forge = proofsFor(app, browser, page)
      const challenge = page.forms.find(({ action }) => action === 'answer')?.fields['challenge']
      for (const action of ['resend', 'choose', 'answer', 'retry'])
        await forge.post(action, { code, challenge: `${challenge}`, factor: 'email' })
      assert.equal(app.mailbox.mails.length, 1)
      assert.equal(await count(app, 'step-up.satisfied'), 0)
      await isClosed(app, browser, page)
    })

    test(`${what} gets no token for what was proven before`, async () => {
      await using app = await openApp(ONLY_EMAIL)
      const { browser, page, pushed } = await begin(app)
      const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
      const code = codeFrom(done, app.party.redirectUri, pushed)
      await change(app)
      const answer = await app.party.redeem(pushed, code)
      assert.equal(answer.status, 400)
      assert.doesNotMatch(await answer.text(), /id_token/)
      await isClosed(app, browser, page)
    })

    test(`${what} is told nothing of by a token that was given`, async () => {
      await using app = await openApp(ONLY_EMAIL)
      const { browser, page, pushed } = await begin(app)
      const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
      const { accessToken } = await redeemed(app, pushed, done)
      const headers = { authorization: `Bearer ${accessToken}` }
      assert.equal((await raw(app.issuer, '/userinfo', { headers })).status, 200)
      await change(app)
      assert.equal((await raw(app.issuer, '/userinfo', { headers })).status, 401)
      assert.equal(await count(app, 'step-up.cancelled'), 0)
    })

    test(`${what} sets up no OTP app`, async () => {
      await using app = await openApp()
      const { browser, page } = await begin(app)
      const asked = await browser.submit(page, 'choose', { factor: 'enrol-totp' })
      const shown = await browser.submit(asked, 'answer', { code: app.mailbox.last().code })
      const code = otpAt(app, 0, keyOn(shown))
      const enrolment = shown.forms.find(({ action }) => action === 'confirm')?.fields['enrolment']
      await change(app)
      await proofsFor(app, browser, shown).post('confirm', { code, enrolment: `${enrolment}` })
      assert.equal(await count(app, 'factor.enrolled'), 0)
      await isClosed(app, browser, page)
    })
  }

  test('erased comes back to nothing', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page } = await begin(app)
    await app.people.erase('ada', 'li.wei')
    const headers = { cookie: cookiesOf(browser) }
    const gone = await raw(app.issuer, `/step-up/${stepUpOn(page)}`, { headers })
    assert.ok(gone.status >= 400, `${gone.status}`)
    assert.equal(await count(app, 'step-up.cancelled'), 1)
  })
})

describe('an OTP app that was reset', () => {
  test('is worth nothing to a sign-in that was asking for it', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    const code = otpAt(app)
    await app.people.resetFactor('ada', 'bob', null)
    const answered = await browser.submit(page, 'answer', { code })
    assert.equal(await count(app, 'answer.judged'), 0)
    assert.doesNotMatch(answered.body, /code=/)
    await isClosed(app, browser, page)
  })
})
