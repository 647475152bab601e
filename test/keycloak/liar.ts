import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { serve } from '../demo/place.ts'
import { createSigner, type Signer } from '../support/signer.ts'

export type Claims = Readonly<Record<string, unknown>>

/** What it does in place of an answer; `honestly` answers after all. */
export type Misdeed = (response: ServerResponse, honestly: () => Promise<void>) => void

export type Endpoint = 'discovery' | 'par' | 'authorize' | 'token' | 'jwks'

/** Everything that is left out it does honestly. What is undefined in claims is left out of them. */
export type Lies = Partial<Record<Endpoint, Misdeed>> & {
  readonly metadata?: Claims
  readonly back?: (query: URLSearchParams) => void
  readonly claims?: Claims
  readonly header?: Claims
  readonly forge?: (token: Token) => Promise<string> | string
}

/** What an ID token is made of, by an issuer's own key. */
export type Token = {
  readonly header: Claims
  readonly claims: Claims
  readonly signer: Signer
  /** As an honest one would be. */
  readonly honest: string
}

/** An OpenID Provider that plays Sallyport's part at a realm, asks nobody anything, and lies on command. */
export type Liar = AsyncDisposable & {
  /** One that nobody has heard of, so that nothing of it is cached anywhere. */
  newIssuer(): string
  /** In place of all lies before. */
  lie(lies: Lies): void
  /** A key that it signs with from now on; of the same name, if wanted. */
  changeKey(issuer: string, name: 'new' | 'same'): void
  /** How often it was asked. */
  heard(issuer: string, endpoint: Endpoint): number
  /** Of the latest step-up that was pushed, and of the one before. */
  pushed(back?: number): Pushed
  /** What a caller did that Sallyport would refuse. */
  readonly complaints: readonly string[]
  /** Everything secret that went through its hands. */
  readonly secrets: readonly string[]
}

export type Pushed = {
  readonly uri: string
  readonly issuer: string
  readonly form: URLSearchParams
  readonly code: string
  isSpent: boolean
}

const JSON_TYPE = { 'content-type': 'application/json' }

export async function startLiar(of: {
  readonly port: number
  readonly clientId: string
  readonly realmUrl: string
}): Promise<Liar> {
  const origin = `http://localhost:${of.port}`
  const signers = new Map<string, Signer>()
  const counts = new Map<string, number>()
  const pushed: Pushed[] = []
  const assertions = new Set<string>()
  const [complaints, secrets]: [string[], string[]] = [[], []]
  const certs = new URL(`${of.realmUrl}/protocol/openid-connect/certs`)
  let lies: Lies = {}

  const server = await serve({ port: of.port, tls: null }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(400, JSON_TYPE)
      response.end(JSON.stringify({ error: 'invalid_request', error_description: `${error}` }))
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', origin)
    const [, name = '', ...rest] = url.pathname.split('/')
    const issuer = `${origin}/${name}`
    const path = rest.join('/')
    const endpoint = (path === '.well-known/openid-configuration' ? 'discovery' : path) as Endpoint
    counts.set(`${issuer} ${endpoint}`, heard(issuer, endpoint) + 1)
    const form = new URLSearchParams(await text(request))
    const honestly = async () => {
      if (endpoint === 'authorize') return sendBack(response, url)
      const [status, body] = await honest(issuer, endpoint, form)
      response.writeHead(status, JSON_TYPE).end(JSON.stringify(body))
    }
    const misdeed = lies[endpoint]
    if (misdeed === undefined) return honestly()
    misdeed(response, honestly)
  }

  async function honest(
    issuer: string,
    endpoint: Endpoint,
    form: URLSearchParams,
  ): Promise<readonly [number, object]> {
    switch (endpoint) {
      case 'discovery':
        return [200, { ...metadataOf(issuer), ...lies.metadata }]
      case 'jwks':
        return [200, { keys: [signerOf(issuer).jwk] }]
      case 'par':
        return push(issuer, form)
      case 'token':
        return redeem(issuer, form)
      default:
        return [404, {}]
    }
  }

  async function push(issuer: string, form: URLSearchParams) {
    const refused = await authenticated(issuer, form)
    if (refused !== undefined) return [401, refused] as const
    const made = {
      ...{ uri: `urn:ietf:params:oauth:request_uri:${randomUUID()}`, issuer, form },
      ...{ code: randomBytes(24).toString('base64url'), isSpent: false },
    }
    pushed.push(made)
    secrets.push(made.code)
    return [201, { request_uri: made.uri, expires_in: 60 }] as const
  }

  function sendBack(response: ServerResponse, url: URL): void {
    const found = pushed.find(({ uri }) => uri === url.searchParams.get('request_uri'))
    if (found === undefined) return void response.writeHead(400).end('unknown')
    const { form, code, issuer } = found
    const query = new URLSearchParams({ code, state: form.get('state') ?? '', iss: issuer })
    lies.back?.(query)
    response.writeHead(302, { location: `${form.get('redirect_uri')}?${query}` }).end()
  }

  async function redeem(issuer: string, form: URLSearchParams) {
    const refused = await authenticated(issuer, form)
    if (refused !== undefined) return [401, refused] as const
    const found = pushed.find(({ code }) => code === form.get('code'))
    const verifier = form.get('code_verifier') ?? ''
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const isIts =
      found?.isSpent === false &&
      found.form.get('redirect_uri') === form.get('redirect_uri') &&
      found.form.get('code_challenge') === challenge
    if (!isIts) return [400, { error: 'invalid_grant' }] as const
    found.isSpent = true
    secrets.push(verifier)
    return [
      200,
      { access_token: 'a', token_type: 'Bearer', id_token: await tokenOf(found) },
    ] as const
  }

  async function tokenOf({ issuer, form }: Pushed): Promise<string> {
    const signer = signerOf(issuer)
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      ...{ iss: issuer, sub: form.get('login_hint'), aud: of.clientId, nonce: form.get('nonce') },
      ...{ iat: now, exp: now + 300, auth_time: now, acr: 'mfa', amr: ['otp'], jti: randomUUID() },
      ...lies.claims,
    }
    const header = { alg: 'ES256', kid: signer.kid, typ: 'JWT', ...lies.header }
    const token = signer.sign(claims, header)
    return (await lies.forge?.({ header, claims, signer, honest: token })) ?? token
  }

  /** As Sallyport holds it, to the letter (RFC 7523). */
  async function authenticated(issuer: string, form: URLSearchParams) {
    const assertion = form.get('client_assertion') ?? ''
    secrets.push(assertion)
    try {
      const { payload } = await jwtVerify(assertion, createRemoteJWKSet(certs), {
        ...{ issuer: of.clientId, subject: of.clientId, audience: issuer, algorithms: ['RS256'] },
        ...{ requiredClaims: ['jti', 'exp', 'iat'], maxTokenAge: 60, clockTolerance: 5 },
      })
      if (assertions.has(`${payload.jti}`)) throw new Error('the assertion was used before')
      assertions.add(`${payload.jti}`)
      return undefined
    } catch (error) {
      complaints.push(String(error))
      return { error: 'invalid_client' }
    }
  }

  function signerOf(issuer: string): Signer {
    const signer = signers.get(issuer)
    if (signer === undefined) throw new Error(`no issuer ${issuer}`)
    return signer
  }

  function heard(issuer: string, endpoint: Endpoint): number {
    return counts.get(`${issuer} ${endpoint}`) ?? 0
  }

  return {
    ...{ complaints, secrets, heard },
    lie(given) {
      lies = given
    },
    newIssuer() {
      const issuer = `${origin}/${signers.size + 1}`
      signers.set(issuer, createSigner(randomUUID()))
      return issuer
    },
    changeKey(issuer, name) {
      const kid = name === 'same' ? signerOf(issuer).kid : randomUUID()
      signers.set(issuer, createSigner(kid))
    },
    pushed(back = 0) {
      const found = pushed.at(-1 - back)
      if (found === undefined) throw new Error('nothing was pushed')
      return found
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function metadataOf(issuer: string): Claims {
  return {
    issuer,
    pushed_authorization_request_endpoint: `${issuer}/par`,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
  }
}
