import assert from 'node:assert/strict'
import { decodeJwt, type JWTPayload } from 'jose'
import type { TestApp } from './app.ts'
import type { Pushed } from './relying-party.ts'
import { createUserAgent, decoded, type Page, type UserAgent } from './user-agent.ts'

/** Where the page of a finished step-up leads. */
export function wayBack(page: Page): URL {
  const to = page.headers.get('location') ?? /url=([^"]+)"/.exec(page.body)?.[1]
  assert.ok(to !== undefined && to !== null, `"${page.title}" leads nowhere`)
  return new URL(decoded(to), page.url)
}

/** The code that the browser brings back, once `state` and `iss` are right. */
export function codeFrom(page: Page, redirectUri: string, { state }: Pushed): string {
  const back = wayBack(page)
  assert.equal(back.origin + back.pathname, redirectUri)
  assert.equal(back.searchParams.get('state'), state)
  const code = back.searchParams.get('code')
  assert.ok(code !== null, `no code but ${back.searchParams.get('error')}`)
  return code
}

/** From the pushed request to the page that asks. */
export async function begin(
  app: Pick<TestApp, 'party'>,
  browser: UserAgent = createUserAgent(),
  over: Record<string, string | undefined> = {},
): Promise<{ readonly browser: UserAgent; readonly pushed: Pushed; readonly page: Page }> {
  const pushed = await app.party.push(over)
  assert.equal(pushed.status, 201, JSON.stringify(pushed.body))
  const page = await browser.follow(app.party.authorizeUrl(pushed))
  return { browser, pushed, page }
}

/** A whole step-up by email: the claims of the token response. */
export async function pass(
  app: Pick<TestApp, 'party' | 'mailbox'>,
  browser: UserAgent = createUserAgent(),
  over: Record<string, string | undefined> = {},
): Promise<Record<string, unknown>> {
  const { pushed, page } = await begin(app, browser, over)
  const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
  const response = await app.party.redeem(pushed, codeFrom(done, app.party.redirectUri, pushed))
  assert.equal(response.status, 200)
  return (await response.json()) as Record<string, unknown>
}

/** What the ID token says in the end. */
export async function claimsFrom(
  app: Pick<TestApp, 'party'>,
  pushed: Pushed,
  done: Page,
): Promise<JWTPayload> {
  const response = await app.party.redeem(pushed, codeFrom(done, app.party.redirectUri, pushed))
  const body = (await response.json()) as Record<string, string>
  return decodeJwt(body['id_token'] ?? '')
}
