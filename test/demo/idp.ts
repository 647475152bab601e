import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import { type Configuration, Provider } from 'oidc-provider'
import { cookieIn, escaped, page } from './page.ts'
import { type Place, serve } from './place.ts'
import { createStepUp, type Sent } from './step-up.ts'

export type DemoUser = {
  readonly id: string
  readonly username: string
  /** What else they may type for it. The IAM passes on what was typed. */
  readonly names?: readonly string[]
  readonly email: string
  readonly password: string
  /** What the IAM itself saw beside the password. */
  readonly amr?: readonly string[]
}

type Options = {
  readonly place: Place
  readonly sallyport: string
  readonly app: { readonly id: string; readonly secret: string; readonly callback: string }
  readonly users: readonly DemoUser[]
}

/** A sign-in that is at Sallyport, by its `state`; tied to the browser by a cookie, since a genuine link can be mailed. */
type Away = {
  readonly sent: Sent
  readonly user: DemoUser
  readonly uid: string
  readonly browser: string
}

const COOKIE = 'demo_iam_browser'

/** A small IAM: checks the password, has Sallyport ask for more, and tells the application what was proven. */
export async function startIdp({
  place,
  sallyport,
  app,
  users,
}: Options): Promise<AsyncDisposable> {
  const { origin: issuer } = place
  const stepUp = await createStepUp(sallyport, `${issuer}/2fa/callback`, place.calls)
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const provider = new Provider(issuer, await settings(app, users, privateKey))
  const answer = provider.callback()
  const away = new Map<string, Away>()
  const refused = new Map<string, string>()
  const proven = new Map<
    string,
    Awaited<ReturnType<typeof stepUp.redeem>> & { readonly user: DemoUser }
  >()

  return serve(place, (request, response) => {
    route(request, response).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      send(
        response,
        500,
        page('Sign-in failed', `<h1>Nobody was signed in</h1><p>${escaped(why)}</p>`),
      )
    })
  })

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer)
    const [, area, uid = '', step] = url.pathname.split('/')
    if (url.pathname === '/2fa/keys') return json(response, stepUp.jwks)
    if (url.pathname === '/2fa/callback') return back(request, response, url)
    if (area !== 'interaction') return answer(request, response)
    if (step === 'finish') return finish(request, response, uid)
    if (request.method === 'POST') return password(request, response)
    send(response, 200, passwordPage(uid, ''))
  }

  /** The password is right: what was asked of us is passed on to Sallyport, with what we know. */
  async function password(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { uid, params } = await provider.interactionDetails(request, response)
    const form = new URLSearchParams(await bodyOf(request))
    const typed = form.get('username') ?? ''
    const user = users.find(
      ({ username, names = [username], password: known }) =>
        names.some((name) => isSame(name, typed)) && known === form.get('password'),
    )
    if (user === undefined) return send(response, 401, passwordPage(uid, 'Wrong name or password.'))
    const text = (name: string) => (typeof params[name] === 'string' ? params[name] : undefined)
    const sent = await stepUp.send({
      subject: user.id,
      username: typed,
      email: user.email,
      application: { id: app.id, name: 'Demo application' },
      amr: ['pwd', ...(user.amr ?? [])],
      passwordAt: Math.floor(Date.now() / 1000),
      clientIp: request.socket.remoteAddress,
      acrValues: text('acr_values'),
      claims: text('claims'),
      maxAge: params['max_age'] === undefined ? undefined : String(params['max_age']),
      uiLocales: text('ui_locales'),
      purpose: text('manage') === undefined ? 'sign-in' : 'enrol',
    })
    const browser = cookieIn(request.headers.cookie, COOKIE) ?? randomBytes(16).toString('hex')
    away.set(sent.state, { sent, user, uid, browser })
    response.setHeader('Set-Cookie', `${COOKIE}=${browser}; Path=/; HttpOnly; SameSite=Lax`)
    response.writeHead(303, { Location: sent.url }).end()
  }

  async function back(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const state = url.searchParams.get('state') ?? ''
    const waiting = away.get(state)
    away.delete(state)
    if (waiting === undefined || cookieIn(request.headers.cookie, COOKIE) !== waiting.browser)
      throw new Error('this browser did not start the sign-in')
    const { sent, user, uid } = waiting
    if (url.searchParams.has('error')) {
      proven.delete(uid)
      refused.set(uid, url.searchParams.get('error') ?? 'access_denied')
    } else proven.set(uid, { ...(await stepUp.redeem(url, sent, user.id)), user })
    response.writeHead(303, { Location: `/interaction/${uid}/finish` }).end()
  }

  async function finish(
    request: IncomingMessage,
    response: ServerResponse,
    uid: string,
  ): Promise<void> {
    const done = proven.get(uid)
    proven.delete(uid)
    if (done === undefined) {
      const error = refused.get(uid) ?? 'access_denied'
      refused.delete(uid)
      return provider.interactionFinished(request, response, { error })
    }
    const { acr, amr, authTime, user } = done
    const login = {
      ...{ accountId: user.id, amr: [...new Set(['pwd', ...amr])], remember: false },
      ...(acr === undefined ? {} : { acr }),
      ...(authTime === undefined ? {} : { ts: authTime }),
    }
    await provider.interactionFinished(request, response, { login })
  }
}

async function settings(
  app: Options['app'],
  users: readonly DemoUser[],
  key: Parameters<typeof exportJWK>[0],
): Promise<Configuration> {
  return {
    clients: [
      {
        client_id: app.id,
        client_secret: app.secret,
        redirect_uris: [app.callback],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(key)), kid: 'demo', alg: 'ES256', use: 'sig' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    ttl: {
      AccessToken: 300,
      AuthorizationCode: 60,
      Grant: 3600,
      IdToken: 300,
      Interaction: 900,
      Session: 3600,
    },
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], profile: ['preferred_username'] },
    acrValues: ['mfa', 'mfa-app'],
    // How this provider's link to one's own factors is called.
    extraParams: ['manage'],
    features: { devInteractions: { enabled: false }, claimsParameter: { enabled: true } },
    conformIdTokenClaims: false,
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, id) => {
      const user = users.find((one) => one.id === id)
      return user === undefined
        ? undefined
        : { accountId: id, claims: () => ({ sub: id, preferred_username: user.username }) }
    },
    /** There is one application, and nobody is asked whether they like it. */
    async loadExistingGrant(context) {
      const { client, session, provider } = context.oidc
      if (client === undefined || session?.accountId === undefined) return undefined
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope('openid profile')
      await grant.save()
      return grant
    },
    renderError(context, { error, error_description: why }) {
      context.type = 'html'
      context.body = page('Error', `<h1>${escaped(error)}</h1><p>${escaped(why ?? '')}</p>`)
    },
  }
}

function passwordPage(uid: string, wrong: string): string {
  return page(
    'Demo IAM',
    `<h1>Demo IAM</h1><p>${escaped(wrong)}</p><form method="post" action="/interaction/${escaped(uid)}/login">
<label for="u">User name</label><input id="u" name="username" autofocus autocomplete="username">
<label for="p">Password</label><input id="p" name="password" type="password" autocomplete="current-password">
<div><button>Sign in</button></div></form>`,
  )
}

/** As directories compare names: without regard to case, width and what is around them. */
const isSame = (one: string, other: string): boolean => folded(one) === folded(other)

const folded = (name: string): string => name.normalize('NFKC').trim().toLowerCase()

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) {
    body += String(chunk)
    if (body.length > 10_000) throw new Error('too much')
  }
  return body
}

function send(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end(html)
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}
