import { createHash, randomBytes } from 'node:crypto'
import { type Caller, otp, REDIRECT_URI, seedOf, timeStepNow, wayBackIn } from '../support/load.ts'
import type { Way } from './keycloak-realm.ts'
import { answer, exchange, type Talk, titleOf } from './walk.ts'

/** Somebody at a browser, and the realm that they are signed in to. */
export type Signing = {
  readonly browser: Pick<Caller, 'send'>
  readonly realmUrl: string
  /** Where the realm sends people for a second factor. */
  readonly issuer: string
  readonly username: string
}

/** Keeps cookies as a browser would: by where they came from, until they are taken back. */
export function createBrowser(caller: Pick<Caller, 'send'>): Signing['browser'] {
  const jars = new Map<string, Map<string, string>>()
  return {
    async send(method, url, given = {}) {
      const { origin } = new URL(url)
      const jar = jars.get(origin) ?? new Map<string, string>()
      jars.set(origin, jar)
      const cookie = [...jar.values()].join('; ')
      const heard = await caller.send(method, url, { ...given, cookie })
      for (const set of heard.setCookies) {
        const [pair = '', ...says] = set.split(';')
        const [name = ''] = pair.split('=', 1)
        if (says.some((word) => /^\s*max-age=0\s*$/i.test(word))) jar.delete(name)
        else jar.set(name, pair)
      }
      return heard
    },
  }
}

/** With the password: what makes the session that all else stands on. */
export async function signIn(signing: Signing): Promise<void> {
  const { username } = signing
  await signedIn(signing, 'sso', 'pwd', async (talk, url) => {
    const page = await exchange(talk, 200, 'GET', url)
    const form = { username, password: username, credentialId: '' }
    return (await exchange(talk, 302, 'POST', formOf(page.body, 'password'), { form })).location
  })
}

const BY = { otp: byOwnForm, sallyport: bySallyport, sso: byCookie } as const

/** On the live session, from the application's request to a token that says what was asked. */
export async function goOn(signing: Signing, way: Way): Promise<void> {
  const acr = way === 'sso' ? 'pwd' : 'mfa'
  await signedIn(signing, way, acr, (talk, url) => BY[way](talk, url, signing))
}

async function byCookie(talk: Talk, url: string): Promise<string> {
  return (await exchange(talk, 302, 'GET', url)).location
}

async function byOwnForm(talk: Talk, url: string, { username }: Signing): Promise<string> {
  const page = await exchange(talk, 200, 'GET', url)
  const form = { otp: codeOf(username) }
  return (await exchange(talk, 302, 'POST', formOf(page.body, 'otp'), { form })).location
}

async function bySallyport(
  talk: Talk,
  url: string,
  { issuer, realmUrl, username }: Signing,
): Promise<string> {
  const out = await exchange(talk, 303, 'GET', url)
  if (!out.location.startsWith(`${issuer}/authorize?`)) throw new Error(`sent to ${out.location}`)
  const parked = await exchange(talk, 303, 'GET', out.location)
  const begin = new URL(parked.location, issuer).href
  const { body } = await exchange(talk, 200, 'GET', begin)
  const { end } = await answer(talk, { url: begin, body, cookie: '' }, codeOf(username), false)
  const back = wayBackIn(end.body)?.href
  if (!back?.startsWith(`${realmUrl}/sallyport/callback?`))
    throw new Error(`an end without a way back: ${titleOf(end.body)}`)
  const onward = await exchange(talk, 303, 'GET', back)
  return (await exchange(talk, 302, 'GET', onward.location)).location
}

/** Of this time step: who is asked for one has not used it yet. */
const codeOf = (username: string) => otp(seedOf(username), timeStepNow())

/** Begins at the application, and ends there with a token. @param through from the address of the request to that of the answer */
async function signedIn(
  { browser, realmUrl }: Signing,
  application: Way,
  acr: string,
  through: (talk: Talk, url: string) => Promise<string>,
): Promise<void> {
  const talk: Talk = { caller: browser, took: () => {} }
  const [verifier, state, nonce] = [random(), random(), random()]
  const asked = new URLSearchParams({
    ...{ response_type: 'code', client_id: application, redirect_uri: REDIRECT_URI },
    ...{ scope: 'openid', acr_values: acr, state, nonce, code_challenge_method: 'S256' },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  })
  const oidc = `${realmUrl}/protocol/openid-connect`
  const to = await through(talk, `${oidc}/auth?${asked}`)
  const back = to.startsWith(`${REDIRECT_URI}?`) ? new URL(to).searchParams : undefined
  const code = back?.get('code')
  if (back?.get('state') !== state || !code) throw new Error(`sent back to ${to}`)
  const form = {
    ...{ grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI },
    ...{ client_id: application, code_verifier: verifier },
  }
  const { body } = await exchange(talk, 200, 'POST', `${oidc}/token`, { form })
  const claims = claimsIn(body)
  if (claims.acr !== acr || claims.nonce !== nonce || claims.aud !== application)
    throw new Error(`a token with acr ${claims.acr}, not ${acr}`)
}

const random = () => randomBytes(32).toString('base64url')

/** Where the form with this field goes. */
function formOf(body: string, field: string): string {
  const action = /<form[^>]*\baction="([^"]+)"/.exec(body)?.[1]?.replaceAll('&amp;', '&')
  if (action !== undefined && body.includes(`name="${field}"`)) return action
  throw new Error(`a page without ${field}: ${titleOf(body).trim()}`)
}

/** They came straight from the realm: their signature is not what is looked at. */
function claimsIn(body: string): Readonly<Record<'acr' | 'nonce' | 'aud', unknown>> {
  const { id_token: token = '' } = JSON.parse(body) as { readonly id_token?: string }
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString() || '{}')
}
