import assert from 'node:assert/strict'
import type { OperatorCodeKind } from '../../src/kernel/index.ts'
import type { TestApp } from './app.ts'
import { otpAt } from './attack.ts'
import { keyOn } from './outside.ts'
import { begin } from './passage.ts'
import { createUserAgent, type Page, type UserAgent } from './user-agent.ts'

export const BOUND = { settings: { factors: ['totp'], firstEnrolment: 'bindCode' } } as const

/** As the help desk reads it out. */
export async function codeFor(
  app: Pick<TestApp, 'people'>,
  kind: OperatorCodeKind,
  who = 'li.wei',
  seconds = 900,
): Promise<string> {
  const given = await app.people.giveCode('ann', who, kind, seconds)
  assert.ok(given.ok, JSON.stringify(given))
  return given.value.code
}

/** Of the right form, and none that was made. */
export const NO_CODE = '0000-0000-0000'

/** From the sign-in to the page that shows a seed, or whatever came instead. */
export async function bindWith(
  app: TestApp,
  code: string,
  browser: UserAgent = createUserAgent(),
): Promise<{ readonly browser: UserAgent; readonly shown: Page; readonly key: string }> {
  const { page } = await begin(app, browser)
  const shown = await browser.submit(page, 'answer', { code })
  return { browser, shown, key: keyOn(shown) }
}

export const confirm = (
  app: TestApp,
  { browser, shown, key }: Awaited<ReturnType<typeof bindWith>>,
): Promise<Page> => browser.submit(shown, 'confirm', { code: otpAt(app, 0, key) })

/** Why codes were not taken, as the audit has it. */
export async function refusals(app: Pick<TestApp, 'events'>): Promise<readonly unknown[]> {
  const events = await app.events()
  return events
    .filter(({ event }) => event === 'operator-code.refused')
    .map(({ why }: Record<string, unknown>) => why)
}

/** What speaks in favour of whoever comes next. */
export async function remembered(app: TestApp, nameKey: string) {
  const { store } = app.app
  const account = (await store.people.summary('local', { nameKey }))?.account
  assert.ok(account !== undefined, nameKey)
  const { knownBrowsers, grants } = await store.stepUps.standing(account)
  return { knownBrowsers, grants }
}

export const NOTHING_REMEMBERED = { knownBrowsers: [], grants: [] }
