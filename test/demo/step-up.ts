import { randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair } from 'jose'
import * as client from 'openid-client'

/** What a provider has to remember between sending a browser to Sallyport and having it back. */
export type Sent = {
  readonly url: string
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export type Proven = {
  readonly acr: string | undefined
  readonly amr: readonly string[]
  readonly authTime: number | undefined
}

export type StepUp = {
  /** Public keys, for the address that Sallyport's configuration names. */
  readonly jwks: { readonly keys: readonly object[] }
  send(wanted: {
    readonly subject: string
    readonly username: string
    readonly email: string | undefined
    readonly application: { readonly id: string; readonly name: string }
    /** What the provider saw (RFC 8176). */
    readonly amr: readonly string[]
    readonly passwordAt: number
    readonly clientIp: string | undefined
    /** As the application asked; passed on. */
    readonly acrValues: string | undefined
    readonly claims: string | undefined
    readonly maxAge: string | undefined
    readonly uiLocales: string | undefined
    readonly purpose: 'sign-in' | 'enrol'
  }): Promise<Sent>
  /** Redeems the code that came back, and checks everything that a provider must check. Throws where anything is amiss. */
  redeem(back: URL, sent: Sent, subject: string): Promise<Proven>
}

const CLIENT_ID = 'demo-iam'

/**
 * How a provider calls Sallyport, whole: a pushed request signed with a key of its own, PKCE, nonce, state; then the code for
 * an ID token. This is the part to copy.
 */
export async function createStepUp(
  issuer: string,
  callback: string,
  calls: client.DiscoveryRequestOptions,
): Promise<StepUp> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const kid = randomBytes(8).toString('hex')
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }
  let known: Promise<client.Configuration> | undefined

  /** Read at the first use, so that the provider starts whether Sallyport is up or not. */
  const configuration = (): Promise<client.Configuration> => {
    const auth = client.PrivateKeyJwt({ key: privateKey, kid })
    known ??= client
      .discovery(new URL(issuer), CLIENT_ID, {}, auth, calls)
      .catch((error: unknown) => {
        known = undefined
        throw error
      })
    return known
  }

  return {
    jwks: { keys: [jwk] },

    async send(wanted) {
      const state = client.randomState()
      const nonce = client.randomNonce()
      const verifier = client.randomPKCECodeVerifier()
      const context = {
        identifiers: { preferred_username: wanted.username, email: wanted.email },
        application: wanted.application,
        amr: wanted.amr,
        auth_time: wanted.passwordAt,
        client_ip: wanted.clientIp,
        purpose: wanted.purpose,
      }
      const { acrValues, claims, maxAge, uiLocales } = wanted
      const url = await client.buildAuthorizationUrlWithPAR(await configuration(), {
        redirect_uri: callback,
        scope: 'openid',
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        login_hint: wanted.subject,
        sallyport_context: JSON.stringify(context),
        ...(acrValues === undefined ? {} : { acr_values: acrValues }),
        ...(claims === undefined ? {} : { claims }),
        ...(maxAge === undefined ? {} : { max_age: maxAge }),
        ...(uiLocales === undefined ? {} : { ui_locales: uiLocales }),
      })
      return { url: url.href, state, nonce, verifier }
    },

    async redeem(back, { state, nonce, verifier }, subject) {
      const tokens = await client.authorizationCodeGrant(await configuration(), back, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      })
      const claims = tokens.claims()
      if (claims?.sub !== subject) throw new Error('the ID token is about somebody else')
      const { acr, amr, auth_time: authTime } = claims
      return {
        acr: typeof acr === 'string' ? acr : undefined,
        amr: Array.isArray(amr) ? amr.filter((one) => typeof one === 'string') : [],
        authTime,
      }
    },
  }
}
