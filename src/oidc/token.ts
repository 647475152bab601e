import type { ErrorRequestHandler, Router } from 'express'
import { type Clock, hashOf, later, type Random, randomToken } from '../kernel/index.ts'
import { CODE_SECONDS } from './answer.ts'
import type { Authenticate, Client, Failed } from './clients/index.ts'
import { parseForm, readForm } from './form-body.ts'
import { honest } from './honest.ts'
import { idTokenClaims } from './id-token.ts'
import { machineEnd, sendError, sendJson } from './json.ts'
import type { Parameters } from './parameters.ts'
import type { Once, RequestStore } from './request-store.ts'
import type { Signer, SigningKeys } from './signing/index.ts'

/** RFC 7636 section 4.1. */
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/
const CODE_MAX = 300
const TOKEN_SECONDS = 300
const TOKEN_BYTES = 32

export type TokenDoor = {
  readonly issuer: string
  readonly authenticate: Authenticate
  readonly failed: Failed
  readonly store: RequestStore
  readonly signingKeys: SigningKeys
  readonly clock: Clock
  readonly random: Random
}

type Refused = { readonly error: string; readonly says: string }

/** POST /token: one grant, the authorization code, once. */
export function token(router: Router, door: TokenDoor, faults: ErrorRequestHandler): void {
  const { issuer, authenticate, store, signingKeys, clock, random } = door
  const route = router.route('/token')

  route.post(readForm, async (request, response) => {
    const form = parseForm(request)
    if (!form.ok) return sendError(response, 'invalid_request', 'the parameters are not acceptable')
    const caller = await authenticate(form.value, request.headers.authorization)
    if (caller.heard === 'invalid-request')
      return sendError(response, 'invalid_request', 'one way of client authentication is wanted')
    if (caller.heard === 'invalid-client')
      return sendError(response, 'invalid_client', 'client authentication failed', caller.scheme)

    const wanted = wantedIn(form.value)
    if ('error' in wanted) return sendError(response, wanted.error, wanted.says)
    // Before the code is used up: without a key nothing could be answered for it.
    const signer = await signingKeys.signer()
    const answer = await redeem(caller.client, caller.once, wanted, signer)
    if ('error' in answer) return sendError(response, answer.error, answer.says)
    sendJson(response, 200, answer)
  })
  route.all(...machineEnd('POST', faults))

  async function redeem(client: Client, once: Once | null, wanted: Wanted, signer: Signer) {
    const now = clock.now()
    const accessToken = randomToken(random, TOKEN_BYTES)
    const redeemed = await store.redeem(
      {
        hash: hashOf(wanted.code),
        client: client.id,
        redirectUri: wanted.redirectUri,
        seconds: CODE_SECONDS,
      },
      hashOf(wanted.verifier),
      { hash: hashOf(accessToken), expiresAt: later(now, TOKEN_SECONDS) },
      once,
      now,
    )
    if (redeemed.heard === 'assertion-replayed') {
      door.failed('client authentication failed', client.id, 'replayed')
      return { error: 'invalid_client', says: 'client authentication failed' }
    }
    if (redeemed.heard !== 'redeemed') return GRANT
    const { request, stepUp } = redeemed
    if (honest(request, stepUp) !== 'honest') return GRANT
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: TOKEN_SECONDS,
      scope: 'openid',
      id_token: signer.sign(idTokenClaims(request, stepUp, { issuer, now, random })),
    }
  }
}

/** One answer for a code that never was, is over, was used, or is somebody else's. */
const GRANT: Refused = { error: 'invalid_grant', says: 'the code is not acceptable' }

type Wanted = { readonly code: string; readonly redirectUri: string; readonly verifier: string }

function wantedIn(form: Parameters): Wanted | Refused {
  const grantType = form.get('grant_type')
  if (grantType === undefined)
    return { error: 'invalid_request', says: 'grant_type, code, redirect_uri and code_verifier' }
  if (grantType !== 'authorization_code')
    return { error: 'unsupported_grant_type', says: 'grant_type must be authorization_code' }
  const [code, redirectUri, verifier] = ['code', 'redirect_uri', 'code_verifier'].map((name) =>
    form.get(name),
  )
  if (code === undefined || redirectUri === undefined || verifier === undefined)
    return { error: 'invalid_request', says: 'grant_type, code, redirect_uri and code_verifier' }
  if (code.length > CODE_MAX || !VERIFIER.test(verifier)) return GRANT
  return { code, redirectUri, verifier }
}
