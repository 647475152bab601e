import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as client from 'openid-client'
import { cookieIn, escaped, page } from './page.ts'
import { type Place, serve } from './place.ts'

type Options = {
  readonly place: Place
  readonly idp: string
  readonly id: string
  readonly secret: string
}

type Session = {
  waiting?: { readonly state: string; readonly nonce: string; readonly verifier: string }
  claims?: object
}

const COOKIE = 'demo_app'

/** An application that signs people in through the demo IAM and shows what it was told. */
export async function startApp({ place, idp, id, secret }: Options): Promise<AsyncDisposable> {
  const { origin } = place
  const sessions = new Map<string, Session>()
  let known: client.Configuration | undefined

  return serve(place, (request, response) => {
    route(request, response).catch((error: unknown) => {
      const why = error instanceof client.AuthorizationResponseError ? error.error : String(error)
      html(
        response,
        403,
        page(
          'Not signed in',
          `<h1>Not signed in</h1><p>${escaped(why)}</p><p><a href="/">Back</a></p>`,
        ),
      )
    })
  })

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', origin)
    const cookie = cookieIn(request.headers.cookie, COOKIE) ?? randomBytes(16).toString('hex')
    const session = sessions.get(cookie) ?? {}
    sessions.set(cookie, session)
    response.setHeader('Set-Cookie', `${COOKIE}=${cookie}; Path=/; HttpOnly; SameSite=Lax`)
    switch (url.pathname) {
      case '/':
        return html(response, 200, home(session))
      case '/sign-in':
        return redirect(response, await signIn(session, url.searchParams))
      case '/callback':
        await finish(session, url)
        return redirect(response, `${origin}/`)
      case '/sign-out':
        sessions.delete(cookie)
        return redirect(response, `${origin}/`)
      default:
        return html(response, 404, page('Not found', '<h1>Not found</h1>'))
    }
  }

  async function configuration(): Promise<client.Configuration> {
    const auth = client.ClientSecretBasic(secret)
    known ??= await client.discovery(new URL(idp), id, {}, auth, place.calls)
    return known
  }

  /** `?acr=mfa-app` is asked as essential: nothing less will do. */
  async function signIn(session: Session, query: URLSearchParams): Promise<string> {
    const [state, nonce] = [client.randomState(), client.randomNonce()]
    const verifier = client.randomPKCECodeVerifier()
    session.waiting = { state, nonce, verifier }
    const acr = query.get('acr')
    const essential = { id_token: { acr: { essential: true, values: [acr] } } }
    const locale = query.get('locale')
    return client.buildAuthorizationUrl(await configuration(), {
      ...{
        redirect_uri: `${origin}/callback`,
        scope: 'openid profile',
        state,
        nonce,
        prompt: 'login',
      },
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(acr === null ? {} : { claims: JSON.stringify(essential) }),
      ...(locale === null ? {} : { ui_locales: locale }),
      ...(query.has('manage') ? { manage: 'yes' } : {}),
    }).href
  }

  async function finish(session: Session, url: URL): Promise<void> {
    const { waiting } = session
    if (waiting === undefined) throw new Error('no sign-in is under way here')
    delete session.waiting
    const tokens = await client.authorizationCodeGrant(await configuration(), url, {
      expectedState: waiting.state,
      expectedNonce: waiting.nonce,
      pkceCodeVerifier: waiting.verifier,
    })
    session.claims = tokens.claims() ?? {}
  }
}

function home({ claims }: Session): string {
  const links = `<p><a href="/sign-in">Sign in</a> · <a href="/sign-in?acr=mfa-app">Sign in, OTP app required</a>
· <a href="/sign-in?locale=zh-CN">Sign in in Chinese</a> · <a href="/sign-in?manage">Manage my OTP apps</a> · <a href="/sign-out">Sign out</a></p>`
  if (claims === undefined) return page('Demo application', `<h1>Demo application</h1>${links}`)
  const rows = Object.entries(claims)
    .map(
      ([name, value]) =>
        `<tr><th>${escaped(name)}</th><td>${escaped(JSON.stringify(value))}</td></tr>`,
    )
    .join('')
  return page(
    'Demo application',
    `<h1>You are signed in</h1><table id="claims">${rows}</table>${links}`,
  )
}

function html(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end(body)
}

function redirect(response: ServerResponse, to: string): void {
  response.writeHead(303, { Location: to }).end()
}
