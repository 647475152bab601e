import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeJwt } from 'jose'
import { generateSync } from 'otplib'
import { openApp, type TestApp } from '../support/app.ts'
import { otpAt, wrongOtp } from '../support/attack.ts'
import { enrol } from '../support/enrol.ts'
import { keyOn } from '../support/outside.ts'
import { begin, codeFrom, wayBack } from '../support/passage.ts'
import type { Pushed } from '../support/relying-party.ts'
import { createUserAgent, decoded, type Page } from '../support/user-agent.ts'

async function claimsOf(app: TestApp, pushed: Pushed, done: Page) {
  const response = await app.party.redeem(pushed, codeFrom(done, app.party.redirectUri, pushed))
  const body = (await response.json()) as Record<string, string>
  return decodeJwt(body['id_token'] ?? '')
}

describe('an OTP app', () => {
  test('is set up at the sign-in once the contact is proven, and is worth that proof', async () => {
    await using app = await openApp()
    const { pushed, done } = await enrol(app, createUserAgent())
    const { acr, amr } = await claimsOf(app, pushed, done)
    assert.deepEqual([acr, amr], ['mfa', ['otp']])
    const enrolled = (await app.events()).find(({ event }) => event === 'factor.enrolled')
    assert.equal(enrolled?.['provenance'], 'contact:email')
  })

  test('is worth the proof before it, also where a rung takes no app that came about so', async () => {
    const acr = [{ value: 'mfa', factors: ['email', 'totp'], enrolledBy: ['operator', 'import'] }]
    await using app = await openApp({ settings: { acr } })
    const { pushed, done } = await enrol(app, createUserAgent())
    assert.equal(done.status, 200)
    assert.equal((await claimsOf(app, pushed, done))['acr'], 'mfa')
  })

  test('is asked from then on, at most twelve calls to the store a step-up', async () => {
    await using app = await openApp()
    const { key } = await enrol(app, createUserAgent())
    app.clock.advance(30)
    const browser = createUserAgent()
    const before = await calls(app)
    const { pushed, page } = await begin(app, browser)
    const asked = await browser.submit(page, 'choose', { factor: 'totp' })
    const done = await browser.submit(asked, 'answer', { code: otpAt(app, 0, key) })
    assert.equal((await claimsOf(app, pushed, done))['acr'], 'mfa')
    const chose = 2 // found again and saved, where there was a choice
    const shown = 1
    assert.ok((await calls(app)) - before <= 12 + chose + shown)
  })

  test('says of a wrong confirming code that it is wrong, and asks for the next', async () => {
    await using app = await openApp({ settings: { factors: ['totp'], firstEnrolment: 'open' } })
    const { browser, page } = await begin(app)
    const shown = await browser.submit(page, 'choose', { factor: 'enrol-totp' })
    for (let n = 0; n < 2; n++) {
      const refused = await browser.submit(shown, 'confirm', { code: wrongOtp(app, keyOn(shown)) })
      assert.equal(refused.status, 422)
      assert.match(refused.title, /Not the right code/)
      assert.match(refused.body, /Take the code that the app shows now for Kestrel/)
      assert.doesNotMatch(refused.body, /Those were all the tries/)
    }
    const done = await browser.submit(shown, 'confirm', { code: otpAt(app, 0, keyOn(shown)) })
    assert.equal(done.status, 200)
  })

  test('takes the confirming code no second time', async () => {
    await using app = await openApp()
    const { key } = await enrol(app, createUserAgent())
    const browser = createUserAgent()
    const { page } = await begin(app, browser)
    const asked = await browser.submit(page, 'choose', { factor: 'totp' })
    const again = await browser.submit(asked, 'answer', { code: otpAt(app, 0, key) })
    assert.equal(again.status, 422)
    assert.match(again.body, /Not the right code/)
  })
})

describe('the ways out', () => {
  test('cancel leads back to the client with access_denied', async () => {
    await using app = await openApp()
    const { browser, page } = await begin(app)
    const cancelled = await browser.submit(page, 'cancel')
    assert.match(cancelled.title, /You cancelled this sign-in/)
    const href = decoded(/href="([^"]*resume[^"]*)"/.exec(cancelled.body)?.[1] ?? '')
    const back = wayBack(await browser.get(new URL(href, app.issuer).href))
    assert.equal(back.searchParams.get('error'), 'access_denied')
    assert.equal(back.searchParams.get('iss'), app.issuer)
  })

  test('the language is changed without losing the question', async () => {
    await using app = await openApp({ settings: { factors: ['email'] } })
    const { browser, page } = await begin(app)
    const chinese = await browser.submit(page, 'language')
    assert.match(chinese.body, /lang="zh-CN"/)
    const done = await browser.submit(chinese, 'answer', { code: app.mailbox.last().code })
    assert.equal(done.status, 200)
    assert.equal(app.mailbox.mails.length, 1)
  })

  test('a tab that the phone dropped finds its question again', async () => {
    await using app = await openApp({ settings: { factors: ['email'] } })
    const { browser, page } = await begin(app)
    const wrong = await browser.submit(page, 'answer', { code: '12' })
    assert.match(wrong.url, /\/answer$/)
    const again = await browser.follow(wrong.url)
    assert.equal(again.url, wrong.url.replace(/\/answer$/, ''))
    const done = await browser.submit(again, 'answer', { code: app.mailbox.last().code })
    assert.equal(done.status, 200)
    assert.equal((await browser.get(`${app.issuer}/step-up/stp_x/answer`)).status, 404)
  })

  test('mail that cannot be sent offers the other ways and costs no try', async () => {
    await using app = await openApp()
    app.mailbox.set('busy')
    const { browser, page } = await begin(app)
    const blocked = await browser.submit(page, 'choose', { factor: 'email' })
    assert.match(blocked.title, /can’t send codes right now/)
    app.mailbox.set('accept')
    app.clock.advance(60)
    const again = await browser.submit(blocked, 'retry')
    assert.match(again.title, /How do you want to confirm/)
  })

  test('who has no contact is told so, may try again, and leaves an exact reason', async () => {
    await using app = await openApp()
    const { page } = await begin(app, createUserAgent(), { login_hint: 'no.contact' })
    assert.equal(page.status, 403)
    assert.match(page.title, /We have nowhere to send your code/)
    const { page: nobody } = await begin(app, createUserAgent(), { login_hint: 'nobody' })
    assert.equal(nobody.status, 403)
    const reasons = (await app.events())
      .filter(({ event }) => event === 'step-up.blocked')
      .map(({ reason }) => reason)
    assert.deepEqual(reasons, ['no factor has what it needs', 'subject is not-found'])
  })
})

async function calls(app: TestApp): Promise<number> {
  const metrics = await (await fetch(`${app.managementUrl}/metrics`)).text()
  return [...metrics.matchAll(/^sallyport_store_duration_seconds_count\{.*\} (\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  )
}

describe('a person with an OTP app alone', () => {
  test('is asked at once, in six exchanges and twelve calls to the store', async () => {
    await using app = await openApp({ settings: { factors: ['totp', 'email'] }, people: 'none' })
    await importBob(app)
    const before = await calls(app)
    const { browser, pushed, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    assert.match(page.title, /Enter the code from your OTP app/)
    const done = await browser.submit(page, 'answer', { code: otpAt(app, 0, SECRET) })
    assert.equal((await claimsOf(app, pushed, done))['acr'], 'mfa-app')
    assert.equal((await calls(app)) - before, 12)
  })

  test('reads of its own app, also where it shows eight digits for a minute', async () => {
    await using app = await openApp({ people: 'none' })
    await importBob(app, '&digits=8&period=60')
    const before = await calls(app)
    const { browser, pushed, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    assert.match(page.body, /8-digit code/)
    assert.match(page.body, /It changes every 60 seconds/)
    const short = await browser.submit(page, 'answer', { code: '123456' })
    assert.match(short.body, /Please enter 8 digits/)
    const code = generateSync({
      ...{ secret: SECRET, digits: 8, period: 60, epoch: app.clock.now() / 1000 },
    })
    const done = await browser.submit(short, 'answer', { code })
    assert.equal((await claimsOf(app, pushed, done))['acr'], 'mfa-app')
    const noAnswer = 3
    assert.equal((await calls(app)) - before, 12 + noAnswer)
  })
})

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

async function importBob(app: TestApp, kind = ''): Promise<void> {
  const uri = `otpauth://totp/Old:bob?secret=${SECRET}&issuer=Old${kind}`
  const rows = Buffer.from(`username,totp\nbob,${uri}\n`)
  const file = { bytes: rows, format: 'csv' } as const
  const options = { partial: false, allowShortSecrets: false }
  const report = await app.people.importPeople('test', file, options)
  assert.deepEqual(report.ok && report.value.added, 1)
}
