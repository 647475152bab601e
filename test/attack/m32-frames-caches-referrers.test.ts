import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { ONLY_EMAIL } from '../support/attack.ts'
import { everyPage } from '../support/every-page.ts'
import { resumeOn } from '../support/outside.ts'
import { begin, pass, wayBack } from '../support/passage.ts'
import { createUserAgent, type Page } from '../support/user-agent.ts'

const POLICY: Readonly<Record<string, string>> = {
  ...{ 'default-src': "'none'", 'style-src': "'self'", 'img-src': "'self' data:" },
  ...{ 'form-action': "'self'", 'base-uri': "'none'", 'frame-ancestors': "'none'" },
}

/** On whatever the main port says, be it a page, a picture, a redirect or an error. */
function assertGuarded(what: string, headers: Headers, isSecure = false): void {
  const says = (name: string) => headers.get(name)
  const policy = (says('content-security-policy') ?? '').split(';').map((one) => {
    const [name = '', ...values] = one.trim().split(/\s+/)
    return [name, values.join(' ')] as const
  })
  assert.deepEqual(Object.fromEntries(policy), POLICY, what)
  assert.equal(policy.length, Object.keys(POLICY).length, what)
  assert.equal(says('x-frame-options'), 'DENY', what)
  assert.equal(says('referrer-policy'), 'no-referrer', what)
  assert.equal(says('x-content-type-options'), 'nosniff', what)
  assert.equal(says('cross-origin-opener-policy'), 'same-origin', what)
  assert.equal(says('cross-origin-resource-policy'), 'same-origin', what)
  assert.match(says('permissions-policy') ?? '', /camera=\(\)/, what)
  const hsts = /^max-age=(\d+)/.exec(says('strict-transport-security') ?? '')?.[1]
  assert.ok(isSecure ? Number(hsts) >= 31_536_000 : hsts === undefined, what)
  // Nothing that names what runs here or lets another site read it.
  for (const [name] of headers)
    assert.doesNotMatch(name, /^(?:server|x-powered-by|etag|access-control-.*)$/, what)
}

function assertUnkept(what: string, headers: Headers): void {
  assert.equal(headers.get('cache-control'), 'no-store', what)
}

/** What a strict policy would only break: it has to be absent. */
function assertPlain(what: string, { body, headers }: Page): void {
  assert.match(headers.get('content-type') ?? '', /^text\/html; charset=utf-8$/, what)
  assert.doesNotMatch(body, /<(?:script|iframe|object|embed|base|svg:script)\b/i, what)
  assert.doesNotMatch(body, /\s(?:on\w+|style|srcdoc|formaction)\s*=/i, what)
  assert.doesNotMatch(body, /\b(?:javascript|vbscript):/i, what)
  for (const [, url = ''] of body.matchAll(/\b(?:src|href|action)="([^"]*)"/g))
    assert.match(
      url,
      /^(?:\/|data:,|otpauth:|mailto:|tel:|https:\/\/iam\.example\/)/,
      `${what} ${url}`,
    )
  for (const [, rel] of body.matchAll(/<a\b[^>]*\btarget=("[^"]*")/g))
    assert.fail(`${what} opens ${rel}`)
  assert.match(body, /<meta name="referrer" content="no-referrer">/, what)
}

const redirecting = (url: string, init: RequestInit = {}) =>
  fetch(url, { redirect: 'manual', ...init })

/** A button of a page, pressed without following where it leads. */
async function pressed(app: TestApp, page: Page, cookie: string, action: string, more = {}) {
  const form = page.forms.find((one) => one.action === action)
  assert.ok(form !== undefined, action)
  const body = new URLSearchParams({ ...form.fields, ...more })
  return redirecting(new URL(form.url, app.issuer).href, {
    method: 'POST',
    headers: { cookie },
    body,
  })
}

describe('M32 frames, caches, referrers and redirects', () => {
  test('each page keeps itself out of frames and caches and tells the next site nothing', async () => {
    await using app = await openApp()
    const shown = await everyPage(app)
    assert.ok(shown.length >= 26)
    for (const { name, page } of shown) {
      assertGuarded(name, page.headers)
      assertUnkept(name, page.headers)
      assertPlain(name, page)
    }
    assert.equal(new Set(shown.map(({ page }) => page.status)).size, 7)
  })

  test('so does what is for machines, whether it succeeds or not', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const body = await pass(app)
    const authorization = `Bearer ${body['access_token']}`
    const answers: readonly (readonly [string, Promise<Response>])[] = [
      ...['/par', '/token'].flatMap((path) => [
        [`POST ${path}`, fetch(app.issuer + path, { method: 'POST' })] as const,
        [`GET ${path}`, fetch(app.issuer + path)] as const,
      ]),
      ['userinfo', fetch(`${app.issuer}/userinfo`, { headers: { authorization } })],
      ['userinfo without a token', fetch(`${app.issuer}/userinfo`)],
      [
        'a large body',
        fetch(`${app.issuer}/par`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: 'a='.padEnd(40_000, 'a'),
        }),
      ],
    ]
    for (const [what, answer] of answers) {
      const { headers } = await answer
      assertGuarded(what, headers)
      assertUnkept(what, headers)
      assert.doesNotMatch(headers.get('content-type') ?? '', /html/, what)
    }
    // What is meant for everybody may be kept, though not framed.
    for (const path of ['/jwks', '/.well-known/openid-configuration']) {
      const { headers } = await fetch(app.issuer + path)
      assertGuarded(path, headers)
      assert.match(headers.get('cache-control') ?? '', /^public, max-age=\d+$/)
      assert.match(headers.get('content-type') ?? '', /^application\/json/)
    }
  })

  test('styles and pictures may be kept for ever, since a changed one has another name', async () => {
    await using app = await openApp()
    const { page } = await begin(app)
    const assets = [...page.body.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(
      ([, path]) => path ?? '',
    )
    assert.ok(assets.length >= 2)
    for (const path of assets) {
      const asset = await fetch(app.issuer + path)
      assert.equal(asset.status, 200)
      assertGuarded(path, asset.headers)
      assert.equal(asset.headers.get('cache-control'), 'public, max-age=31536000, immutable')
      assert.match(asset.headers.get('content-type') ?? '', /^(?:text\/css|image\/)/)
      assert.equal(asset.headers.getSetCookie().length, 0)
    }
    for (const odd of [
      '/assets/',
      '/assets/../package.json',
      '/assets/style.css',
      '/assets/%2e%2e/config',
    ])
      assert.equal((await fetch(app.issuer + odd)).status, 404, odd)
  })

  test('every redirect is a 303 that carries no post on, and none after a post leaves this origin', async () => {
    await using app = await openApp()
    const seen: Response[] = []
    const keep = async (answer: Promise<Response>) => {
      const response = await answer
      seen.push(response)
      return response
    }
    const pushed = await app.party.push()
    const url = app.party.authorizeUrl(pushed)
    const query = new URL(url).searchParams
    const authorized = await keep(redirecting(url))
    await keep(
      redirecting(`${app.issuer}/authorize`, { method: 'POST', body: new URLSearchParams(query) }),
    )
    const link = new URL(authorized.headers.get('location') ?? '', app.issuer).href
    const browser = createUserAgent()
    const page = await browser.get(link)
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    await keep(redirecting(link, { headers: { cookie } }))

    const posts = [await pressed(app, page, cookie, 'language')]
    posts.push(await pressed(app, page, cookie, 'choose', { factor: 'email' }))
    const question = await browser.follow(link)
    const { code } = app.mailbox.last()
    posts.push(await pressed(app, question, cookie, 'answer', { code }))
    assert.deepEqual(
      posts.map(({ status }) => status),
      [303, 303, 303],
    )
    for (const { headers, url: from } of posts) {
      const to = new URL(headers.get('location') ?? '', from)
      assert.equal(to.origin, app.issuer)
      assert.ok(!to.href.includes(code))
    }
    // The end is a page that goes on by itself, and only a link leads to the client at once.
    const done = await browser.follow(
      new URL(posts.at(-1)?.headers.get('location') ?? '', posts.at(-1)?.url).href,
    )
    assert.deepEqual([done.status, wayBack(done).origin], [200, 'https://iam.example'])
    const second = await begin(app, browser)
    const cancelled = await browser.submit(second.page, 'cancel')
    assert.equal(cancelled.status, 200)
    await keep(redirecting(resumeOn(cancelled), { headers: { cookie } }))
    const silent = await app.party.push({ prompt: 'none' })
    const to = (await redirecting(app.party.authorizeUrl(silent))).headers.get('location') ?? ''
    await keep(redirecting(new URL(to, app.issuer).href, { headers: { cookie } }))
    for (const response of [...seen, ...posts]) {
      assert.equal(response.status, 303, response.url)
      assertGuarded(response.url, response.headers)
      assertUnkept(response.url, response.headers)
    }
  })

  test('where TLS is spoken, the browser is told to stay with it, and the cookie with it too', async () => {
    const issuer = 'https://2fa.kestrel.example'
    await using app = await openApp({ settings: { issuer, factors: ['email'] } })
    const client_assertion = await app.party.assertion({ aud: issuer })
    const pushed = await app.party.push({ client_assertion })
    const authorized = await redirecting(app.party.authorizeUrl(pushed))
    const link = new URL(authorized.headers.get('location') ?? '', app.issuer).href
    const page = await redirecting(link)
    const [cookie = '', ...others] = page.headers.getSetCookie()
    assert.deepEqual(others, [])
    assert.match(
      cookie,
      /^__Host-sallyport=[\w-]{43}; Path=\/; Max-Age=7776000; HttpOnly; SameSite=Lax; Secure$/,
    )
    const style = /href="(\/assets\/[^"]+)"/.exec(await page.text())?.[1]
    for (const path of [style ?? '', '/nowhere', '/jwks', '/par', '/userinfo', '/authorize'])
      assertGuarded(path, (await fetch(app.issuer + path)).headers, true)
    for (const { url, headers } of [authorized, page]) assertGuarded(url, headers, true)
    // The name without the prefix is not looked at, so that no neighbour can set it.
    const unprefixed = cookie.split(';')[0]?.replace('__Host-', '') ?? ''
    const stranger = await redirecting(link, { headers: { cookie: unprefixed } })
    assert.equal(stranger.status, 403)
  })
})
