import { createHash, randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

/** A provider that calls Sallyport, as its requests look on the wire. Times come from the test's clock. */
export type RelyingParty = {
  readonly clientId: string
  readonly redirectUri: string
  readonly jwks: { readonly keys: readonly JWK[] }
  assertion(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>
  requestObject(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>
  /** POST /par with what a provider would send; `over` replaces or (undefined) removes parameters. */
  push(over?: Record<string, string | undefined>): Promise<Pushed>
  authorizeUrl(pushed: Pushed): string
  redeem(pushed: Pushed, code: string, over?: Record<string, string | undefined>): Promise<Response>
}

export type Pushed = {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly requestUri: string
  readonly verifier: string
  readonly state: string
  readonly nonce: string
}

type Deps = {
  readonly issuer: () => string
  /** Where it is reached, if not at its own address. */
  readonly at?: () => string
  readonly now: () => number
  readonly clientId?: string
  readonly redirectUri?: string
}

export const challengeOf = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url')

export async function createRelyingParty(deps: Deps): Promise<RelyingParty> {
  const { issuer, now, clientId = 'iam', redirectUri = 'https://iam.example/callback' } = deps
  const { at = issuer } = deps
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const kid = 'rp-1'
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }

  const sign = (claims: Record<string, unknown>, header: Record<string, unknown>) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid, ...header }).sign(privateKey)
  const seconds = () => Math.floor(now() / 1000)
  const random = () => randomBytes(24).toString('base64url')

  const party: RelyingParty = {
    clientId,
    redirectUri,
    jwks: { keys: [jwk] },

    assertion: (claims = {}, header = {}) =>
      sign(
        {
          ...{ iss: clientId, sub: clientId, aud: issuer(), jti: random() },
          ...{ iat: seconds(), exp: seconds() + 60, ...claims },
        },
        header,
      ),

    requestObject: (claims, header = {}) =>
      sign(
        { iss: clientId, aud: issuer(), iat: seconds(), exp: seconds() + 60, ...claims },
        { typ: 'oauth-authz-req+jwt', ...header },
      ),

    async push(over = {}) {
      const [verifier, state, nonce] = [random(), random(), random()].map((s) => s + random())
      const parameters = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: 'openid',
        state,
        nonce,
        code_challenge: challengeOf(verifier ?? ''),
        code_challenge_method: 'S256',
        login_hint: 'li.wei',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await party.assertion(),
        ...over,
      }
      const response = await post(`${at()}/par`, parameters)
      const body = (await response.json()) as Record<string, unknown>
      const requestUri = typeof body['request_uri'] === 'string' ? body['request_uri'] : ''
      return {
        ...{ status: response.status, body, requestUri },
        ...{ verifier: verifier ?? '', state: state ?? '', nonce: nonce ?? '' },
      }
    },

    authorizeUrl: ({ requestUri }) => {
      const query = new URLSearchParams({ client_id: clientId, request_uri: requestUri })
      return `${at()}/authorize?${query}`
    },

    redeem: async ({ verifier }, code, over = {}) =>
      post(`${at()}/token`, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await party.assertion(),
        ...over,
      }),
  }
  return party
}

export function post(
  url: string,
  parameters: Record<string, string | undefined>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const given = Object.entries(parameters).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  )
  return fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers,
    body: new URLSearchParams(given),
  })
}
