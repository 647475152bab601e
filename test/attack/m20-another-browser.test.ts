import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { judgements, ONLY_EMAIL, post } from '../support/attack.ts'
import { cookiesOf, fieldOn, proofsFor, raw, stepUpOn } from '../support/outside.ts'
import { begin, codeFrom } from '../support/passage.ts'
import { redeemed } from '../support/token.ts'
import { createUserAgent, type UserAgent } from '../support/user-agent.ts'

const ACTIONS = ['choose', 'answer', 'resend', 'confirm', 'retry', 'cancel', 'language'] as const

const cookieOf = (browser: UserAgent): string => browser.cookies.get('sallyport') ?? ''

/** A browser that has been here before, for somebody else. */
async function usedBrowser(app: TestApp): Promise<UserAgent> {
  const browser = createUserAgent()
  await begin(app, browser, { login_hint: 'no.contact' })
  assert.match(cookieOf(browser), /^[\w-]{43}$/)
  return browser
}

describe('M20 a step-up in another browser, or under a planted name', () => {
  test('is shown, changed and finished in no browser but its own', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page, pushed } = await begin(app)
    const { code } = app.mailbox.last()
    const id = stepUpOn(page)
    const links = proofsFor(app, browser, page)
    const addresses = [
      ...[links.link('begin'), links.link('resume'), app.party.authorizeUrl(pushed)],
      ...[`${app.issuer}/step-up/${id}`, `${app.issuer}/step-up/${id}/ways`],
    ]
    const thieves = [createUserAgent(), await usedBrowser(app)]
    for (const thief of thieves) {
      for (const address of addresses) {
        const seen = await thief.follow(address)
        assert.equal(seen.status, 403, address)
        assert.doesNotMatch(seen.body, /li\.wei|<form|l•/)
      }
      // With the page as its owner sees it, and with proofs made for the thief.
      const challenge = fieldOn(page, 'answer', 'challenge')
      const stolen = await post(thief, page, 'answer', { code })
      assert.equal(stolen.status, 403)
      const own = proofsFor(app, thief, page)
      for (const action of ACTIONS) {
        const fields = { code, challenge, factor: 'email', locale: 'zh-CN' }
        assert.equal((await own.post(action, fields)).status, 403, action)
      }
    }
    assert.equal(await judgements(app), 0)
    assert.equal(app.mailbox.mails.length, 1)

    const done = await browser.submit(page, 'answer', { code })
    for (const thief of thieves)
      for (const address of addresses) {
        const { status, body, headers } = await thief.follow(address)
        assert.equal(status, 403, address)
        assert.ok(!`${body}${headers.get('location')}`.includes('code='), address)
      }
    assert.equal((await redeemed(app, pushed, done)).claims.sub, 'li.wei')
    const told = (await app.events()).filter(({ event }) => event === 'step-up.other-browser')
    assert.ok(told.length >= 2, 'the operator hears of it')
  })

  test('belongs to the first of many browsers that open one request, and sends one message', async () => {
    await using app = await openApp(ONLY_EMAIL)
    for (let round = 1; round <= 3; round++) {
      const url = app.party.authorizeUrl(await app.party.push())
      const authorized = await createUserAgent().get(url)
      const link = new URL(authorized.headers.get('location') ?? '', app.issuer).href
      // All at once, so that each finds that nobody has opened it yet.
      const browsers = Array.from({ length: 8 }, () => createUserAgent())
      const pages = await Promise.all(browsers.map((browser) => browser.get(link)))
      const owners = pages.filter(({ forms }) => forms.some(({ action }) => action === 'answer'))
      assert.equal(owners.length, 1)
      assert.equal(pages.filter(({ status }) => status === 403).length, 7)
      assert.equal(app.mailbox.mails.length, round)
      app.clock.advance(3600)
    }
  })

  test('is bound by opening it and by nothing before', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const pushed = await app.party.push()
    const look = createUserAgent()
    const authorized = await look.get(app.party.authorizeUrl(pushed))
    const link = new URL(authorized.headers.get('location') ?? '', app.issuer).href
    assert.equal(look.cookies.size, 0)
    const { pathname, search } = new URL(link)
    assert.equal((await raw(app.issuer, pathname + search, { method: 'HEAD' })).status, 204)
    for (const name of ['sec-purpose', 'purpose', 'x-moz'])
      assert.equal((await look.get(link, { [name]: 'prefetch' })).status, 204)
    assert.equal(look.cookies.size, 0)
    const { forms } = await createUserAgent().follow(link)
    assert.ok(forms.some(({ action }) => action === 'answer'))
  })

  test('is named by the cookie, and by nothing else that a request can carry', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page } = await begin(app)
    const token = cookieOf(browser)
    const path = `/step-up/${stepUpOn(page)}`
    const other = cookieOf(await usedBrowser(app))
    const cookies = [
      ...['', `sallyport=${token}; sallyport=${other}`, `sallyport=${token}; sallyport=${token}`],
      ...[`Sallyport=${token}`, `SALLYPORT=${token}`, `__Host-sallyport=${token}`],
      ...[`sallyport="${token}"`, `sallyport=${token}x`, `sallyport=${token.slice(1)}`],
      ...[`sallyport=${token}%20`, `sid=${token}`],
      ...[`sallyport=${page.headers.get('x-request-id')}`, `sallyport=${stepUpOn(page)}`],
    ]
    for (const cookie of cookies)
      assert.equal((await raw(app.issuer, path, { headers: { cookie } })).status, 403, cookie)
    for (const [place, headers] of [
      [`${path}?sallyport=${token}`, {}],
      [`${path};sallyport=${token}`, {}],
      [path, { 'x-sallyport': token, authorization: `Bearer ${token}` }],
    ] as const) {
      const { status } = await raw(app.issuer, place, { headers })
      assert.ok([403, 404].includes(status), place)
    }
    const cookie = `theme=dark; sallyport=${token}; a=b`
    assert.equal((await raw(app.issuer, path, { headers: { cookie } })).status, 200)
  })

  test('has a cookie that is made once, is never replaced and is kept from scripts and other hosts', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const browser = createUserAgent()
    const first = await begin(app, browser)
    const token = cookieOf(browser)
    const attributes = 'Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax'
    assert.equal(first.page.headers.get('set-cookie'), `sallyport=${token}; ${attributes}`)
    const second = await begin(app, browser)
    assert.equal(second.page.headers.get('set-cookie'), null)
    const code = app.mailbox.last().code
    const answer = await post(browser, first.page, 'answer', { code })
    // Renewed after a success: the same value, so that windows that are still open go on.
    assert.equal(answer.headers.get('set-cookie'), `sallyport=${token}; ${attributes}`)
    assert.equal(cookieOf(browser), token)
    const values = new Set([
      token,
      ...(await Promise.all([1, 2].map(() => usedBrowser(app)))).map(cookieOf),
    ])
    assert.equal(values.size, 3)
  })

  test('takes no cookie on https that a neighbouring host or a plain address could have planted', async () => {
    const issuer = 'https://2fa.example.com'
    await using app = await openApp({ settings: { factors: ['email'], issuer } })
    const client_assertion = await app.party.assertion({ aud: issuer })
    const pushed = await app.party.push({ client_assertion })
    const planted = 'p'.repeat(43)
    const authorized = await createUserAgent().get(app.party.authorizeUrl(pushed))
    const link = authorized.headers.get('location') ?? ''
    const opened = await raw(app.issuer, link, { headers: { cookie: `sallyport=${planted}` } })
    assert.equal(opened.status, 200)
    const given = opened.headers['set-cookie'] ?? ''
    assert.match(given, /^__Host-sallyport=[\w-]{43}; Path=\/; .*HttpOnly; SameSite=Lax; Secure$/)
    assert.doesNotMatch(given, /Domain=/i)
    assert.ok(!given.includes(planted))
    const path = new URL(link, issuer).pathname.replace('/begin', '')
    const own = given.split(';')[0] ?? ''
    for (const [cookie, status] of [
      [`sallyport=${planted}`, 403],
      [`__Host-sallyport=${planted}`, 403],
      [`${own}; __Host-sallyport=${planted}`, 403],
      [`${own}; sallyport=${planted}`, 200],
    ] as const)
      assert.equal((await raw(app.issuer, path, { headers: { cookie } })).status, status, cookie)
  })

  test('is proven alone: the success of one opens no other in the same browser', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const browser = createUserAgent()
    const first = await begin(app, browser)
    const { code } = app.mailbox.last()
    app.clock.advance(130)
    const second = await begin(app, browser)
    const fresh = app.mailbox.last().code
    const done = await browser.submit(first.page, 'answer', { code })
    codeFrom(done, app.party.redirectUri, first.pushed)
    const resumed = await browser.get(proofsFor(app, browser, second.page).link('resume'))
    assert.equal(resumed.headers.get('location'), `/step-up/${stepUpOn(second.page)}`)
    assert.equal((await post(browser, second.page, 'answer', { code })).status, 422)
    assert.equal((await post(browser, second.page, 'answer', { code: fresh })).status, 303)
    const names = [first, second].map(({ page }) => [
      stepUpOn(page),
      fieldOn(page, 'answer', 'challenge'),
      fieldOn(page, 'answer', 'proof'),
    ])
    assert.equal(new Set(names.flat()).size, 6)
  })

  test('is not opened by state, nonce or request_uri in place of a cookie', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { page, pushed } = await begin(app)
    const { state, nonce, requestUri, verifier } = pushed
    for (const value of [state, nonce, requestUri.split(':').at(-1) ?? '', verifier]) {
      const headers = { cookie: `sallyport=${value.slice(0, 43)}` }
      const { status } = await raw(app.issuer, `/step-up/${stepUpOn(page)}`, { headers })
      assert.equal(status, 403)
    }
  })

  test('says where the sign-in began when a genuine link was mailed to somebody', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const sallyport_context = JSON.stringify({ client_ip: '198.51.100.9' })
    const { browser, page } = await begin(app, createUserAgent(), { sallyport_context })
    assert.match(page.body, /198\.51\.100\.9/)
    const again = await raw(app.issuer, `/step-up/${stepUpOn(page)}`, {
      headers: { cookie: cookiesOf(browser), 'x-forwarded-for': '198.51.100.9' },
    })
    assert.match(again.body, /198\.51\.100\.9/)
    for (const client_ip of ['127.0.0.1', '::ffff:127.0.0.1']) {
      app.clock.advance(130)
      const here = JSON.stringify({ client_ip })
      const { page: same } = await begin(app, createUserAgent(), { sallyport_context: here })
      assert.doesNotMatch(same.body, /127\.0\.0\.1/)
    }
  })
})
