import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { parseConfig } from '../../src/config/index.ts'
import { openApp, type TestApp } from '../support/app.ts'
import { ONLY_EMAIL } from '../support/attack.ts'
import { basic, openForTwo, raw, SECRET, SECRETIVE } from '../support/outside.ts'
import { begin, codeFrom, wayBack } from '../support/passage.ts'
import { challengeOf, type Pushed, post } from '../support/relying-party.ts'
import { asked, PUSHED_OR_SIGNED, signedUrl } from '../support/signed-request.ts'
import { redeemed } from '../support/token.ts'
import { createUserAgent } from '../support/user-agent.ts'

const OPTIONS = { ...ONLY_EMAIL, client: PUSHED_OR_SIGNED }
const WITH_SECRET = { ...ONLY_EMAIL, clients: [SECRETIVE] }

async function proven(app: TestApp) {
  const { browser, page, pushed } = await begin(app)
  const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
  app.clock.advance(1)
  return { browser, pushed, done, code: codeFrom(done, app.party.redirectUri, pushed) }
}

async function errorOf(response: Response): Promise<string> {
  const text = await response.text()
  assert.doesNotMatch(text, /id_token|access_token/)
  return `${response.status} ${/"error":"(\w+)"/.exec(text)?.[1]}`
}

/** Whether an access token still opens what it opened. */
async function opens(app: TestApp, accessToken: string): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` }
  return (await raw(app.issuer, '/userinfo', { headers })).status
}

describe('M22 grants and requests made weaker', () => {
  const TYPES = [
    ...['token', 'id_token', 'id_token token', 'code token', 'code id_token', 'none', 'CODE'],
    ...['code code', 'code ', ' code', 'code\n', 'codetoken', 'code,token', 'code+id_token', ''],
  ]
  const MODES = ['fragment', 'form_post', 'jwt', 'query.jwt', 'web_message', 'QUERY', 'query ']

  test('have no response type but code and no response mode but query', async () => {
    await using app = await openApp(OPTIONS)
    const tries = [
      ...TYPES.map((response_type) => ({ response_type })),
      ...MODES.map((response_mode) => ({ response_mode })),
    ]
    for (const over of tries) {
      const what = JSON.stringify(over)
      assert.equal((await app.party.push(over)).status, 400, what)
      const request = await app.party.requestObject({ ...asked(app), ...over })
      const path = signedUrl(app, request).slice(app.issuer.length)
      const { headers } = await raw(app.issuer, path)
      const back = new URL(headers['location'] ?? '')
      // The refusal itself is never said in the mode that was tried.
      assert.match(
        back.searchParams.get('error') ?? '',
        /unsupported_response_type|invalid_request/,
      )
      assert.deepEqual([back.hash, back.searchParams.get('code')], ['', null], what)
    }
  })

  test('are not turned into others by what stands beside a request', async () => {
    await using app = await openApp(OPTIONS)
    const pushed = await app.party.push()
    const outside = new URLSearchParams({
      ...{ response_type: 'code id_token token', response_mode: 'fragment', scope: 'openid admin' },
      ...{ code_challenge_method: 'plain', code_challenge: 'x'.repeat(43), nonce: 'mine' },
    })
    const browser = createUserAgent()
    const page = await browser.follow(`${app.party.authorizeUrl(pushed)}&${outside}`)
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    const back = wayBack(done)
    assert.deepEqual(
      [back.hash, [...back.searchParams.keys()].sort()],
      [...['', ['code', 'iss', 'state']]],
    )
    const { claims, body } = await redeemed(app, pushed, done)
    assert.deepEqual([claims['nonce'], body['scope']], [pushed.nonce, 'openid'])

    const request = await app.party.requestObject(asked(app))
    for (const [name, value] of outside) {
      const url = signedUrl(app, request, { [name]: value })
      const { status, headers } = await raw(app.issuer, url.slice(app.issuer.length))
      const isAsked = name in asked(app)
      assert.equal(status, isAsked ? 400 : 303, name)
      assert.doesNotMatch(headers['location'] ?? '', /iam\.example/, name)
    }
  })

  test('are never without PKCE by S256', async () => {
    await using app = await openApp(OPTIONS)
    const weak = [
      { code_challenge: undefined, code_challenge_method: undefined },
      ...[undefined, 'plain', 's256', 'S512', 'none', '', 'S256 plain'].map((method) => ({
        code_challenge_method: method,
      })),
      ...[
        undefined,
        '',
        'x',
        'x'.repeat(42),
        'x'.repeat(44),
        `${'x'.repeat(42)}=`,
        `${'x'.repeat(42)}.`,
      ].map((code_challenge) => ({ code_challenge })),
    ]
    for (const over of weak)
      assert.equal((await app.party.push(over)).status, 400, JSON.stringify(over))
  })

  const STOLEN: Readonly<Record<string, (pushed: Pushed) => string>> = {
    'another verifier': () => 'v'.repeat(43),
    'the challenge': ({ verifier }) => challengeOf(verifier),
    'the state': ({ state }) => state,
    'the nonce': ({ nonce }) => nonce,
    'the verifier in capitals': ({ verifier }) => verifier.toUpperCase(),
  }
  test('give nothing for a code without its verifier, which uses the code up', async () => {
    await using app = await openApp(OPTIONS)
    for (const [what, instead] of Object.entries(STOLEN)) {
      const { pushed, code } = await proven(app)
      const over = { code_verifier: instead(pushed) }
      const said = await errorOf(await app.party.redeem(pushed, code, over))
      assert.equal(said, '400 invalid_grant', what)
      assert.equal(await errorOf(await app.party.redeem(pushed, code)), '400 invalid_grant', what)
    }
  })

  test('give nothing for a code where no verifier came', async () => {
    await using app = await openApp(OPTIONS)
    const { pushed, code } = await proven(app)
    for (const over of [{ code_verifier: undefined }, { code_verifier: '' }])
      assert.equal(await errorOf(await app.party.redeem(pushed, code, over)), '400 invalid_request')
  })

  test('are over with the first use of a code: its token dies when it comes again', async () => {
    await using app = await openApp(OPTIONS)
    const first = await proven(app)
    const { accessToken } = await redeemed(app, first.pushed, first.done)
    app.clock.advance(130)
    const second = await proven(app)
    const another = await redeemed(app, second.pushed, second.done)
    assert.deepEqual(
      [await opens(app, accessToken), await opens(app, another.accessToken)],
      [200, 200],
    )
    assert.equal(
      await errorOf(await app.party.redeem(first.pushed, first.code)),
      '400 invalid_grant',
    )
    assert.deepEqual(
      [await opens(app, accessToken), await opens(app, another.accessToken)],
      [401, 200],
    )
    assert.equal(
      await errorOf(await app.party.redeem(first.pushed, first.code)),
      '400 invalid_grant',
    )
    const told = (await app.events()).filter(({ event }) => event === 'authorization-code.replayed')
    assert.equal(told.length, 2)
  })

  test('are over after a minute', async () => {
    await using app = await openApp(OPTIONS)
    for (const [seconds, status] of [
      [59, 200],
      [60, 400],
      [3600, 400],
    ] as const) {
      const { pushed, code } = await proven(app)
      app.clock.advance(seconds)
      assert.equal((await app.party.redeem(pushed, code)).status, status, `${seconds + 1} s`)
      app.clock.advance(130)
    }
  })

  test('belong to the client that asked, which another can neither use nor use up', async () => {
    await using two = await openForTwo(OPTIONS)
    const { app, other } = two
    const { pushed, code, done } = await proven(app)
    for (const over of [
      {},
      { redirect_uri: app.party.redirectUri },
      { client_id: 'iam' },
      { client_id: 'iam', redirect_uri: app.party.redirectUri },
    ]) {
      const answer = await errorOf(await other.party.redeem(pushed, code, over))
      assert.match(answer, /400 invalid_grant|401 invalid_client/)
    }
    const own = await redeemed(app, pushed, done)
    assert.equal(own.claims.aud, 'iam')
    await other.party.redeem(pushed, code, { redirect_uri: app.party.redirectUri })
    assert.equal(await opens(app, own.accessToken), 200)
  })

  test('are by authorization code alone', async () => {
    await using app = await openApp(OPTIONS)
    const { pushed, code, done } = await proven(app)
    const jwt = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
    const device = 'urn:ietf:params:oauth:grant-type:device_code'
    const grants = [
      'password',
      'client_credentials',
      'refresh_token',
      'implicit',
      'AUTHORIZATION_CODE',
    ]
    for (const grant_type of [...grants, jwt, device, 'authorization_code '])
      assert.equal(
        await errorOf(await app.party.redeem(pushed, code, { grant_type })),
        '400 unsupported_grant_type',
      )
    const { body } = await redeemed(app, pushed, done)
    assert.equal('refresh_token' in body, false)
  })

  test('are given to nobody who says nothing, an empty secret or another', async () => {
    await using app = await openApp(WITH_SECRET)
    const pushed = await app.party.push()
    const wrong: readonly (readonly [string, Record<string, string>, Record<string, string>])[] = [
      ['nothing', {}, {}],
      ['its name alone', { client_id: 'secretive' }, {}],
      ['an empty secret', {}, basic('secretive:')],
      ['no colon', {}, basic('secretive')],
      ['an empty name', {}, basic(`:${SECRET}`)],
      ['two colons', {}, basic(`secretive:${SECRET}:`)],
      ['a secret with a NUL', {}, basic(`secretive:${SECRET}\0`)],
      ['half of the secret', {}, basic(`secretive:${SECRET.slice(20)}`)],
      ['what stands in for the secret of nobody', {}, basic('iam:nobody+has+this+secret')],
      ['the same for nobody', {}, basic('nobody:nobody+has+this+secret')],
      ['the name of a client with a key', {}, basic(`iam:${SECRET}`)],
      ['a client with a key and no secret', {}, basic('iam:')],
      ['nothing after Basic', {}, { authorization: 'Basic ' }],
      ['an empty header', {}, { authorization: '' }],
      ['undefined', {}, basic('secretive:undefined')],
      ['the secret in the body', { client_id: 'secretive', client_secret: SECRET }, {}],
      ['an empty secret in the body', { client_id: 'secretive', client_secret: '' }, {}],
      ['both', { client_id: 'secretive', client_secret: SECRET }, basic(`secretive:${SECRET}`)],
      ['another name in the body', { client_id: 'iam' }, basic(`secretive:${SECRET}`)],
    ]
    for (const [what, parameters, headers] of wrong)
      for (const endpoint of ['par', 'token']) {
        const form = { ...tokenForm(pushed), ...parameters }
        const answer = await post(`${app.issuer}/${endpoint}`, form, headers)
        assert.match(await errorOf(answer), /401 invalid_client|400 invalid_request/, what)
      }
    const right = await post(`${app.issuer}/token`, tokenForm(pushed), basic(`secretive:${SECRET}`))
    assert.equal(await errorOf(right), '400 invalid_grant')
  })

  test('are not given for an assertion that the secret signed, or that stands in for it', async () => {
    await using app = await openApp(WITH_SECRET)
    const now = app.clock.now() / 1000
    const claims = { iss: 'secretive', sub: 'secretive', aud: app.issuer, exp: now + 60, jti: 'j' }
    const text = [{ alg: 'HS256', typ: 'JWT' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const mac = createHmac('sha256', SECRET).update(text).digest('base64url')
    const ours = await app.party.assertion({ iss: 'secretive', sub: 'secretive' })
    for (const client_assertion of [`${text}.${mac}`, `${text}.`, ours]) {
      const pushed = await app.party.push({ client_assertion, client_id: 'secretive' })
      assert.deepEqual([pushed.status, pushed.body['error']], [401, 'invalid_client'])
    }
  })

  test('have no client with an empty secret: it is not even configured', () => {
    const problems = (value: string, place: 'secretEnv' | 'secretFile') => {
      const auth = { method: 'client_secret_basic', [place]: 'CLIENT_SECRET' }
      const parsed = parseConfig({
        yaml: JSON.stringify({ clients: [{ ...SECRETIVE, auth }] }),
        file: 'test.yaml',
        env: { CLIENT_SECRET: value },
        readFile: () => ({ ok: true, value: Buffer.from(value) }),
      })
      return parsed.ok ? [] : parsed.error.filter(({ key }) => key.includes(place))
    }
    for (const place of ['secretEnv', 'secretFile'] as const) {
      for (const value of ['', ' ', '\n', '\r\n\r\n', '\t \n'])
        assert.equal(problems(value, place).length, 1, JSON.stringify(value))
      assert.deepEqual(problems(SECRET, place), [])
    }
  })
})

/** A token request without a word about who sends it. */
function tokenForm({ verifier }: Pushed): Record<string, string> {
  return {
    ...{ grant_type: 'authorization_code', code: 'c', code_verifier: verifier },
    redirect_uri: SECRETIVE.redirectUris[0],
  }
}
