import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeJwt } from 'jose'
import { openApp, type TestApp } from '../support/app.ts'
import { ONLY_EMAIL } from '../support/attack.ts'
import { rowsIn } from '../support/kept.ts'
import { openForTwo } from '../support/outside.ts'
import { begin, pass, wayBack } from '../support/passage.ts'
import { post } from '../support/relying-party.ts'
import { asked, PUSHED_OR_SIGNED, signedUrl } from '../support/signed-request.ts'
import { respelled } from '../support/signer.ts'
import { createUserAgent } from '../support/user-agent.ts'

const SIGNED = { ...ONLY_EMAIL, client: PUSHED_OR_SIGNED } as const

/** What would mean something else wherever it is not encoded. */
const TEXTS = [
  'x&code=stolen&iss=https://evil.example#end',
  '100%25+%2B%0d%0aSet-Cookie: a=b',
  `"><script>alert(1)</script>'`,
  ' a  b ',
  '{"state":["a"]}',
  `;/?:@&=+$,!*'()\\|\`^{}[]<>`,
] as const

const names = (url: URL): readonly string[] => [...url.searchParams.keys()].sort()

async function errorOf(app: TestApp, over: Record<string, string | undefined>): Promise<URL> {
  const { page } = await begin(app, createUserAgent(), { prompt: 'none', ...over })
  assert.equal(page.status, 303)
  return wayBack(page)
}

/** How many step-ups were opened, and how many mails went out. */
const opened = async (app: TestApp) => [(await rowsIn(app))['step_ups'], app.mailbox.mails.length]

describe('M23 state and nonce, and requests that come again', () => {
  test('a state comes back as it was sent and brings nothing else along', async () => {
    await using app = await openApp(ONLY_EMAIL)
    for (const state of [...TEXTS, 's'.repeat(2048)]) {
      const back = await errorOf(app, { state })
      assert.equal(back.origin + back.pathname, app.party.redirectUri)
      assert.deepEqual([back.hash, back.searchParams.get('state')], ['', state])
      assert.deepEqual(names(back), ['error', 'error_description', 'iss', 'state'])
      assert.equal(back.searchParams.get('iss'), app.issuer)
    }
    for (const state of [undefined, ''])
      assert.deepEqual(names(await errorOf(app, { state })), ['error', 'error_description', 'iss'])
  })

  test('a state comes back so with a code too, also at an address with a query of its own', async () => {
    const redirectUri = 'https://iam.example/callback?tenant=1&state=mine'
    await using app = await openApp({ ...ONLY_EMAIL, client: { redirectUris: [redirectUri] } })
    const [state = ''] = TEXTS
    const over = { state, redirect_uri: redirectUri }
    const { browser, page } = await begin(app, createUserAgent(), over)
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    const back = wayBack(done)
    assert.ok(back.href.startsWith(`${redirectUri}&code=`))
    assert.deepEqual(back.searchParams.getAll('state'), ['mine', state])
    assert.deepEqual(names(back), ['code', 'iss', 'state', 'state', 'tenant'])
  })

  test('a nonce comes back as it was sent, and none where none was', async () => {
    await using app = await openApp(ONLY_EMAIL)
    for (const nonce of [...TEXTS, 'n'.repeat(255), undefined, '']) {
      const body = await pass(app, createUserAgent(), { nonce })
      const claims = decodeJwt(String(body['id_token']))
      const is = [Object.hasOwn(claims, 'nonce'), claims['nonce']]
      assert.deepEqual(is, nonce ? [true, nonce] : [false, undefined])
      app.clock.advance(130)
    }
  })

  test('a parameter that is said twice leaves nothing behind, by query and by form', async () => {
    await using app = await openApp(SIGNED)
    const object = await app.party.requestObject(asked(app))
    const pushed = await app.party.push()
    const before = await rowsIn(app)
    const url = signedUrl(app, object)
    const twice = [
      `${url}&state=b&state=b`,
      `${url}&nonce=b&nonce=c`,
      `${url}&request=${object}`,
      `${app.party.authorizeUrl(pushed)}&request_uri=${encodeURIComponent(pushed.requestUri)}`,
      `${app.party.authorizeUrl(pushed)}&client_id=iam`,
    ]
    for (const given of twice) {
      const { status, headers } = await createUserAgent().get(given)
      assert.deepEqual([status, headers.get('location')], [400, null], given)
    }
    const form = { ...asked(app), client_assertion: await app.party.assertion() }
    for (const more of ['state=a%20state', 'nonce=a&nonce=a', 'login_hint=mallory'])
      for (const path of ['par', 'authorize', 'token']) {
        const answer = await fetch(`${app.issuer}/${path}`, {
          method: 'POST',
          redirect: 'manual',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: `${new URLSearchParams(form)}&${more}`,
        })
        assert.deepEqual([answer.status, answer.headers.get('location')], [400, null], more)
      }
    assert.deepEqual(await rowsIn(app), before)
  })

  test('a nonce is good once, in whichever way it comes, for as long as it could come again', async () => {
    await using two = await openForTwo(SIGNED)
    const { app, other } = two
    let texts = 0
    const push = async (nonce: string) => (await app.party.push({ nonce })).status
    // Another text each time, so that it is not the same request that is opened again.
    const sign = async (nonce: string) => {
      const object = { ...asked(app), nonce, state: `state ${texts++}` }
      return createUserAgent().get(signedUrl(app, await app.party.requestObject(object)))
    }
    assert.deepEqual([await push('one'), await push('one')], [201, 400])
    const first = await sign('two')
    assert.match(first.headers.get('location') ?? '', /\/begin\?via=/)
    assert.equal(await push('two'), 400)
    for (const nonce of ['one', 'two']) {
      const back = wayBack(await sign(nonce))
      assert.equal(back.origin + back.pathname, app.party.redirectUri)
      assert.equal(back.searchParams.get('error'), 'invalid_request')
    }
    // It belongs to its client and to its letters.
    assert.equal((await other.party.push({ nonce: 'one' })).status, 201)
    assert.equal(await push('ONE'), 201)

    // Whether its request was never opened, or cancelled, or is long over.
    const { browser, page } = await begin(app, createUserAgent(), { nonce: 'three' })
    await browser.submit(page, 'cancel')
    assert.equal(await push('three'), 400)
    app.clock.advance(1200)
    await app.app.tend()
    for (const nonce of ['one', 'two', 'three']) assert.equal(await push(nonce), 400, nonce)
    const refused = (await app.events()).filter(({ reason }) => reason === 'nonce-replayed')
    assert.equal(refused.length, 8)
  })

  test('a nonce is good once, also when many bring it at a time', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const race = Array.from({ length: 8 }, () => app.party.push({ nonce: 'one' }))
    const statuses = (await Promise.all(race)).map(({ status }) => status)
    assert.deepEqual(statuses.sort(), [201, ...Array(7).fill(400)])
  })

  test('an assertion is good once, over all endpoints together', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, pushed, page } = await begin(app)
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    const code = wayBack(done).searchParams.get('code') ?? ''
    const client_assertion = await app.party.assertion()
    const tell = async () => (await app.party.push({ client_assertion })).status
    assert.deepEqual([await tell(), await tell()], [201, 401])
    assert.equal((await app.party.redeem(pushed, code, { client_assertion })).status, 401)
    // The same statement under another signature is the same assertion.
    for (const other of respelled(client_assertion))
      assert.equal((await app.party.push({ client_assertion: other })).status, 401)
    // And the code was not used up by what was refused.
    assert.equal((await app.party.redeem(pushed, code)).status, 200)
  })

  test('a pushed request that is opened again opens no second step-up and shows nothing elsewhere', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, pushed, page } = await begin(app)
    const url = app.party.authorizeUrl(pushed)
    const elsewhere = async () => {
      const seen = await createUserAgent().follow(url)
      assert.equal(seen.status, 403)
      assert.doesNotMatch(seen.body, /li\.wei|<form/)
    }
    await elsewhere()
    assert.match((await browser.follow(url)).title, /Enter the code/)
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    await elsewhere()
    const [back, again] = [wayBack(done), wayBack(await browser.follow(url))]
    assert.equal(back.href, again.href)
    const code = back.searchParams.get('code') ?? ''
    assert.equal((await app.party.redeem(pushed, code)).status, 200)
    await elsewhere()
    assert.equal((await browser.follow(url)).status, 409)
    assert.deepEqual(await opened(app), [1, 1])
    // Nor by a post, nor under the name of a client to whom it does not belong.
    const query = Object.fromEntries(new URL(url).searchParams)
    const posted = await post(`${app.issuer}/authorize`, { ...query, client_id: 'other' })
    assert.deepEqual([posted.status, posted.headers.get('location')], [400, null])
    const other = (await app.events()).filter(({ event }) => event === 'step-up.other-browser')
    assert.equal(other.length, 3)
  })

  test('a signed request that comes again opens no second step-up, under whatever signature', async () => {
    await using app = await openApp(SIGNED)
    // Nothing in it is meant to be unique: no nonce, and the link stands in somebody's history.
    const object = await app.party.requestObject(asked(app))
    const owner = createUserAgent()
    const page = await owner.follow(signedUrl(app, object))
    assert.match(page.title, /Enter the code/)
    for (const text of [object, ...respelled(object)]) {
      const seen = await createUserAgent().follow(signedUrl(app, text))
      assert.equal(seen.status, 403)
      assert.doesNotMatch(seen.body, /li\.wei|<form/)
      assert.match((await owner.follow(signedUrl(app, text))).title, /Enter the code/)
    }
    assert.deepEqual(await opened(app), [1, 1])
    await owner.submit(page, 'answer', { code: app.mailbox.last().code })
    app.clock.advance(599)
    for (const text of [object, ...respelled(object)])
      assert.ok((await createUserAgent().follow(signedUrl(app, text))).status >= 400)
    assert.deepEqual(await opened(app), [1, 1])
  })
})
