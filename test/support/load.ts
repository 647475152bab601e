import { createHash, createHmac, createPrivateKey, randomBytes, sign } from 'node:crypto'
import { Agent, request } from 'node:http'

/** What a provider and a browser say in a step-up, with as little work as possible: for measuring and for interrupting. */
export const CLIENT = 'load'
export const REDIRECT_URI = 'https://iam.example/callback'
const KID = 'load-1'
const ASSERTION_SECONDS = 240
export const PERIOD_SECONDS = 30
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export type Answer = {
  readonly status: number
  readonly location: string
  /** As a browser would send them back; empty without any. */
  readonly cookie: string
  /** As they were set, with what is said of them. */
  readonly setCookies: readonly string[]
  readonly body: string
}

export type Caller = Disposable & {
  /** Follows nothing, repeats nothing, and rejects when the connection is lost. */
  send(
    method: 'GET' | 'POST',
    url: string,
    given?: { readonly cookie?: string; readonly form?: Readonly<Record<string, string>> },
  ): Promise<Answer>
}

/** Keep-alive connections, one for each request in flight. */
export function createCaller(connectionsMax: number): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: connectionsMax, scheduling: 'lifo' })

  return {
    send: (method, url, given = {}) =>
      new Promise((resolve, reject) => {
        const body = given.form === undefined ? '' : `${new URLSearchParams(given.form)}`
        const headers: Record<string, string | number> = { 'accept-language': 'en' }
        if (given.cookie) headers['cookie'] = given.cookie
        if (method === 'POST') {
          headers['content-type'] = 'application/x-www-form-urlencoded'
          headers['content-length'] = Buffer.byteLength(body)
        }
        const sent = request(url, { method, agent, headers }, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            const { statusCode: status = 0, headers: heard } = response
            const setCookies = heard['set-cookie'] ?? []
            resolve({
              ...{ status, setCookies, location: heard.location ?? '' },
              cookie: setCookies.map((one) => one.split(';', 1)[0]).join('; '),
              body: Buffer.concat(chunks).toString(),
            })
          })
        })
        sent.on('error', reject)
        sent.end(body)
      }),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

/** All that a provider makes before it sends somebody: signatures cost time that is not the server's. */
export type Prepared = {
  readonly pushing: string
  readonly redeeming: string
  readonly verifier: string
  readonly challenge: string
  readonly state: string
}

export type Provider = {
  prepare(): Prepared
  /** One more, for whoever has to repeat a request. */
  assertion(): string
}

export function createProvider(issuer: string, privateKeyPem: string): Provider {
  const key = createPrivateKey(privateKeyPem)
  const header = encoded({ alg: 'ES256', kid: KID })
  const token = () => randomBytes(24).toString('base64url')

  const assertion = () => {
    const iat = Math.floor(Date.now() / 1000)
    const input = `${header}.${encoded({
      ...{ iss: CLIENT, sub: CLIENT, aud: issuer, jti: token(), iat, exp: iat + ASSERTION_SECONDS },
    })}`
    const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
    return `${input}.${signature.toString('base64url')}`
  }
  return {
    assertion,
    prepare() {
      const verifier = `${token()}${token()}`
      const challenge = createHash('sha256').update(verifier).digest('base64url')
      const state = token()
      return { pushing: assertion(), redeeming: assertion(), verifier, challenge, state }
    },
  }
}

const encoded = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')

export const publicKeySet = (jwk: object) => ({
  keys: [{ ...jwk, kid: KID, alg: 'ES256', use: 'sig' }],
})

export function pushForm(prepared: Prepared, username: string): Record<string, string> {
  return {
    ...{ response_type: 'code', client_id: CLIENT, redirect_uri: REDIRECT_URI, scope: 'openid' },
    ...{ state: prepared.state, nonce: prepared.state, login_hint: username },
    ...{ code_challenge: prepared.challenge, code_challenge_method: 'S256' },
    ...{ client_assertion_type: ASSERTION_TYPE, client_assertion: prepared.pushing },
  }
}

export const authorizePath = (requestUri: string): string =>
  `/authorize?${new URLSearchParams({ client_id: CLIENT, request_uri: requestUri })}`

export function tokenForm(prepared: Prepared, code: string): Record<string, string> {
  return {
    ...{ grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI },
    code_verifier: prepared.verifier,
    ...{ client_assertion_type: ASSERTION_TYPE, client_assertion: prepared.redeeming },
  }
}

/** The hidden fields of the form that does this, if the page has it. */
export function formIn(body: string, action: string): Record<string, string> | undefined {
  for (const form of body.split('<form').slice(1)) {
    if (/action="([^"]*)"/.exec(form)?.[1]?.split('/').at(-1) !== action) continue
    const hidden = form.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)
    return Object.fromEntries([...hidden].map(([, name = '', value = '']) => [name, value]))
  }
  return undefined
}

/** The form that takes this way: a page has one for each. */
export function choiceIn(body: string, factor: string): Record<string, string> | undefined {
  for (const form of body.split('<form').slice(1)) {
    const fields = formIn(`<form${form}`, 'choose')
    if (fields !== undefined && fields['factor'] === factor) return fields
  }
  return undefined
}

/** Where the page of a finished step-up takes the browser; null where the page is another one. */
export function wayBackIn(body: string): URL | null {
  const to = /url=([^"]+)"/.exec(body)?.[1]?.replaceAll('&amp;', '&')
  return to === undefined ? null : URL.parse(to)
}

/** The code that it takes back to the provider. */
export function codeIn(body: string, state: string): string | undefined {
  const back = wayBackIn(body)
  return back?.searchParams.get('state') === state
    ? (back.searchParams.get('code') ?? undefined)
    : undefined
}

export const usernameOf = (prefix: string, index: number): string =>
  `${prefix}${String(index).padStart(7, '0')}`

/** A mobile of China, where every number that begins like this may be one. */
export const phoneOf = (index: number): string => `+86138${String(index).padStart(8, '0')}`

/** Of each person another one, and of the same person always the same. */
export const seedOf = (username: string): Buffer =>
  createHash('sha256').update(`seed of ${username}`).digest().subarray(0, 20)

export const timeStepNow = (): number => Math.floor(Date.now() / 1000 / PERIOD_SECONDS)

/** RFC 6238 with SHA-1 and six digits. */
export function otp(seed: Uint8Array, timeStep: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(timeStep))
  const mac = createHmac('sha1', seed).update(counter).digest()
  const at = (mac.at(-1) ?? 0) & 15
  return String((mac.readUInt32BE(at) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, '0')
}

/** For `sallyport user import`: people with an OTP app each, and some without one. */
export function importFile(enrolled: readonly string[], bare: readonly string[] = []): string {
  const rows = enrolled.map(
    (name) => `${name},otpauth://totp/Old:${name}?secret=${base32(seedOf(name))}`,
  )
  return ['username,totp', ...rows, ...bare.map((name) => `${name},`), ''].join('\n')
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join('')
}

/** What somebody reads off the page that sets up an OTP app. */
export function fromBase32(text: string): Buffer {
  const bits = [...text].map((one) => ALPHABET.indexOf(one).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)))
}
