import * as client from 'openid-client'
import type { Page } from 'playwright-core'
import { serve } from '../demo/place.ts'

/** What the application heard, from the two tokens that Keycloak signed for it; or the error in their place. */
export type Heard =
  | { readonly idToken: Claims; readonly accessToken: Claims }
  | { readonly error: string }
type Claims = Readonly<Record<string, unknown>>

/** An application that signs people in at a realm, and shows what it was told. */
export type Shop = AsyncDisposable & {
  readonly callback: string
  /** Where a sign-in begins. */
  signIn(parameters?: Readonly<Record<string, string>>): string
  /** What it was told, once the browser is back. */
  heard(page: Page): Promise<Heard>
}

export async function startShop(of: {
  readonly id: string
  readonly port: number
  readonly realmUrl: string
}): Promise<Shop> {
  const origin = `http://127.0.0.1:${of.port}`
  const callback = `${origin}/callback`
  const under = new Map<string, { readonly verifier: string }>()
  let known: client.Configuration | undefined
  const configuration = async () => {
    const options = { execute: [client.allowInsecureRequests] } // on loopback
    const issuer = new URL(of.realmUrl)
    known ??= await client.discovery(issuer, of.id, undefined, client.None(), options)
    return known
  }

  const server = await serve({ port: of.port, tls: null }, (request, response) => {
    const url = new URL(request.url ?? '/', origin)
    // A browser asks for an icon too.
    if (!['/sign-in', '/callback'].includes(url.pathname)) return void response.writeHead(404).end()
    const answer = url.pathname === '/callback' ? back(url) : out(url)
    void answer.then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })

  async function out(url: URL) {
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

  async function back(url: URL) {
    const heard = await redeemed(url)
    const headers = { 'content-type': 'text/html; charset=utf-8' }
    const shown = JSON.stringify(heard).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
    return { status: 200, headers, body: `<pre id="heard">${shown}</pre>` }
  }

  async function redeemed(url: URL): Promise<Heard> {
    const error = url.searchParams.get('error')
    if (error !== null) return { error }
    const state = url.searchParams.get('state') ?? ''
    const { verifier } = under.get(state) ?? { verifier: '' }
    const tokens = await client.authorizationCodeGrant(await configuration(), url, {
      expectedState: state,
      pkceCodeVerifier: verifier,
    })
    const { id_token: idToken = '', access_token: accessToken } = tokens
    return { idToken: claimsOf(idToken), accessToken: claimsOf(accessToken) }
  }

  return {
    callback,
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
