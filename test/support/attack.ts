import assert from 'node:assert/strict'
import { generateSync } from 'otplib'
import type { TestApp } from './app.ts'
import { begin } from './passage.ts'
import { createUserAgent, type Page, type UserAgent } from './user-agent.ts'

/** Base32 of 160 bits: the OTP app that `withOtpApp` gives somebody. */
export const SEED = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

export const ONLY_EMAIL = { settings: { factors: ['email'] } } as const
export const ONLY_APP = { settings: { factors: ['totp'] } } as const

export async function withOtpApp(app: TestApp, username: string, seed = SEED): Promise<void> {
  const csv = `username,email,totp\n${username},${username}@kestrel.example,otpauth://totp/Old:${username}?secret=${seed}\n`
  const file = { bytes: Buffer.from(csv), format: 'csv' } as const
  const report = await app.people.importPeople('test', file, {
    partial: false,
    allowShortSecrets: false,
  })
  assert.ok(report.ok && report.value.added === 1)
}

type Timed = { readonly clock: Pick<TestApp['clock'], 'now'> }
type Audited = Pick<TestApp, 'events'>

export const otpAt = (app: Timed, seconds = 0, secret = SEED): string =>
  generateSync({ secret, epoch: app.clock.now() / 1000 + seconds })

/** A code that is none of the codes that are good now or next to now. */
export function wrongOtp(app: Timed, secret = SEED): string {
  const good = [-60, -30, 0, 30, 60].map((seconds) => otpAt(app, seconds, secret))
  return (
    ['000000', '111111', '222222', '333333', '444444', '555555'].find(
      (code) => !good.includes(code),
    ) ?? '666666'
  )
}

export const otherThan = (code: string): string => (code === '000000' ? '111111' : '000000')

/** The form of a page, posted by hand, so that fields can be anything and requests run side by side. */
export function post(
  browser: UserAgent,
  page: Page,
  action: string,
  fields: Fields,
  headers: Record<string, string> = {},
): Promise<Response> {
  const form = page.forms.find((one) => one.action === action)
  assert.ok(form !== undefined, `"${page.title}" has a form ${action}`)
  const own = Object.entries(form.fields).filter(([name]) => !named(fields).includes(name))
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const given: Pairs = isList(fields) ? fields : Object.entries(fields)
  return fetch(form.url, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, ...headers },
    body: new URLSearchParams(
      [...own, ...given].map(([name, value]): [string, string] => [name, value]),
    ),
  })
}

type Pairs = readonly (readonly [string, string])[]

/** A list where a name comes more than once. */
export type Fields = Pairs | Readonly<Record<string, string>>

// `Array.isArray` does not narrow a readonly list.
const isList = (fields: Fields): fields is Pairs => Array.isArray(fields)

const named = (fields: Fields): readonly string[] =>
  isList(fields) ? fields.map(([name]) => name) : Object.keys(fields)

/** One wrong answer after another, each in a step-up of its own where the last was spent, until nothing is asked any more. */
export async function guess(
  app: Timed & Audited & Pick<TestApp, 'party'>,
  times: number,
  who = 'bob',
): Promise<number> {
  let judged = 0
  for (let round = 0; round < times * 2 && judged < times; round++) {
    const { browser, page: first } = await begin(app, createUserAgent(), { login_hint: who })
    let page = first
    for (let answer = 0; answer < 5 && judged < times; answer++) {
      if (!page.forms.some(({ action }) => action === 'answer')) break
      const before = await judgements(app)
      page = await browser.submit(page, 'answer', { code: wrongOtp(app) })
      judged += (await judgements(app)) - before
    }
    if (page.forms.every(({ action }) => action !== 'answer') && page.status === 403) break
  }
  return judged
}

export async function judgements(app: Audited, verdict?: string): Promise<number> {
  const events = await app.events()
  return events.filter(
    ({ event, verdict: is }) =>
      event === 'answer.judged' && (verdict === undefined || is === verdict),
  ).length
}
