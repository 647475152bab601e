import assert from 'node:assert/strict'
import { generateSync } from 'otplib'
import { type Id, newId, Secret } from '../../src/kernel/index.ts'
import type { Enrolment } from '../../src/stepup/index.ts'
import type { TestApp } from './app.ts'
import { enrolmentSample } from './enrolment.ts'
import { begin } from './passage.ts'
import type { Pushed } from './relying-party.ts'
import { challengedSample, createSampler } from './step-up.ts'
import { createUserAgent, decoded, type Page, type UserAgent } from './user-agent.ts'

const sampler = createSampler('own apps')

/** An OTP app that somebody has, and the codes that it shows. */
export type Owned = {
  readonly id: Id<'enrolment'>
  readonly account: Id<'account'>
  code(seconds?: number): string
}

/** Gives somebody one more app, as if it had been set up or imported before. */
export async function giveApp(
  app: TestApp,
  username: string,
  over: Partial<Pick<Enrolment, 'provenance' | 'digits' | 'periodSeconds' | 'name'>> = {},
): Promise<Owned> {
  const shown = await app.people.show(username)
  assert.ok(shown.ok)
  const { account } = shown.value
  const enrolment = enrolmentSample(sampler, account, {
    ...{ id: newId('enrolment', sampler.random), usedTimeStep: 0, provenance: 'import' },
    secret: new Secret<Uint8Array>(sampler.random.bytes(20)),
    ...over,
  })
  const { stepUps } = app.app.store
  const stepUp = challengedSample(sampler, { account, expiresAt: app.clock.now() })
  await stepUps.open(stepUp, [], null, app.clock.now())
  const change = { version: 1, next: stepUp, events: [] }
  assert.equal(await stepUps.enrol(change, enrolment, 5, null), 'enrolled')
  const { id, digits, periodSeconds, secret } = enrolment
  return {
    ...{ id, account },
    code: (seconds = 0) =>
      generateSync({
        ...{ secret: secret.reveal(), digits, period: periodSeconds },
        epoch: app.clock.now() / 1000 + seconds,
      }),
  }
}

/** From the link at the provider to the question. */
export function beginManaging(
  app: TestApp,
  browser: UserAgent = createUserAgent(),
  over: Record<string, string | undefined> = {},
): Promise<{ readonly browser: UserAgent; readonly pushed: Pushed; readonly page: Page }> {
  const sallyport_context = JSON.stringify({ purpose: 'enrol' })
  return begin(app, browser, { sallyport_context, ...over })
}

/** And on to the page on which they look after their own. */
export async function manage(app: TestApp, owned: Owned, browser: UserAgent = createUserAgent()) {
  const begun = await beginManaging(app, browser)
  const page = await browser.submit(begun.page, 'answer', { code: owned.code() })
  assert.match(page.title, /Ways to confirm it’s you/)
  return { ...begun, page }
}

/** The page of one of them. */
export function oneOf(page: Page, of: Pick<Owned, 'id'>, what: 'rename' | 'remove'): string {
  const path = new RegExp(`href="([^"]*/apps/${of.id}/${what})"`).exec(page.body)?.[1]
  assert.ok(path !== undefined, `"${page.title}" leads to ${what}`)
  return new URL(decoded(path), page.url).href
}
