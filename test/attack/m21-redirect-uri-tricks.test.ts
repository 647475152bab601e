import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { judgements, ONLY_EMAIL } from '../support/attack.ts'
import { openForTwo, raw } from '../support/outside.ts'
import { begin, codeFrom } from '../support/passage.ts'
import { REGISTERED, TRICKS } from '../support/redirect-uris.ts'
import { post as postForm } from '../support/relying-party.ts'
import { asked, PUSHED_OR_SIGNED } from '../support/signed-request.ts'
import { redeemed } from '../support/token.ts'
import { createUserAgent, decoded } from '../support/user-agent.ts'

const OPTIONS = {
  settings: ONLY_EMAIL.settings,
  client: { ...PUSHED_OR_SIGNED, redirectUris: [...REGISTERED] },
}

/** On our own page, with a number to quote, and nobody is sent anywhere. */
function assertStays(answer: Awaited<ReturnType<typeof raw>>, what: string): void {
  assert.equal(answer.status, 400, what)
  assert.equal(answer.headers['location'], undefined, what)
  assert.match(answer.headers['content-type'] ?? '', /^text\/html/)
  const requestId = answer.headers['x-request-id'] ?? 'none'
  assert.match(requestId, /^[2-9A-Z]{4}-[2-9A-Z]{4}$/)
  assert.ok(answer.body.includes(requestId), what)
  assert.doesNotMatch(answer.body, /http-equiv="refresh"|evil\.example|iam\.example/, what)
}

async function signed(app: TestApp, over: Record<string, unknown>, outside = {}) {
  const request = await app.party.requestObject({ ...asked(app), ...over })
  const query = new URLSearchParams({ client_id: 'iam', request, ...outside })
  return { query, send: () => raw(app.issuer, `/authorize?${query}`) }
}

describe('M21 redirect_uri tricks', () => {
  for (const [what, uris] of Object.entries(TRICKS))
    test(`${what} is taken nowhere`, async () => {
      await using two = await openForTwo(OPTIONS)
      const { app } = two
      for (const redirect_uri of uris) {
        const pushed = await app.party.push({ redirect_uri })
        assert.deepEqual([pushed.status, pushed.requestUri], [400, ''], redirect_uri)
        assertStays(await (await signed(app, { redirect_uri })).send(), redirect_uri)
        const query = new URLSearchParams({ ...asked(app), redirect_uri })
        assertStays(await raw(app.issuer, `/authorize?${query}`), redirect_uri)
        const form = Object.fromEntries(query)
        assertStays(await raw(app.issuer, '/authorize', { method: 'POST', form }), redirect_uri)
      }
    })

  test('each address that was registered is taken, and answered as it was written', async () => {
    await using app = await openApp(OPTIONS)
    for (const redirect_uri of REGISTERED) {
      const { browser, page } = await begin(app, createUserAgent(), { redirect_uri })
      const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
      const joint = redirect_uri.includes('?') ? '&' : '?'
      assert.ok(decoded(done.body).includes(`href="${redirect_uri}${joint}code=`), redirect_uri)
      assert.ok(decoded(done.body).includes(`url=${redirect_uri}${joint}code=`), redirect_uri)
      app.clock.advance(130)
    }
  })

  test('an address that comes twice, as a list, or not at all is taken nowhere', async () => {
    await using app = await openApp(OPTIONS)
    const [own] = REGISTERED
    const evil = 'https://evil.example'
    for (const redirect_uri of [[own], [own, evil], { 0: own }, 1, true, null, '', own.split('')]) {
      const { send } = await signed(app, { redirect_uri })
      assertStays(await send(), JSON.stringify(redirect_uri))
    }
    for (const pair of [
      [own, evil],
      [evil, own],
      [own, own],
    ]) {
      const { query } = await signed(app, {})
      const twice = pair.map((uri) => `redirect_uri=${encodeURIComponent(uri)}`).join('&')
      assertStays(await raw(app.issuer, `/authorize?${query}&${twice}`), twice)
      const plain = new URLSearchParams({ ...asked(app), redirect_uri: '' })
      plain.delete('redirect_uri')
      assertStays(await raw(app.issuer, `/authorize?${plain}&${twice}`), twice)
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const parameters = new URLSearchParams({ client_assertion: await app.party.assertion() })
      const body = `${plain}&${parameters}&${twice}`
      const par = await fetch(`${app.issuer}/par`, { method: 'POST', headers, body })
      assert.equal(par.status, 400)
    }
    for (const name of [
      'redirect_uri[]',
      'redirect_uri[0]',
      'Redirect_uri',
      'redirectUri',
      'redirect_uri.',
    ]) {
      const pushed = await app.party.push({ redirect_uri: undefined, [name]: own })
      assert.equal(pushed.status, 400, name)
    }
  })

  test('an address beside the request replaces none that is in it', async () => {
    await using two = await openForTwo(OPTIONS)
    const { app, other } = two
    for (const evil of ['https://evil.example', other.party.redirectUri, REGISTERED[1]]) {
      const { send } = await signed(app, {}, { redirect_uri: evil })
      assertStays(await send(), evil)
      const pushed = await app.party.push()
      const outside = new URLSearchParams({ redirect_uri: evil, state: 'mine' })
      const browser = createUserAgent()
      const page = await browser.follow(`${app.party.authorizeUrl(pushed)}&${outside}`)
      if (page.status === 400) continue
      const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
      codeFrom(done, app.party.redirectUri, pushed)
      app.clock.advance(130)
    }
    // A request that one client pushed is nothing that another may open.
    const pushed = await app.party.push()
    const foreign = new URLSearchParams({ client_id: 'other', request_uri: pushed.requestUri })
    assertStays(await raw(app.issuer, `/authorize?${foreign}`), 'another client')
  })

  test('no mistake of a request sends anybody to an address that is not registered', async () => {
    await using app = await openApp(OPTIONS)
    const redirect_uri = 'https://evil.example/callback'
    for (const over of [
      { response_type: 'token' },
      { scope: 'none' },
      { prompt: 'none' },
      { code_challenge: '' },
      { state: 'x\r\ny' },
      { login_hint: '' },
      { client_id: 'nobody' },
      { client_id: 'other' },
    ]) {
      const { send } = await signed(app, { ...over, redirect_uri })
      assertStays(await send(), JSON.stringify(over))
      const query = new URLSearchParams({ ...asked(app), ...over, redirect_uri })
      assertStays(await raw(app.issuer, `/authorize?${query}`), JSON.stringify(over))
    }
  })

  test('the address at the token endpoint has to be the one of the request', async () => {
    await using app = await openApp(OPTIONS)
    const { browser, page, pushed } = await begin(app)
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    const code = codeFrom(done, app.party.redirectUri, pushed)
    const wrong = [
      ...REGISTERED.slice(1),
      `${REGISTERED[0]}/`,
      'https://evil.example',
      '',
      undefined,
    ]
    for (const redirect_uri of wrong) {
      const { status } = await app.party.redeem(pushed, code, { redirect_uri })
      assert.equal(status, 400, redirect_uri)
    }
    assert.equal((await redeemed(app, pushed, done)).claims.sub, 'li.wei')
    assert.equal(await judgements(app), 1)
  })

  test('whoever may not be heard unsigned is told so at a registered address alone', async () => {
    await using app = await openApp(OPTIONS)
    const query = new URLSearchParams({ ...asked(app) })
    const { headers, status } = await raw(app.issuer, `/authorize?${query}`)
    assert.equal(status, 303)
    assert.ok(headers['location']?.startsWith(`${REGISTERED[0]}?error=invalid_request`))
    const posted = await postForm(`${app.issuer}/authorize`, Object.fromEntries(query))
    assert.ok(posted.headers.get('location')?.startsWith(`${REGISTERED[0]}?error=`))
  })
})
