import assert from 'node:assert/strict'
import type { Binding } from '../../src/kernel/index.ts'
import { openApp, type TestApp, type TestOptions } from './app.ts'
import { otpAt, withOtpApp } from './attack.ts'
import { begin } from './passage.ts'
import { redeemed } from './token.ts'
import { createUserAgent, type Page, type UserAgent } from './user-agent.ts'

export const DEVICE_COOKIE = 'sallyport-device'
export const HOME = '203.0.113.7'
export const AWAY = '198.51.100.9'
/** Where this test's browsers come from: its own machine, as the proxy in front. */
export const LOOPBACK = ['127.0.0.1', '::1']

/** With `bob`, who has an OTP app, behind a proxy that is listed. */
export async function openTrusting(
  binding: Binding,
  hours = '12h',
  over: TestOptions & {
    readonly ipv6Prefix?: 64 | 128
    readonly proxies?: string[]
    readonly rules?: readonly object[]
  } = {},
): Promise<TestApp> {
  const { ipv6Prefix = 128, proxies = LOOPBACK, rules = [], settings, ...options } = over
  const app = await openApp({
    ...options,
    settings: {
      factors: ['totp', 'email'],
      listen: { port: 8080, trustedProxies: proxies },
      trust: { hours, binding, ipv6Prefix },
      rules,
      ...settings,
    },
  })
  await withOtpApp(app, 'bob')
  return app
}

/** A browser at an address, which may move. */
export type Visitor = { readonly browser: UserAgent; readonly at: Record<string, string> }

export function visitor(ip: string | null = HOME): Visitor {
  const at: Record<string, string> = ip === null ? {} : { 'x-forwarded-for': ip }
  return { browser: createUserAgent('en', undefined, at), at }
}

/** Another browser with all the cookies of this one, as they are now. */
export function copyOf({ browser }: Visitor, ip = HOME): Visitor {
  const copy = visitor(ip)
  for (const [name, value] of browser.cookies) copy.browser.cookies.set(name, value)
  return copy
}

type Over = Record<string, string | undefined>

const isAsked = (page: Page): boolean =>
  page.forms.some(({ action }) => action === 'answer' || action === 'choose')

/** What comes of a request: a question, or an answer without one. */
export async function visit(app: TestApp, { browser }: Visitor, over: Over = {}) {
  const { pushed, page } = await begin(app, browser, { login_hint: 'bob', ...over })
  if (isAsked(page)) return 'asked'
  const location = page.headers.get('location') ?? ''
  const error = new URL(location, page.url).searchParams.get('error')
  if (error !== null) return error
  const { claims } = await redeemed(app, pushed, page)
  const { acr, amr, auth_time } = claims
  return { acr, amr, auth_time }
}

/** The question of a request, whichever way is asked by. */
export async function question(app: TestApp, { browser }: Visitor, over: Over = {}) {
  const { pushed, page } = await begin(app, browser, { login_hint: 'bob', ...over })
  assert.ok(isAsked(page), page.title)
  const isChoice = page.forms.every(({ action }) => action !== 'answer')
  return {
    pushed,
    page: isChoice ? await browser.submit(page, 'choose', { factor: 'totp' }) : page,
  }
}

/** By the OTP app, with the box ticked where there is one; in a time step of its own. */
export async function prove(
  app: TestApp,
  who: Visitor,
  { tick = true, over = {} }: { readonly tick?: boolean; readonly over?: Over } = {},
): Promise<number> {
  app.clock.advance(60)
  const { page } = await question(app, who, over)
  const fields = { code: otpAt(app), ...(tick ? { trust: 'yes' } : {}) }
  const done = await who.browser.submit(page, 'answer', fields)
  assert.equal(done.status, 200)
  return Math.floor(app.clock.now() / 1000)
}

export const passed = (auth_time: number, acr = 'mfa-app') => ({ acr, amr: ['otp'], auth_time })

export async function namedEvents(app: TestApp, prefix: string) {
  return (await app.events()).filter(({ event }) => event.startsWith(prefix))
}
