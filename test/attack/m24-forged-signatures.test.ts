import assert from 'node:assert/strict'
import { constants, generateKeyPairSync, sign } from 'node:crypto'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { forgeriesOf } from '../support/forgeries.ts'
import { rowsIn } from '../support/kept.ts'
import { post } from '../support/relying-party.ts'
import { asked, PUSHED_OR_SIGNED, signedUrl, VERIFIER } from '../support/signed-request.ts'
import { createSigner, encoded } from '../support/signer.ts'
import { openTrap } from '../support/trap.ts'

const [OWNER, TENANT, STRANGER] = [createSigner('rp-1'), createSigner('rp-2'), createSigner('rp-1')]
const HEADER = { alg: 'ES256', kid: OWNER.kid }
const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = constants
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const signedBy = (keys: object) => ({
  ...PUSHED_OR_SIGNED,
  auth: { method: 'private_key_jwt', ...keys },
})
const OPTIONS = {
  client: signedBy({ jwks: { keys: [OWNER.jwk] } }),
  clients: [
    {
      ...{ id: 'other', redirectUris: ['https://other.example/callback'] },
      ...signedBy({ jwks: { keys: [TENANT.jwk] } }),
    },
  ],
} as const

let tokens = 0
const seconds = (app: TestApp) => Math.floor(app.clock.now() / 1000)
const always = (app: TestApp) => ({
  ...{ iss: 'iam', aud: app.issuer, jti: `jti ${tokens++}`, exp: seconds(app) + 60 },
})
const assertion = (app: TestApp) => ({ ...always(app), sub: 'iam' })
const object = (app: TestApp) => ({ ...always(app), ...asked(app), state: `${tokens++}` })
const push = (app: TestApp, client_assertion: string, more: Record<string, string> = asked(app)) =>
  post(`${app.issuer}/par`, { ...more, client_assertion_type: ASSERTION_TYPE, client_assertion })

/** Wherever a signature is all that stands between a stranger and an effect. */
const DOORS = [
  {
    door: 'an assertion that comes with a pushed request',
    ...{ claims: assertion, typ: 'client-authentication+jwt', refused: 401, taken: 201 },
    send: (app: TestApp, token: string) => push(app, token),
  },
  {
    door: 'an assertion that comes with a code',
    ...{ claims: assertion, typ: 'client-authentication+jwt', refused: 401, taken: 400 },
    send: (app: TestApp, token: string) =>
      post(`${app.issuer}/token`, {
        ...{ grant_type: 'authorization_code', code: 'c', code_verifier: VERIFIER },
        ...{ redirect_uri: app.party.redirectUri, client_id: 'iam' },
        ...{ client_assertion_type: ASSERTION_TYPE, client_assertion: token },
      }),
  },
  {
    door: 'a request that the browser brings',
    ...{ claims: object, typ: 'oauth-authz-req+jwt', refused: 400, taken: 303 },
    send: (app: TestApp, token: string) => fetch(signedUrl(app, token), { redirect: 'manual' }),
  },
] as const

describe('M24 forged signatures of clients', () => {
  for (const { door, claims, typ, refused, taken, send } of DOORS)
    test(`${door} changes nothing before it is verified`, async () => {
      await using app = await openApp(OPTIONS)
      const good = () => OWNER.sign(claims(app), { ...HEADER, typ })
      const parties = { owner: OWNER, tenant: TENANT, stranger: STRANGER }
      const forged = await forgeriesOf({ ...parties, typ, good: good(), claims: claims(app) })
      const before = await rowsIn(app)
      for (const [what, token] of forged) {
        const { status, headers } = await send(app, token)
        assert.deepEqual([status, headers.get('location')], [refused, null], what)
        assert.deepEqual(await rowsIn(app), before, what)
      }
      assert.equal(app.mailbox.mails.length, 0)
      // What all of them were made of is good.
      assert.equal((await send(app, good())).status, taken)
    })

  test('a request that a client pushes in its own name is verified as well', async () => {
    await using app = await openApp(OPTIONS)
    const typ = 'oauth-authz-req+jwt'
    const good = () => OWNER.sign(object(app), { ...HEADER, typ })
    const parties = { owner: OWNER, tenant: TENANT, stranger: STRANGER }
    const forged = await forgeriesOf({ ...parties, typ, good: good(), claims: object(app) })
    const { requests, step_ups, client_assertions } = await rowsIn(app)
    const pushed = (request: string) => push(app, OWNER.sign(assertion(app)), { request })
    for (const [what, token] of forged) {
      const response = await pushed(token)
      assert.equal(response.status, 400, what)
      assert.match(await response.text(), /"error":"invalid_request_object"/, what)
    }
    const after = await rowsIn(app)
    assert.deepEqual(
      [after['requests'], after['step_ups'], after['client_assertions']],
      [requests, step_ups, client_assertions],
    )
    assert.equal((await pushed(good())).status, 201)
  })

  test('no key is fetched from where a token says that it lies', async () => {
    await using trap = await openTrap({ keys: [STRANGER.jwk] })
    await using app = await openApp(OPTIONS)
    const { kty, crv, x, y } = STRANGER.jwk
    const where = [
      ...[{ jku: `${trap.url}/jku` }, { x5u: `${trap.url}/x5u` }, { jwk: { kty, crv, x, y } }],
      ...[{ x5c: [Buffer.from(STRANGER.pem).toString('base64')] }, { x5t: 'x' }],
      { jku: `${trap.url}/jku`, kid: `${trap.url}/kid`, x5u: `${trap.url}/x5u` },
    ]
    for (const more of where)
      for (const { door, claims, typ, refused, taken, send } of DOORS) {
        const forged = STRANGER.sign(claims(app), { ...HEADER, typ, ...more })
        assert.equal((await send(app, forged)).status, refused, `${door} ${Object.keys(more)}`)
        // The owner may say so too: it is read past.
        const own = OWNER.sign(claims(app), { ...HEADER, typ, ...more, kid: OWNER.kid })
        assert.equal((await send(app, own)).status, taken, `${door} ${Object.keys(more)}`)
      }
    // Nor a request from where a link says that it lies, nor what a request names inside.
    const uris = [`${trap.url}/request`, `urn:ietf:params:oauth:request_uri:${trap.url}`]
    for (const request_uri of uris) {
      const query = new URLSearchParams({ client_id: 'iam', request_uri })
      assert.equal((await fetch(`${app.issuer}/authorize?${query}`)).status, 400)
      assert.equal((await push(app, OWNER.sign(assertion(app)), { request_uri })).status, 400)
    }
    const urls = { jwks_uri: `${trap.url}/a`, sector_identifier_uri: `${trap.url}/b` }
    const url = signedUrl(app, OWNER.sign({ ...object(app), ...urls }))
    assert.equal((await fetch(url)).status, 200)
    assert.deepEqual(trap.calls, [])
  })

  test('keys that a client publishes are fetched from there alone, however many kids are made up', async () => {
    await using trap = await openTrap({ keys: [OWNER.jwk] })
    const client = signedBy({ jwksUri: `${trap.url}/keys` })
    await using app = await openApp({ ...OPTIONS, client })
    const jku = `${trap.url}/jku`
    for (let n = 0; n < 30; n++)
      for (const { claims, typ, refused, send } of DOORS) {
        const header = { ...HEADER, typ, kid: `made-up-${n}`, jku }
        assert.equal((await send(app, OWNER.sign(claims(app), header))).status, refused)
      }
    for (const { claims, typ, taken, send } of DOORS)
      assert.equal((await send(app, OWNER.sign(claims(app), { ...HEADER, typ }))).status, taken)
    assert.deepEqual(trap.calls, ['/keys'])
    app.clock.advance(60)
    for (let n = 0; n < 30; n++)
      await push(app, OWNER.sign(assertion(app), { ...HEADER, kid: `${n}` }))
    assert.deepEqual(trap.calls, ['/keys', '/keys'])
  })

  test('a client speaks for no other, whatever its tokens say', async () => {
    await using app = await openApp(OPTIONS)
    const own = { ...HEADER, kid: TENANT.kid }
    const before = await rowsIn(app)
    const posing = [
      ...[{ iss: 'other' }, { sub: 'other' }, {}, { iss: 'other', sub: 'other', aud: 'iam' }],
      ...[
        { iss: 'other', sub: 'IAM' },
        { iss: ['iam', 'other'], sub: 'other' },
      ],
      ...[{ iss: 'other', sub: 'other', aud: [app.issuer, 'iam'] }],
    ]
    for (const claims of posing)
      for (const client_id of ['iam', 'other', '']) {
        const token = TENANT.sign({ ...assertion(app), ...claims }, own)
        const { status } = await push(app, token, { ...asked(app), client_id })
        assert.equal(status, 401, `${JSON.stringify(claims)} as ${client_id}`)
      }
    // It is itself, and the request is of somebody else.
    const itself = () => TENANT.sign({ ...assertion(app), iss: 'other', sub: 'other' }, own)
    assert.equal((await push(app, itself())).status, 401)
    for (const claims of [object(app), { ...object(app), iss: 'other' }])
      for (const client_id of ['iam', 'other']) {
        const request = TENANT.sign(claims, own)
        const query = new URLSearchParams({ client_id, request })
        assert.equal((await fetch(`${app.issuer}/authorize?${query}`)).status, 400)
      }
    assert.deepEqual(await rowsIn(app), before)
  })

  test('a key is good for what its owner published it for, and a client for what it was registered with', async () => {
    const options = { modulusLength: 2048 } as const
    const { privateKey, publicKey } = generateKeyPairSync('rsa', options)
    const rsa = publicKey.export({ format: 'jwk' })
    const keys = [
      { ...rsa, kid: 'pss', alg: 'PS256' },
      { ...rsa, kid: 'enc', use: 'enc' },
      { ...rsa, kid: 'ops', key_ops: ['encrypt'] },
      { ...rsa, kid: 'any' },
      { ...OWNER.jwk, kid: 'ec' },
    ]
    const client = signedBy({ jwks: { keys }, algorithms: ['PS256', 'RS256'] })
    await using app = await openApp({ client })
    const said = async (alg: string, kid: string) => {
      const input = `${encoded({ alg, kid })}.${encoded(assertion(app))}`
      const padding = alg === 'PS256' ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING
      const key = { key: privateKey, padding, saltLength: 32 }
      const rsaSigned = `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
      const token = alg === 'ES256' ? OWNER.sign(assertion(app), { alg, kid }) : rsaSigned
      return (await push(app, token)).status
    }
    const refused = [
      ['RS256', 'pss'],
      ['PS256', 'enc'],
      ['RS256', 'ops'],
      ['ES256', 'ec'],
    ] as const
    for (const [alg, kid] of refused) assert.equal(await said(alg, kid), 401, `${alg} ${kid}`)
    for (const [alg, kid] of [
      ['PS256', 'pss'],
      ['RS256', 'any'],
    ] as const)
      assert.equal(await said(alg, kid), 201, `${alg} ${kid}`)
  })
})
