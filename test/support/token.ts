import assert from 'node:assert/strict'
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import type { TestApp } from './app.ts'
import { codeFrom } from './passage.ts'
import type { Pushed } from './relying-party.ts'
import type { Page } from './user-agent.ts'

export type Redeemed = {
  readonly claims: JWTPayload
  readonly header: Readonly<Record<string, unknown>>
  readonly idToken: string
  readonly accessToken: string
  readonly body: Readonly<Record<string, unknown>>
}

/** The token for what was done, checked as a careful client would. */
export async function redeemed(app: TestApp, pushed: Pushed, done: Page): Promise<Redeemed> {
  const code = codeFrom(done, app.party.redirectUri, pushed)
  const response = await app.party.redeem(pushed, code)
  assert.equal(response.status, 200)
  const body = (await response.json()) as Record<string, unknown>
  const idToken = String(body['id_token'])
  const published = (await (await fetch(`${app.issuer}/jwks`)).json()) as JSONWebKeySet
  const keys = createLocalJWKSet(published)
  const { payload: claims, protectedHeader: header } = await jwtVerify(idToken, keys, {
    ...{ issuer: app.issuer, audience: app.party.clientId, algorithms: ['ES256'] },
    currentDate: new Date(app.clock.now()),
  })
  return { claims, header: { ...header }, idToken, body, accessToken: `${body['access_token']}` }
}
