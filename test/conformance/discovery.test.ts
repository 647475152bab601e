import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clientOf, openOidc } from '../support/oidc-bench.ts'

const SIGNED = ['ES256', 'PS256', 'RS256', 'EdDSA']

describe('discovery', () => {
  test('says all that is served, under the path of the issuer, and nothing else', async () => {
    await using bench = await openOidc({ path: '/2fa' })
    const { issuer } = bench
    const response = await fetch(`${issuer}/.well-known/openid-configuration`)
    const text = await response.text()
    assert.equal(response.headers.get('content-length'), String(Buffer.byteLength(text)))
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
    assert.deepEqual(JSON.parse(text), {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      pushed_authorization_request_endpoint: `${issuer}/par`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/jwks`,
      scopes_supported: ['openid'],
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code'],
      subject_types_supported: ['public'],
      acr_values_supported: ['mfa', 'mfa-app'],
      id_token_signing_alg_values_supported: ['ES256'],
      request_object_signing_alg_values_supported: SIGNED,
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic'],
      token_endpoint_auth_signing_alg_values_supported: SIGNED,
      code_challenge_methods_supported: ['S256'],
      claims_supported: [
        ...['iss', 'sub', 'aud', 'exp', 'iat', 'nonce', 'jti', 'acr', 'amr', 'auth_time'],
      ],
      claim_types_supported: ['normal'],
      claims_parameter_supported: true,
      request_parameter_supported: true,
      request_uri_parameter_supported: false,
      require_request_uri_registration: false,
      require_pushed_authorization_requests: false,
      prompt_values_supported: ['none', 'login'],
      ui_locales_supported: ['en', 'zh-CN'],
      authorization_response_iss_parameter_supported: true,
    })
  })

  test('requires pushed requests where no client may send another kind', async () => {
    await using bench = await openOidc({
      clients: (party) => {
        const subject = { from: ['par'], claim: 'login_hint', directories: ['local'] } as const
        return [clientOf(party, { subject })]
      },
    })
    const response = await fetch(`${bench.issuer}/.well-known/openid-configuration`)
    const said = JSON.parse(await response.text())
    assert.equal(said.require_pushed_authorization_requests, true)
  })

  test('publishes public keys alone', async () => {
    await using bench = await openOidc()
    const response = await fetch(`${bench.issuer}/jwks`)
    assert.match(response.headers.get('cache-control') ?? '', /^public, max-age=\d+$/)
    const { keys } = JSON.parse(await response.text())
    assert.equal(keys.length, 1)
    const members = ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']
    assert.deepEqual(Object.keys(keys[0]).sort(), members)
    assert.deepEqual([keys[0].kty, keys[0].crv, keys[0].use], ['EC', 'P-256', 'sig'])
  })
})
