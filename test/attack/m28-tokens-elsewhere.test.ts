import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { ONLY_EMAIL } from '../support/attack.ts'
import { rowsIn } from '../support/kept.ts'
import { openForTwo } from '../support/outside.ts'
import { begin, codeFrom } from '../support/passage.ts'
import { post } from '../support/relying-party.ts'
import { asked, PUSHED_OR_SIGNED, signedUrl } from '../support/signed-request.ts'
import { type Redeemed, redeemed } from '../support/token.ts'
import { createUserAgent } from '../support/user-agent.ts'

const OPTIONS = { ...ONLY_EMAIL, client: PUSHED_OR_SIGNED } as const
const DISPLAY = 'Wei Li of Accounts'
const PHONE = '+8613800138000'

async function passed(app: TestApp, over: Record<string, string | undefined> = {}) {
  const { browser, pushed, page } = await begin(app, createUserAgent(), over)
  const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
  const code = codeFrom(done, app.party.redirectUri, pushed)
  return { pushed, code, ...(await redeemed(app, pushed, done)) }
}

const about = (app: TestApp, accessToken: string, init: RequestInit = {}) =>
  fetch(`${app.issuer}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` }, ...init })

const sizes = ({ claims }: Redeemed) => ({
  life: Number(claims.exp) - Number(claims.iat),
  jti: claims.jti,
})

describe('M28 what is issued, used elsewhere or for longer', () => {
  test('says of a sign-in what was proven and for whom, and not one thing more', async () => {
    await using app = await openApp(OPTIONS)
    await app.people.set('test', 'li.wei', { displayName: DISPLAY, phones: [PHONE] })
    const context = {
      identifiers: {
        preferred_username: 'li.wei',
        email: 'private@kestrel.example',
        upn: 'li@corp',
      },
      application: { id: 'payroll-7', name: 'Payroll' },
      ...{ amr: ['pwd'], auth_time: 1_893_400_000, client_ip: '198.51.100.9' },
    }
    const scope = 'openid profile email phone address offline_access groups'
    const claims = JSON.stringify({
      id_token: { email: null, phone_number: { essential: true }, groups: null },
      userinfo: { name: null, email: { essential: true } },
    })
    const over = { scope, claims, sallyport_context: JSON.stringify(context), acr_values: 'mfa' }
    const token = await passed(app, over)
    const now = app.clock.now() / 1000
    const { jti, ...said } = token.claims
    assert.deepEqual(said, {
      ...{ iss: app.issuer, sub: 'li.wei', aud: 'iam', exp: now + 300, iat: now },
      ...{ nonce: token.pushed.nonce, acr: 'mfa', amr: ['otp'], auth_time: now },
    })
    assert.match(String(jti), /^[A-Za-z0-9_-]{22,}$/)
    assert.deepEqual(Object.keys(token.header).sort(), ['alg', 'kid', 'typ'])
    assert.deepEqual([token.header['alg'], token.header['typ']], ['ES256', 'JWT'])
    assert.deepEqual(
      { ...token.body, access_token: '', id_token: '' },
      { access_token: '', id_token: '', token_type: 'Bearer', expires_in: 300, scope: 'openid' },
    )
    const info: unknown = await (await about(app, token.accessToken)).json()
    assert.deepEqual(info, { sub: 'li.wei', acr: 'mfa', amr: ['otp'], auth_time: now })
    const all = JSON.stringify([token.claims, token.header, info])
    assert.doesNotMatch(
      all,
      /kestrel\.example|corp|Payroll|payroll|198\.51|138001|Accounts|acc_|stp_/,
    )
  })

  test('is signed by a key that is published, and by that alone', async () => {
    await using app = await openApp(OPTIONS)
    const { header, idToken } = await passed(app)
    const { keys } = (await (await fetch(`${app.issuer}/jwks`)).json()) as {
      readonly keys: readonly Record<string, unknown>[]
    }
    const signing = keys.filter(({ kid }) => kid === header['kid'])
    assert.equal(signing.length, 1)
    for (const key of keys) {
      assert.deepEqual(Object.keys(key).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
      assert.deepEqual([key['alg'], key['crv'], key['use']], ['ES256', 'P-256', 'sig'])
    }
    assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length)
    const [, , signature = ''] = idToken.split('.')
    assert.equal(Buffer.from(signature, 'base64url').length, 64)
  })

  test('is never the same twice, and lives five minutes at most', async () => {
    await using app = await openApp(OPTIONS)
    const all: Redeemed[] = []
    for (let n = 0; n < 6; n++) {
      all.push(await passed(app))
      app.clock.advance(31)
    }
    for (const { life } of all.map(sizes)) assert.ok(life > 0 && life <= 300)
    for (const of of [
      all.map(({ claims }) => claims.jti),
      all.map(({ accessToken }) => accessToken),
      all.map(({ idToken }) => idToken),
    ])
      assert.equal(new Set(of).size, all.length)
    for (const { accessToken } of all) assert.match(accessToken, /^[A-Za-z0-9_-]{43}$/)
  })

  test('opens userinfo until its time is over, and in no other way than by the header', async () => {
    await using app = await openApp(OPTIONS)
    const { accessToken } = await passed(app)
    app.clock.advance(299)
    assert.equal((await about(app, accessToken)).status, 200)
    assert.equal((await about(app, accessToken, { method: 'POST' })).status, 200)
    const query = await fetch(`${app.issuer}/userinfo?access_token=${accessToken}`)
    const form = await post(`${app.issuer}/userinfo`, { access_token: accessToken })
    const cookie = await fetch(`${app.issuer}/userinfo`, {
      headers: { cookie: `sallyport=${accessToken}` },
    })
    for (const { status } of [query, form, cookie]) assert.equal(status, 401)
    for (const odd of [
      `${accessToken}A`,
      accessToken.slice(1),
      accessToken.toLowerCase(),
      `${accessToken} x`,
      '',
    ])
      assert.equal((await about(app, odd)).status, 401, odd)
    app.clock.advance(1)
    const late = await about(app, accessToken)
    assert.equal(late.status, 401)
    assert.match(late.headers.get('www-authenticate') ?? '', /invalid_token/)
    assert.equal(await late.text(), '')
  })

  test('opens no other door: an access token is for userinfo alone', async () => {
    await using app = await openApp(OPTIONS)
    const { accessToken, pushed } = await passed(app)
    const before = await rowsIn(app)
    const headers = { authorization: `Bearer ${accessToken}` }
    const form = {
      ...asked(app),
      grant_type: 'authorization_code',
      code: accessToken,
      code_verifier: pushed.verifier,
    }
    for (const path of ['par', 'token'])
      assert.equal((await post(`${app.issuer}/${path}`, form, headers)).status, 401)
    for (const more of [{ client_assertion: accessToken }, { client_secret: accessToken }])
      assert.ok((await post(`${app.issuer}/par`, { ...form, ...more })).status >= 400)
    const asCode = await app.party.redeem(pushed, accessToken)
    assert.equal(asCode.status, 400)
    // Metrics and health are behind another port, and no way to say who one is opens the first.
    for (const path of ['metrics', 'health/ready', 'admin', 'v1/challenges', 'account'])
      assert.equal((await fetch(`${app.issuer}/${path}`, { headers })).status, 404)
    const { client_assertions: _, ...after } = await rowsIn(app)
    assert.deepEqual({ ...after, client_assertions: before['client_assertions'] }, before)
  })

  test('is taken for nothing else: neither an ID token nor a code is a credential here', async () => {
    await using app = await openApp(OPTIONS)
    const { idToken, code } = await passed(app)
    for (const bearer of [idToken, code, await app.party.assertion()])
      assert.equal((await about(app, bearer)).status, 401)
    assert.equal((await app.party.push({ client_assertion: idToken })).status, 401)
    const page = await fetch(signedUrl(app, idToken), { redirect: 'manual' })
    assert.equal(page.status, 400)
    assert.equal((await app.party.push({ id_token_hint: idToken })).status, 400)
  })

  test('ends with its code: when that comes a second time, the access token is gone', async () => {
    await using app = await openApp(OPTIONS)
    const { accessToken, code, pushed } = await passed(app)
    assert.equal((await about(app, accessToken)).status, 200)
    assert.equal((await app.party.redeem(pushed, code)).status, 400)
    assert.equal((await about(app, accessToken)).status, 401)
  })

  test('is for the client that asked, and names no other', async () => {
    await using two = await openForTwo(ONLY_EMAIL)
    const mine = await passed(two.app)
    const theirs = await passed(two.other)
    assert.deepEqual([mine.claims.aud, theirs.claims.aud], ['iam', 'other'])
    for (const { claims } of [mine, theirs]) assert.ok(!('azp' in claims))
  })
})
