import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { clientOf, type OidcBench, openOidc, stepUpIn } from '../support/oidc-bench.ts'
import { challengeOf } from '../support/relying-party.ts'

type Make = (bench: OidcBench) => string | Promise<string>

const encoded = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url')
const seconds = (bench: OidcBench) => Math.floor(bench.now() / 1000)
const claimsOf = (bench: OidcBench) => ({
  ...{ iss: 'iam', sub: 'iam', aud: bench.issuer, jti: 'j', exp: seconds(bench) + 60 },
})
const withHeader = (header: object, sign: (input: string, bench: OidcBench) => string) => {
  const make: Make = (bench) => {
    const input = `${encoded(header)}.${encoded(claimsOf(bench))}`
    return `${input}.${sign(input, bench)}`
  }
  return make
}
const resigned = async (jwt: string, header: object) => {
  const [, payload, signature] = jwt.split('.')
  return `${encoded(header)}.${payload}.${signature}`
}
const hmac = (input: string, bench: OidcBench) => {
  const [key] = bench.party.jwks.keys
  return createHmac('sha256', JSON.stringify(key)).update(input).digest('base64url')
}

const FORGED: readonly (readonly [string, Make])[] = [
  ['no algorithm', withHeader({ alg: 'none' }, () => '')],
  ['no algorithm, oddly written', withHeader({ alg: 'nOnE' }, () => 'AA')],
  ['a MAC under the public key', withHeader({ alg: 'HS256', kid: 'rp-1' }, hmac)],
  ['a header of a MAC', async (b) => resigned(await b.party.assertion(), { alg: 'HS256' })],
  ['an unknown kid', (b) => b.party.assertion({}, { kid: 'other' })],
  ['a kid with a path', (b) => b.party.assertion({}, { kid: '../../../dev/null' })],
  ['a kid with SQL', (b) => b.party.assertion({}, { kid: "' or 1=1 --" })],
  ['no signature', async (b) => (await b.party.assertion()).replace(/\.[^.]*$/, '.')],
  ['two parts', async (b) => (await b.party.assertion()).replace(/\.[^.]*$/, '')],
  ['half a signature', async (b) => (await b.party.assertion()).slice(0, -20)],
  ['five parts', async (b) => `${await b.party.assertion()}.a.b`],
  ['an unencoded payload', (b) => b.party.assertion({}, { crit: ['b64'], b64: true })],
  ['a type of another token', (b) => b.party.assertion({}, { typ: 'oauth-authz-req+jwt' })],
  ['a type of an access token', (b) => b.party.assertion({}, { typ: 'at+jwt' })],
  ['another issuer', (b) => b.party.assertion({ iss: 'other' })],
  ['another subject', (b) => b.party.assertion({ sub: 'other' })],
  ['another audience', (b) => b.party.assertion({ aud: `${b.issuer}/token` })],
  ['a list of audiences', (b) => b.party.assertion({ aud: [b.issuer] })],
  ['no audience', (b) => b.party.assertion({ aud: undefined })],
  ['no expiry', (b) => b.party.assertion({ exp: undefined })],
  ['an expiry that is text', (b) => b.party.assertion({ exp: `${seconds(b) + 60}` as never })],
  ['an expiry that is past', (b) => b.party.assertion({ exp: seconds(b) })],
  ['an expiry in an hour', (b) => b.party.assertion({ exp: seconds(b) + 3600 })],
  ['a minute of the future', (b) => b.party.assertion({ iat: seconds(b) + 60 })],
  ['a start in a minute', (b) => b.party.assertion({ nbf: seconds(b) + 60 })],
  ['no jti', (b) => b.party.assertion({ jti: undefined })],
  ['a jti without end', (b) => b.party.assertion({ jti: 'x'.repeat(257) })],
  ['a jti with a NUL', (b) => b.party.assertion({ jti: 'a\0b' })],
  ['a jti with half a character', (b) => b.party.assertion({ jti: 'a\ud800' })],
  ['a key in its header', (b) => ownKey(b, (jwk) => ({ jwk }))],
  ['a set in its header', (b) => ownKey(b, () => ({ jku: 'http://127.0.0.1:1/jwks' }))],
  ['a certificate in its header', (b) => ownKey(b, () => ({ x5u: 'http://127.0.0.1:1/' }))],
]

/** Signed by somebody else, who says where the key is. */
async function ownKey(bench: OidcBench, header: (jwk: object) => object): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const more = header(await exportJWK(publicKey))
  return new SignJWT(claimsOf(bench))
    .setProtectedHeader({ alg: 'ES256', kid: 'rp-1', ...more })
    .sign(privateKey)
}

describe('a client assertion', () => {
  for (const [what, make] of FORGED)
    test(`is refused with ${what}, and nothing is fetched`, async () => {
      await using bench = await openOidc()
      const { status, body } = await bench.party.push({ client_assertion: await make(bench) })
      assert.deepEqual([status, body['error']], [401, 'invalid_client'])
      const [line = '', ...more] = bench.logged()
      assert.match(line, /^client authentication failed \{"client":("iam"|null),"why":"[a-z-]+"/)
      assert.deepEqual(more, [])
    })

  test('is refused where its header demands what nobody here knows', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const jwks = { keys: [await exportJWK(publicKey)] }
    const clients = (party: OidcBench['party']) => {
      const keys = { from: 'inline', jwks } as const
      return [clientOf(party, { auth: { method: 'private_key_jwt', algorithms: ['ES256'], keys } })]
    }
    await using bench = await openOidc({ clients })
    const signed = (header: object) =>
      new SignJWT(claimsOf(bench))
        .setProtectedHeader({ alg: 'ES256', ...header })
        .sign(privateKey, { crit: { x: true } })
    const demanding = await signed({ crit: ['x'], x: 1 })
    assert.equal((await bench.party.push({ client_assertion: demanding })).status, 401)
    const plain = await signed({ x: 1 })
    assert.equal((await bench.party.push({ client_assertion: plain })).status, 201)
  })

  test('is good once, also when two bring it at a time', async () => {
    await using bench = await openOidc()
    const client_assertion = await bench.party.assertion()
    const race = Array.from({ length: 5 }, () => bench.party.push({ client_assertion }))
    const statuses = (await Promise.all(race)).map(({ status }) => status).sort()
    assert.deepEqual(statuses, [201, 401, 401, 401, 401])
  })

  test('may come from a clock that is ten seconds ahead', async () => {
    await using bench = await openOidc()
    const iat = seconds(bench) + 10
    const client_assertion = await bench.party.assertion({ iat, nbf: iat })
    assert.equal((await bench.party.push({ client_assertion })).status, 201)
  })

  test('is held to the algorithms of its client', async () => {
    const clients = (party: OidcBench['party']) => {
      const keys = { from: 'inline', jwks: party.jwks } as const
      return [clientOf(party, { auth: { method: 'private_key_jwt', algorithms: ['PS256'], keys } })]
    }
    await using bench = await openOidc({ clients })
    assert.equal((await bench.party.push()).status, 401)
  })

  for (const alg of ['ES256', 'PS256', 'RS256', 'EdDSA'] as const)
    test(`may be signed with ${alg}`, async () => {
      const { privateKey, publicKey } = await generateKeyPair(alg)
      const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] }
      const clients = (party: OidcBench['party']) => {
        const keys = { from: 'inline', jwks } as const
        return [clientOf(party, { auth: { method: 'private_key_jwt', algorithms: [alg], keys } })]
      }
      await using bench = await openOidc({ clients })
      const client_assertion = await new SignJWT(claimsOf(bench))
        .setProtectedHeader({ alg, kid: 'k', typ: 'JWT' })
        .sign(privateKey)
      assert.equal((await bench.party.push({ client_assertion })).status, 201)
    })
})

const asked = (bench: OidcBench) => ({
  ...{ response_type: 'code', client_id: 'iam', redirect_uri: bench.party.redirectUri },
  ...{ scope: 'openid', state: 's', nonce: 'n', login_hint: 'li.wei', max_age: 300 },
  ...{ code_challenge: challengeOf('v'.repeat(43)), code_challenge_method: 'S256' },
  sallyport_context: {
    identifiers: { preferred_username: 'li.wei', email: 'li.wei@kestrel.example' },
    ...{ application: { id: 'payroll', name: 'Payroll' }, amr: ['pwd'] },
    ...{ auth_time: seconds(bench), client_ip: '198.51.100.9', purpose: 'sign-in' },
  },
})

const authorize = async (bench: OidcBench, over: Record<string, string>) => {
  const query = new URLSearchParams({ client_id: 'iam', ...over })
  return fetch(`${bench.issuer}/authorize?${query}`, { redirect: 'manual' })
}

describe('a request object', () => {
  test('opens a step-up with what it says', async () => {
    await using bench = await openOidc()
    const request = await bench.party.requestObject(asked(bench))
    const response = await authorize(bench, { request, response_type: 'code', scope: 'openid' })
    const begin = new URL(response.headers.get('location') ?? '', bench.issuer)
    await fetch(begin)
    const stepUp = bench.stepUps.get(stepUpIn(begin.pathname))
    assert.deepEqual(stepUp?.request, {
      ...{ client: 'iam', lane: 'signed', subject: 'li.wei', directories: ['local'] },
      lookup: { by: 'name', value: 'li.wei' },
      application: { id: 'payroll', name: 'Payroll' },
      acr: { wanted: [], essential: false },
      ...{ maxAgeSeconds: 300, prompt: null, uiLocales: null, purpose: 'sign-in' },
      upstream: { amr: ['pwd'], authTime: seconds(bench) },
      signedIp: '198.51.100.9',
    })
  })

  test('finds the same step-up when it is opened again', async () => {
    await using bench = await openOidc()
    const request = await bench.party.requestObject(asked(bench))
    const ids = [await authorize(bench, { request }), await authorize(bench, { request })].map(
      (response) => stepUpIn(response.headers.get('location')),
    )
    assert.equal(ids[0], ids[1])
  })

  test('may be pushed', async () => {
    await using bench = await openOidc()
    const request = await bench.party.requestObject(asked(bench))
    const none = { response_type: undefined, redirect_uri: undefined, scope: undefined }
    const more = { state: undefined, nonce: undefined, code_challenge: undefined, request }
    assert.equal((await bench.party.push({ ...none, ...more })).status, 201)
  })

  const OBJECTS: readonly (readonly [string, object, object?])[] = [
    ['another audience', { aud: 'https://other.example' }],
    ['two audiences', { aud: ['a', 'b'] }],
    ['another issuer', { iss: 'other' }],
    ['another client', { client_id: 'other' }],
    ['no client', { client_id: undefined }],
    ['no expiry', { exp: undefined }],
    ['an expiry that is past', { exp: 1 }],
    ['an expiry far away', { exp: 9_999_999_999 }],
    ['a subject, as an assertion has', { sub: 'iam' }],
    ['a request inside', { request: 'a.b.c' }],
    ['a request_uri inside', { request_uri: 'urn:x' }],
    ['a list for a parameter', { state: ['s'] }],
    ['the type of an assertion', {}, { typ: 'client-authentication+jwt' }],
    ['the type of an ID token hint', {}, { typ: 'at+jwt' }],
  ]
  for (const [what, claims, header] of OBJECTS)
    test(`is refused with ${what}`, async () => {
      await using bench = await openOidc()
      const all = { ...asked(bench), ...claims }
      const request = await bench.party.requestObject(all, { ...header })
      const response = await authorize(bench, { request })
      assert.deepEqual([response.status, bench.said()], [400, 'not-understood'])
      const pushed = await bench.party.push({ request })
      assert.deepEqual([pushed.status, pushed.body['error']], [400, 'invalid_request_object'])
    })

  test('is refused where a parameter outside says something else', async () => {
    await using bench = await openOidc()
    const request = await bench.party.requestObject(asked(bench))
    const outside: readonly Record<string, string>[] = [
      ...[{ login_hint: 'eve' }, { state: 't' }, { redirect_uri: 'https://evil.example' }],
      ...[{ max_age: '0' }, { scope: 'openid email' }],
    ]
    for (const over of outside)
      assert.equal((await authorize(bench, { request, ...over })).status, 400)
  })

  test('is no assertion, and an assertion is no request', async () => {
    await using bench = await openOidc()
    const client_assertion = await bench.party.requestObject(
      { ...asked(bench), jti: 'j' },
      { typ: 'JWT' },
    )
    assert.equal((await bench.party.push({ client_assertion })).status, 401)
    const request = await bench.party.assertion({ ...asked(bench) })
    assert.equal((await authorize(bench, { request })).status, 400)
  })

  test('is refused for a client that may not send one', async () => {
    await using bench = await openOidc({
      clients: (party) => {
        const subject = { from: ['par'], claim: 'login_hint', directories: ['local'] } as const
        return [clientOf(party, { subject })]
      },
    })
    const request = await bench.party.requestObject(asked(bench))
    assert.equal((await authorize(bench, { request })).status, 400)
    const pushed = await bench.party.push({ request })
    assert.equal(pushed.body['error'], 'request_not_supported')
  })
})
