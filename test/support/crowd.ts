import assert from 'node:assert/strict'
import type { TestApp } from './app.ts'
import { begin, codeFrom } from './passage.ts'
import type { Pushed } from './relying-party.ts'
import { createUserAgent, type Page, type UserAgent } from './user-agent.ts'

type At = Pick<TestApp, 'party' | 'mailbox'>

/** Somebody, once there is a page for them to look at. Times are milliseconds. */
export type Arrival = {
  readonly who: string
  readonly browser: UserAgent
  readonly pushed: Pushed
  readonly page: Page
  readonly from: number
  readonly until: number
}

/** People who come at a steady pace whatever becomes of those before them, each once, each for a code by email. */
export type Crowd = Disposable & {
  readonly arrivals: readonly Arrival[]
  /** Who has a token. */
  readonly passed: ReadonlySet<string>
  /** Nobody comes any more, and whoever came has gone as far as they get. Throws what went wrong on the way. */
  leave(): Promise<void>
}

export const memberOf = (n: number): string => `member${n}`
export const mailOf = (who: string): string => `${who}@kestrel.example`

export function gather(app: At, perSecond: number): Crowd {
  const arrivals: Arrival[] = []
  const passed = new Set<string>()
  const underWay: Promise<void>[] = []
  const comes = setInterval(() => {
    const going = come(memberOf(underWay.length))
    underWay.push(going)
    // Heard of once they leave.
    going.catch(() => {})
  }, 1000 / perSecond)

  async function come(who: string): Promise<void> {
    const arrival = await arrive(app, who)
    arrivals.push(arrival)
    if (arrival.page.status !== 200) return
    await goThrough(app, arrival)
    passed.add(who)
  }
  return {
    ...{ arrivals, passed },
    async leave() {
      clearInterval(comes)
      await Promise.all(underWay)
    },
    [Symbol.dispose]: () => clearInterval(comes),
  }
}

export async function arrive(app: At, who: string): Promise<Arrival> {
  const from = performance.now()
  const begun = await begin(app, createUserAgent(), { login_hint: who })
  return { who, ...begun, from, until: performance.now() }
}

/** From the question, be it one that came at the second try, to the token. */
export async function goThrough(app: At, arrival: Arrival, page = arrival.page): Promise<void> {
  const { who, browser, pushed } = arrival
  const mail = app.mailbox.mails.find(({ to }) => to === mailOf(who))
  assert.ok(mail !== undefined, `${who} was asked for a code that was never sent`)
  const done = await browser.submit(page, 'answer', { code: mail.code })
  const code = codeFrom(done, app.party.redirectUri, pushed)
  assert.equal((await app.party.redeem(pushed, code)).status, 200)
}
