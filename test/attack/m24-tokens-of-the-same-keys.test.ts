import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { rowsIn } from '../support/kept.ts'
import { post } from '../support/relying-party.ts'
import { asked, PUSHED_OR_SIGNED, signedUrl, VERIFIER } from '../support/signed-request.ts'
import { createSigner } from '../support/signer.ts'
import { openTrap } from '../support/trap.ts'

/** With one and the same key an OpenID Provider signs what it asks here, and what it hands out to whoever signs in there. */
const PROVIDER = createSigner('provider-1')
const HEADER = { alg: 'ES256', kid: PROVIDER.kid }
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const seconds = (app: TestApp) => Math.floor(app.clock.now() / 1000)

type Claims = Readonly<Record<string, unknown>>

const push = (app: TestApp, client_assertion: string, client_id: string) =>
  post(`${app.issuer}/par`, {
    ...{ ...asked(app), client_id, client_assertion },
    client_assertion_type: ASSERTION_TYPE,
  })

const redeem = (app: TestApp, client_assertion: string, client_id: string) =>
  post(`${app.issuer}/token`, {
    ...{ grant_type: 'authorization_code', code: 'c', code_verifier: VERIFIER },
    ...{ redirect_uri: app.party.redirectUri, client_id, client_assertion },
    client_assertion_type: ASSERTION_TYPE,
  })

/** What anybody with an account there can have made, or an administrator of another application. */
function handedOut(app: TestApp, provider: string): readonly (readonly [string, Claims, Claims])[] {
  const always = {
    iss: provider,
    exp: seconds(app) + 60,
    iat: seconds(app),
    jti: 'of-the-provider',
  }
  const token = { ...always, aud: app.issuer, sub: 'f7c0-a-user' }
  const plain = { ...HEADER, typ: 'JWT' }
  return [
    ['an ID token', { ...token, aud: 'shop', typ: 'ID' }, plain],
    ['an ID token for an application that is named after us', { ...token, typ: 'ID' }, plain],
    ['one for several', { ...token, aud: [app.issuer, 'shop'], azp: 'iam' }, plain],
    ['one of a user who is named after the client', { ...token, sub: 'iam' }, plain],
    ['one that was asked for by the client', { ...token, aud: 'iam', azp: 'iam' }, plain],
    ['an access token', { ...token, azp: 'iam', client_id: 'iam', typ: 'Bearer' }, plain],
    ['an access token by RFC 9068', { ...token, client_id: 'iam' }, { ...HEADER, typ: 'at+jwt' }],
    ['a token of a service account', { ...token, sub: 'iam', azp: 'iam', client_id: 'iam' }, plain],
    ['a logout token', { ...token, events: {} }, { ...HEADER, typ: 'logout+jwt' }],
    ['one whose issuer is its own subject', { ...token, sub: provider }, plain],
    ['an assertion of that type', token, { ...HEADER, typ: 'client-authentication+jwt' }],
    [
      'one that is an assertion in all but its type',
      { ...token, iss: 'iam', sub: 'iam' },
      { ...HEADER, typ: 'at+jwt' },
    ],
    [
      'one with the client for a subject and as issuer a list',
      { ...token, iss: ['iam', provider], sub: 'iam' },
      plain,
    ],
  ]
}

describe('M24 tokens that the keys of a client sign for others', () => {
  test('prove no client, whomever they name', async () => {
    await using there = await openTrap({ keys: [PROVIDER.jwk] })
    const auth = { method: 'private_key_jwt', jwksUri: `${there.url}/keys` }
    await using app = await openApp({ client: { ...PUSHED_OR_SIGNED, auth } })
    const before = await rowsIn(app)
    for (const [what, claims, header] of handedOut(app, there.url))
      for (const clientId of ['iam', there.url, `${there.url}/`]) {
        const token = PROVIDER.sign(claims, header)
        assert.equal((await push(app, token, clientId)).status, 401, `${what}, as ${clientId}`)
        assert.equal((await redeem(app, token, clientId)).status, 401, `${what}, as ${clientId}`)
        // Nor is it a request that a client signed.
        const { status, headers } = await fetch(signedUrl(app, token), { redirect: 'manual' })
        assert.deepEqual([status, headers.get('location')], [400, null], what)
      }
    assert.deepEqual(await rowsIn(app), before)

    // The same key is good for what the client itself signs.
    const own = { iss: 'iam', sub: 'iam', aud: app.issuer, jti: 'own', exp: seconds(app) + 60 }
    assert.equal((await push(app, PROVIDER.sign(own, HEADER), 'iam')).status, 201)
  })

  test('would prove one whose id is the address of its keys, so nobody may be called that', async () => {
    await using there = await openTrap({ keys: [PROVIDER.jwk] })
    const auth = { method: 'private_key_jwt', jwksUri: `${there.url}/realm/keys` }
    for (const id of [there.url, `${there.url}/`, `${there.url}/realm`])
      await assert.rejects(openApp({ client: { id, auth } }), /names the client as its issuer/)

    // And to whom nobody is called that, its assertions are those of a stranger.
    await using app = await openApp({ client: { ...PUSHED_OR_SIGNED, auth } })
    const before = await rowsIn(app)
    for (const id of [there.url, `${there.url}/realm`]) {
      const posed = { iss: id, sub: id, aud: app.issuer, jti: id, exp: seconds(app) + 60 }
      const typ = 'client-authentication+jwt'
      for (const clientId of [id, 'iam']) {
        const token = PROVIDER.sign(posed, { ...HEADER, typ })
        assert.equal((await push(app, token, clientId)).status, 401)
        assert.equal((await redeem(app, token, clientId)).status, 401)
      }
    }
    assert.deepEqual(await rowsIn(app), before)
  })
})
