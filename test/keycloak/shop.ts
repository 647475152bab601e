import assert from 'node:assert/strict'
import * as client from 'openid-client'
import type { Page } from 'playwright-core'
import { serve } from '../demo/place.ts'
import { errorPage, homePage, tokensPage } from './shop-pages.ts'

/** What the application heard, from the two tokens that Keycloak signed for it; or the error in their place. */
export type Heard =
  | { readonly idToken: Claims; readonly accessToken: Claims }
  | { readonly error: string }
export type Claims = Readonly<Record<string, unknown>>

/** An application that signs people in at a realm, and shows what it was told. */
export type Shop = AsyncDisposable & {
  readonly id: string
  readonly name: string
  readonly origin: string
  readonly callback: string
  /** Where a sign-in begins. */
  signIn(parameters?: Readonly<Record<string, string>>): string
  /** What it was told, once the browser is back. */
  heard(page: Page): Promise<Heard>
}

type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const HTML = { 'content-type': 'text/html; charset=utf-8' }

export async function startShop(of: {
  readonly id: string
  /** A sentence for who comes by. */
  readonly about: string
  readonly port: number
  readonly realmUrl: string
}): Promise<Shop> {
  const origin = `http://127.0.0.1:${of.port}`
  const callback = `${origin}/callback`
  const name = `${of.id.charAt(0).toUpperCase()}${of.id.slice(1)}`
  const under = new Map<string, { readonly verifier: string }>()
  let known: client.Configuration | undefined
  const configuration = async () => {
    const options = { execute: [client.allowInsecureRequests] } // on loopback
    const issuer = new URL(of.realmUrl)
    known ??= await client.discovery(issuer, of.id, undefined, client.None(), options)
    return known
  }

  const server = await serve({ port: of.port, tls: null }, (request, response) => {
    void answer(new URL(request.url ?? '/', origin)).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      (error: unknown) => response.writeHead(500, HTML).end(errorPage(name, String(error))),
    )
  })

  async function answer(url: URL): Promise<Answer> {
    if (url.pathname === '/') return { status: 200, headers: HTML, body: homePage(name, of.about) }
    if (url.pathname === '/sign-in') return out(url)
    if (url.pathname === '/callback') return back(url)
    return { status: 404, headers: HTML, body: errorPage(name, 'There is nothing here.') }
  }

  async function out(url: URL): Promise<Answer> {
    const state = client.randomState()
    const verifier = client.randomPKCECodeVerifier()
    under.set(state, { verifier })
    const to = client.buildAuthorizationUrl(await configuration(), {
      ...{ redirect_uri: callback, scope: 'openid', state },
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...Object.fromEntries(url.searchParams),
    })
    return { status: 302, headers: { location: to.href }, body: '' }
  }

  async function back(url: URL): Promise<Answer> {
    const error = url.searchParams.get('error')
    if (error !== null) {
      const why = url.searchParams.get('error_description') ?? error
      return { status: 200, headers: HTML, body: errorPage(name, why, { error }) }
    }
    const state = url.searchParams.get('state') ?? ''
    const { verifier } = under.get(state) ?? { verifier: '' }
    const known = await configuration()
    const tokens = await client.authorizationCodeGrant(known, url, {
      expectedState: state,
      pkceCodeVerifier: verifier,
    })
    const { id_token: idToken = '', access_token: accessToken } = tokens
    const heard = { idToken: claimsOf(idToken), accessToken: claimsOf(accessToken) }
    const end = { at: known.serverMetadata().end_session_endpoint ?? '', idToken, origin }
    const done = url.searchParams.get('kc_action_status')
    return { status: 200, headers: HTML, body: tokensPage(name, heard, end, done) }
  }

  return {
    ...{ id: of.id, name, origin, callback },
    signIn: (parameters = {}) => `${origin}/sign-in?${new URLSearchParams(parameters)}`,
    async heard(page) {
      await page.waitForURL((url) => url.href.startsWith(callback))
      return JSON.parse((await page.locator('#heard').textContent()) ?? '') as Heard
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** It came straight from the realm, so its signature is not what is looked at here. */
function claimsOf(jwt: string): Claims {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Claims
}

export function tokensOf(heard: Heard) {
  if ('error' in heard) throw new Error(`the application heard ${heard.error}`)
  return heard
}

/** What an application sends that insists on the level. */
export const ESSENTIAL = {
  claims: '{"id_token":{"acr":{"essential":true,"values":["mfa"]}}}',
}

const FRESH_SECONDS = 60

/** Both tokens say what was proven, and that it was just now. */
export function assertProven(
  heard: Heard,
  amr: readonly string[] = ['otp'],
  { acr = 'mfa', stepupAcr = 'mfa' } = {},
): void {
  const { idToken, accessToken } = tokensOf(heard)
  for (const token of [idToken, accessToken]) {
    assert.equal(token['acr'], acr)
    assert.equal(token['stepup_acr'], stepupAcr)
    assert.deepEqual(token['stepup_amr'], amr)
    assert.ok(Math.abs(Number(token['stepup_auth_time']) - Date.now() / 1000) < FRESH_SECONDS)
  }
}

/** Both tokens say what was passed and that nothing was proven, nor any level reached. */
export function assertUnproven(heard: Heard, stepupAcr: string | undefined): void {
  const { idToken, accessToken } = tokensOf(heard)
  assert.deepEqual(idToken['amr'], ['pwd'])
  for (const token of [idToken, accessToken]) {
    assert.equal(token['acr'], 'pwd')
    assert.equal(token['stepup_acr'], stepupAcr)
    assert.equal(token['stepup_amr'], undefined)
    assert.equal(token['stepup_auth_time'], undefined)
  }
}
