import { type OutgoingHttpHeaders, request } from 'node:http'
import { createProofs } from '../../src/http/index.ts'
import { createKeyRing, hashOf, parseId } from '../../src/kernel/index.ts'
import { openApp, type TestApp, type TestOptions } from './app.ts'
import { challengeOf, createRelyingParty } from './relying-party.ts'
import { decoded, type Page, type UserAgent } from './user-agent.ts'
import { NOON } from './world.ts'

export type Answered = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** One request as it is written: `fetch` would tidy the path up first. */
export function raw(
  url: string,
  path: string,
  how: {
    readonly method?: string
    readonly headers?: OutgoingHttpHeaders
    readonly form?: Readonly<Record<string, string>>
  } = {},
): Promise<Answered> {
  const { method = 'GET', headers = {}, form } = how
  const body = form === undefined ? '' : `${new URLSearchParams(form)}`
  const typed = { 'content-type': 'application/x-www-form-urlencoded', ...headers }
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, path, method, headers: { ...typed, 'content-length': body.length } },
      async (response) => {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk)
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, `${value}`]),
          ),
          body: Buffer.concat(chunks).toString('utf8'),
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

export const cookiesOf = (browser: UserAgent): string =>
  [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')

export function stepUpOn(page: Page): string {
  const id = /stp_[\w-]{22}/.exec(page.url)?.[0] ?? /stp_[\w-]{22}/.exec(page.body)?.[0]
  if (id === undefined) throw new Error(`"${page.title}" is of no step-up`)
  return id
}

/**
 * What our pages carry from step to step, made for any step: for an attacker who collected pages of every kind. Nobody
 * outside can make them, and whatever they open has to hold without them.
 */
export function proofsFor(app: TestApp, browser: UserAgent, page: Page) {
  const proofs = createProofs(createKeyRing(app.config.encryption.keys))
  const id = parseId('stepUp', stepUpOn(page))
  if (id === undefined) throw new Error('a step-up has an id')
  const cookie = hashOf(browser.cookies.get('sallyport') ?? '')
  const at = `${app.issuer}/step-up/${id}`
  return {
    post: (action: string, fields: Readonly<Record<string, string>>) =>
      fetch(`${at}/${action}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie: cookiesOf(browser) },
        body: new URLSearchParams({ ...fields, proof: proofs.form(id, cookie, action) }),
      }),
    link: (hop: 'begin' | 'resume') => `${at}/${hop}?via=${proofs.via(id, hop)}`,
  }
}

export function fieldOn(page: Page, action: string, name: string): string {
  const value = page.forms.find((form) => form.action === action)?.fields[name]
  if (value === undefined) throw new Error(`"${page.title}" has no ${name} in a form ${action}`)
  return value
}

/** Where the button of an end page leads, or that of the page of a step-up that was proven. */
export function resumeOn(page: Page): string {
  const href = /href="([^"]*\/resume\?via=[^"]*)"/.exec(page.body)?.[1]
  if (href === undefined) throw new Error(`"${page.title}" has no way on`)
  return new URL(decoded(href), page.url).href
}

/** The key on the page that sets up an OTP app; empty where none is shown. */
export function keyOn(page: Page): string {
  const href = /href="(otpauth:[^"]+)"/.exec(page.body)?.[1]
  return href === undefined ? '' : (new URL(decoded(href)).searchParams.get('secret') ?? '')
}

/** How often each operation of the store was called so far. */
export async function storeCalls(app: TestApp): Promise<ReadonlyMap<string, number>> {
  const metrics = await (await fetch(`${app.managementUrl}/metrics`)).text()
  const counts = /^sallyport_store_duration_seconds_count\{operation="([^"]+)"\} (\d+)$/gm
  return new Map([...metrics.matchAll(counts)].map(([, name, count]) => [`${name}`, Number(count)]))
}

export type TwoClients = AsyncDisposable & {
  /** As `iam`. */
  readonly app: TestApp
  /** The same installation as another client, `other`, sees it: a key and an address of its own. */
  readonly other: TestApp
}

export async function openForTwo(options: TestOptions = {}): Promise<TwoClients> {
  let issuer = ''
  let now: () => number = () => NOON
  const party = await createRelyingParty({
    issuer: () => issuer,
    now: () => now(),
    clientId: 'other',
    redirectUri: 'https://other.example/callback',
  })
  const client = {
    id: 'other',
    name: 'Other sign-in',
    auth: { method: 'private_key_jwt', jwks: party.jwks },
    redirectUris: [party.redirectUri],
    subject: { from: ['par', 'request_object'], claim: 'login_hint', directories: ['local'] },
  }
  const app = await openApp({ ...options, clients: [client, ...(options.clients ?? [])] })
  issuer = app.issuer
  now = app.clock.now
  return {
    app,
    other: { ...app, party },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  }
}

/** A client in whose name anybody may ask for anybody. */
export const ANYBODYS = {
  id: 'anybodys',
  name: 'Anybody’s sign-in',
  auth: { method: 'client_secret_basic', secretEnv: 'CLIENT_SECRET' },
  redirectUris: ['https://anybodys.example/callback'],
  subject: {
    ...{ from: 'dangerously_unsigned_login_hint', claim: 'login_hint', directories: ['local'] },
  },
} as const

/** What there has to be for such a client: all lanes together come to a hundred answers. */
export const openForAnybody = (settings: object): Promise<TestApp> =>
  openApp({ settings: { ...settings, locks: { cap: 25 } }, clients: [ANYBODYS] })

let asked = 0

/** Where a stranger sends a browser to have a person asked. */
export function unsignedUrl(app: TestApp, loginHint: string): string {
  const query = new URLSearchParams({
    ...{ client_id: ANYBODYS.id, redirect_uri: ANYBODYS.redirectUris[0], response_type: 'code' },
    ...{ scope: 'openid', login_hint: loginHint, state: `s-${++asked}`, nonce: `n-${asked}` },
    ...{ code_challenge: challengeOf('v'.repeat(43)), code_challenge_method: 'S256' },
  })
  return `${app.issuer}/authorize?${query}`
}

/** Of the client `secretive`, as the environment of tests has it. */
export const SECRET = 's'.repeat(40)

/** A client that has a secret where `iam` has a key. */
export const SECRETIVE = {
  id: 'secretive',
  auth: { method: 'client_secret_basic', secretEnv: 'CLIENT_SECRET' },
  redirectUris: ['https://secretive.example/callback'],
  subject: { from: 'par', claim: 'login_hint', directories: ['local'] },
} as const

/** `name:secret` as a header brings it. */
export const basic = (text: string): { readonly authorization: string } => ({
  authorization: `Basic ${Buffer.from(text).toString('base64')}`,
})
