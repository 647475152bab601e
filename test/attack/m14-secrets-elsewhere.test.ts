import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LI_WEI, openApp, type TestApp } from '../support/app.ts'
import { ONLY_EMAIL, otpAt, post, SEED, withOtpApp } from '../support/attack.ts'
import { basic, cookiesOf, keyOn, raw, SECRET, SECRETIVE, stepUpOn } from '../support/outside.ts'
import { begin, codeFrom } from '../support/passage.ts'
import { assertIn, assertNowhere, type Places, placesOf } from '../support/places.ts'
import { post as postForm } from '../support/relying-party.ts'
import { spelled } from '../support/test-store.ts'
import { redeemed } from '../support/token.ts'
import { createUserAgent, type Page, type UserAgent } from '../support/user-agent.ts'

const EIGHT_DIGITS = { settings: { factors: ['email'], stepUp: { codeDigits: 8 } } }

/** A browser, and what somebody behind its owner sees: addresses, headers and pages. */
function watchedBrowser() {
  const urls: string[] = []
  const browser = createUserAgent('en', ({ url }) => void urls.push(url))
  const pages: Page[] = []
  const show = (page: Page) => {
    pages.push(page)
    return page
  }
  const watched: UserAgent = {
    cookies: browser.cookies,
    get: async (url, headers) => show(await browser.get(url, headers)),
    follow: async (url) => show(await browser.follow(url)),
    submit: async (page, action, fields) => show(await browser.submit(page, action, fields)),
  }
  const headersOf = ({ headers }: Page) =>
    [...headers].filter(([name]) => name !== 'set-cookie').join('\n')
  const seen = (): Places =>
    new Map([
      ['an address', urls.join('\n')],
      ['a header', pages.map(headersOf).join('\n')],
      ['a page', pages.map(({ body }) => body).join('\n')],
    ])
  return { browser: watched, pages, seen }
}

const bytesOf = (base32: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...base32].map((sign) => alphabet.indexOf(sign).toString(2).padStart(5, '0'))
  const bytes = bits.join('').match(/.{8}/g) ?? []
  return String.fromCharCode(...bytes.map((byte) => Number.parseInt(byte, 2)))
}

const inGroups = (key: string): string => (key.match(/.{4}/g) ?? []).join('</span> <span>')

describe('M14 what grants something, where it does not belong', () => {
  test('the code that was sent is in its message alone, and not in the subject', async () => {
    await using app = await openApp(EIGHT_DIGITS)
    const { browser, seen } = watchedBrowser()
    const { page, pushed } = await begin(app, browser)
    const codes = [app.mailbox.last().code]
    await browser.submit(page, 'answer', { code: '00000000' })
    app.clock.advance(250)
    const again = await browser.submit(page, 'resend')
    codes.push(app.mailbox.last().code)
    assert.notEqual(codes[0], codes[1])
    await browser.submit(again, 'answer', { code: codes[0] ?? '' })
    const done = await browser.submit(again, 'answer', { code: codes[1] ?? '' })
    await redeemed(app, pushed, done)
    await browser.submit(again, 'answer', { code: codes[1] ?? '' })

    for (const [n, code] of codes.entries()) {
      assert.match(code, /^[0-9]{8}$/)
      const { raw: message, text, subject } = app.mailbox.mails[n] ?? app.mailbox.last()
      assertIn('its message', text, code)
      assert.ok(!subject.includes(code), subject)
      const [head = ''] = message.split(/\r?\n\r?\n/)
      assertNowhere(new Map([['the head of the message', head], ...seen()]), { code })
      assertNowhere(await placesOf(app), { code })
    }
  })

  test('the seed of an OTP app is on the page that sets it up alone, and no code of it is kept', async () => {
    await using app = await openApp()
    const { browser, pages, seen } = watchedBrowser()
    const { page } = await begin(app, browser)
    const asked = await browser.submit(page, 'choose', { factor: 'enrol-totp' })
    const shown = await browser.submit(asked, 'answer', { code: app.mailbox.last().code })
    const key = keyOn(shown)
    const seed = { key, bytes: bytesOf(key), groups: inGroups(key) }
    assert.equal(seed.bytes.length, 20)
    assertIn('its page', shown.body, key)
    // While it is pending, not even the store has it.
    assertNowhere(await placesOf(app), seed)

    const code = otpAt(app, 0, key)
    await browser.submit(shown, 'confirm', { code })
    assertNowhere(await placesOf(app), { ...seed, code })
    pages.splice(pages.indexOf(shown), 1)
    await browser.get(`${app.issuer}/step-up/${stepUpOn(shown)}`)
    await browser.get(`${app.issuer}/step-up/${stepUpOn(shown)}/ways`)
    assertNowhere(seen(), { ...seed, code })
  })

  test('an imported seed is kept sealed, and no code of it anywhere', async () => {
    await using app = await openApp()
    await withOtpApp(app, 'bob')
    const { browser, seen } = watchedBrowser()
    const { page, pushed } = await begin(app, browser, { login_hint: 'bob' })
    const asked = await browser.submit(page, 'choose', { factor: 'totp' })
    const code = otpAt(app)
    await redeemed(app, pushed, await browser.submit(asked, 'answer', { code }))
    await browser.submit(asked, 'answer', { code })
    const secrets = { key: SEED, bytes: bytesOf(SEED), code, fieldKey: '\x07'.repeat(32) }
    assertNowhere(await placesOf(app), secrets)
    assertNowhere(seen(), secrets)
  })

  test('the cookie of a browser is in that browser alone', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, seen } = watchedBrowser()
    const { page, pushed } = await begin(app, browser)
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    await redeemed(app, pushed, done)
    const thief = createUserAgent()
    await thief.get(page.url)
    const cookies = [browser, thief].map(({ cookies: jar }) => jar.get('sallyport') ?? 'no cookie')
    assert.match(cookies[0] ?? '', /^[\w-]{43}$/)
    assertNowhere(await placesOf(app), { cookie: cookies[0] ?? '' })
    assertNowhere(seen(), { cookie: cookies[0] ?? '' })
  })

  test('what a client says and gets is between it and us', async () => {
    await using app = await openApp({ ...ONLY_EMAIL, clients: [SECRETIVE] })
    const { browser, seen } = watchedBrowser()
    const assertions = [await app.party.assertion(), await app.party.assertion()]
    const over = { client_assertion: assertions[0] ?? '' }
    const { page, pushed } = await begin(app, browser, over)
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    const code = codeFrom(done, app.party.redirectUri, pushed)
    const given = { code, verifier: pushed.verifier, assertion: assertions[1] ?? '' }
    const answer = await app.party.redeem(pushed, code, { client_assertion: given.assertion })
    const tokens = await answer.text()
    const access = /"access_token":"([^"]+)"/.exec(tokens)?.[1] ?? ''
    await raw(app.issuer, '/userinfo', { headers: { authorization: `Bearer ${access}` } })

    // And where careless clients put them: a second time, in the address, in the wrong place.
    await app.party.redeem(pushed, code)
    await app.party.redeem(pushed, 'x'.repeat(200), { client_secret: SECRET })
    const query = new URLSearchParams({ code, client_secret: SECRET, access_token: access })
    for (const path of [
      '/token',
      '/par',
      '/userinfo',
      '/authorize',
      '/nowhere',
      `/step-up/${code}`,
    ])
      for (const method of ['GET', 'POST'])
        await raw(app.issuer, `${path}?${query}`, { method, form: { client_secret: SECRET } })
    const headers = basic(`secretive:${SECRET}`)
    assert.equal((await postForm(`${app.issuer}/par`, {}, headers)).status, 400)

    const signature = /"id_token":"[^."]+\.[^."]+\.([^."]+)"/.exec(tokens)?.[1] ?? ''
    const secrets = {
      ...{
        ...given,
        access,
        signature,
        secret: SECRET,
        header: headers.authorization.slice(6),
        pushedAssertion: assertions[0] ?? '',
      },
      requestUri: pushed.requestUri.split(':').at(-1) ?? '',
    }
    assertNowhere(await placesOf(app), secrets)
    // The way back is what the code is for; nobody else sees it.
    const { code: _, requestUri: __, ...others } = secrets
    assertNowhere(seen(), others)
    const without = done.body.replaceAll(code, '')
    assertIn('the way back', done.body, code)
    assertNowhere(new Map([['the rest of the page', without]]), { code })
    assert.equal(done.headers.get('referrer-policy'), 'no-referrer')
    assert.equal(done.headers.get('cache-control'), 'no-store')
  })

  test('a fault tells its log where it was, and not what was being said', async () => {
    await using app = await openApp(EIGHT_DIGITS)
    const { browser, seen } = watchedBrowser()
    app.mailbox.set('busy')
    const { page: blocked } = await begin(app, browser)
    app.mailbox.set('accept')
    app.clock.advance(130)
    const page = await browser.submit(blocked, 'retry')
    const { code } = app.mailbox.last()
    const { page: ready, pushed } = await passedBy(app)
    const authorization = codeFrom(ready, app.party.redirectUri, pushed)
    const counted = spelled({ sqlite: 'failures', postgres: 'lanes' })
    for (const gone of ['authorization_codes DROP issued_at', `counters DROP ${counted}`])
      await app.kept.change(`ALTER TABLE ${gone}`)

    const assertion = await app.party.assertion()
    const over = { client_assertion: assertion }
    const failed = await app.party.redeem(pushed, authorization, over)
    const broken = await post(browser, page, 'answer', { code })
    assert.deepEqual([failed.status, broken.status], [500, 500])
    const errors = app.logged.filter((line) => line.includes('"level":"error"'))
    assert.equal(errors.length, 2)
    assert.ok(errors.every((line) => /no such column|column .* does not exist/.test(line)))
    const cookie = cookiesOf(browser).split('=')[1] ?? ''
    const secrets = { code, authorization, assertion, verifier: pushed.verifier, cookie }
    const answers = new Map([['the answers', (await failed.text()) + (await broken.text())]])
    assertNowhere(new Map([['the log', app.logged.join('')], ...answers, ...seen()]), secrets)
    assert.doesNotMatch(answers.get('the answers') ?? '', /no such column|does not exist|SQL|\.ts/)
  })

  test('who somebody is stays out of the log, the metrics and the audit', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const phone = '+8613800138000'
    await app.people.set('test', 'li.wei', { phones: [phone] })
    const { browser, page } = await begin(app)
    await browser.submit(page, 'answer', { code: '000000' })
    app.mailbox.set('refuse-recipient')
    app.clock.advance(130)
    await begin(app)
    const places = await placesOf(app)
    const told = new Map([...places].filter(([place]) => place.startsWith('the ')))
    assert.equal(told.size, 3)
    assertNowhere(told, { hint: 'li.wei', name: 'Li Wei', address: LI_WEI, phone })
  })

  test('what was typed into the wrong box is neither shown nor kept', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page } = await begin(app)
    const typed = 'my-Password-of-today'
    const answers: string[] = []
    for (const { action } of page.forms)
      for (const name of ['code', 'factor', 'to', 'locale', 'challenge', 'proof', 'username']) {
        if (action === 'cancel' && name !== 'proof') continue
        const answer = await post(browser, page, action, { [name]: typed })
        answers.push(`${[...answer.headers].join('\n')}${await answer.text()}`)
      }
    const headers = {
      referer: `https://${typed}.example/`,
      'user-agent': typed,
      'x-request-id': typed,
    }
    const id = stepUpOn(page)
    for (const path of [
      '/',
      `/${typed}`,
      `/step-up/${typed}`,
      `/step-up/${id}/begin`,
      '/authorize',
    ])
      for (const method of ['GET', 'POST', 'PUT']) {
        const form = { client_id: typed, request_uri: typed, code: typed }
        const answer = await raw(app.issuer, `${path}?via=${typed}`, { method, headers, form })
        answers.push(JSON.stringify(answer))
      }
    const shown = new Map([['an answer', answers.join('\n')]])
    assertNowhere(shown, { typed })
    assertNowhere(await placesOf(app), { typed })
  })
})

/** Somebody else's step-up that is proven and not redeemed. */
async function passedBy(app: TestApp) {
  await app.people.add('test', { username: 'mallory', emails: ['mallory@kestrel.example'] })
  const last = app.mailbox.last()
  const { browser, page, pushed } = await begin(app, createUserAgent(), { login_hint: 'mallory' })
  assert.notEqual(app.mailbox.last(), last)
  const ready = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
  return { page: ready, pushed }
}
