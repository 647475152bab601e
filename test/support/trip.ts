import assert from 'node:assert/strict'
import { fromBase32, otp, timeStepNow } from './load.ts'
import { keyOn } from './outside.ts'
import { codeFrom } from './passage.ts'
import type { Pushed, RelyingParty } from './relying-party.ts'
import { createUserAgent, type Page, type UserAgent } from './user-agent.ts'

/** Somebody on the way through one step-up, who goes on where they were after every break. */
export type Trip = {
  readonly who: string
  readonly browser: UserAgent
  /** What is typed where a code is asked, as it is at that moment: the next of these, and the last of them from then on. */
  readonly answers: (() => string)[]
  /** What was typed so far. */
  readonly typed: string[]
  pushed: Pushed | null
  /** What the browser brought back to the provider. */
  code: string | null
  /** How often a page said that an answer was wrong. */
  toldWrong: number
  /** The key and the code that set up an OTP app, if it came to that. */
  setUp: { readonly key: Buffer; readonly code: string } | null
  /** What the client was told for the code that came back. */
  redeemed: readonly number[]
  /** How often it brought that code and heard nothing. */
  unheard: number
}

export type Ended =
  /** A token, or the refusal of a second one. */
  | 'done'
  /** The connection was lost. */
  | 'lost'
  /** A code is asked for that nobody was sent. */
  | 'unsent'
  /** It is bound to a cookie that never arrived: whoever comes without one has to begin anew. */
  | 'elsewhere'

export const startTrip = (who: string, answers: Readonly<Trip['answers']> = []): Trip => ({
  ...{ who, browser: createUserAgent(), answers: [...answers], typed: [] },
  ...{ pushed: null, code: null, toldWrong: 0, setUp: null, redeemed: [], unheard: 0 },
})

/** As far as it goes. The provider sends the browser, or sends it again; the person does what each page asks for. */
export async function travel(
  trip: Trip,
  party: RelyingParty,
  mailed: (to: string) => string | undefined = () => undefined,
): Promise<Ended> {
  try {
    if (trip.code === null) {
      const ended = await fetchCode(trip, party, mailed)
      if (ended !== 'done') return ended
    }
    const { pushed, code } = trip
    assert.ok(pushed !== null && code !== null)
    trip.unheard++
    const { status } = await party.redeem(pushed, code)
    trip.unheard--
    trip.redeemed = [...trip.redeemed, status]
    return 'done'
  } catch (error) {
    // What `fetch` throws when the other side is gone.
    if (error instanceof TypeError && error.cause !== undefined) return 'lost'
    throw error
  }
}

async function fetchCode(
  trip: Trip,
  party: RelyingParty,
  mailed: (to: string) => string | undefined,
): Promise<Ended> {
  const { browser, who } = trip
  trip.pushed ??= await party.push({ login_hint: who })
  assert.equal(trip.pushed.status, 201)
  let page = await browser.follow(party.authorizeUrl(trip.pushed))
  while (!leadsBack(page)) {
    if (page.status === 403) return 'elsewhere'
    const next = await answer(trip, page, mailed)
    if (next === 'unsent') return 'unsent'
    page = next
  }
  trip.code = codeFrom(page, party.redirectUri, trip.pushed)
  return 'done'
}

async function answer(
  trip: Trip,
  page: Page,
  mailed: (to: string) => string | undefined,
): Promise<Page | 'unsent'> {
  const { browser, answers, who } = trip
  const offers = (action: string) => page.forms.some((form) => form.action === action)
  if (offers('confirm')) {
    const key = fromBase32(keyOn(page))
    trip.setUp = { key, code: otp(key, timeStepNow()) }
    return browser.submit(page, 'confirm', { code: trip.setUp.code })
  }
  if (!offers('answer')) return browser.submit(page, 'choose', { factor: 'enrol-totp' })
  const [next] = answers
  const code = next === undefined ? mailed(who) : next()
  if (code === undefined) return 'unsent'
  trip.typed.push(code)
  const answered = await browser.submit(page, 'answer', { code })
  if (answered.status === 422) trip.toldWrong++
  if (answers.length > 1) answers.shift()
  return answered
}

const leadsBack = (page: Page): boolean =>
  page.headers.has('location') || /http-equiv="refresh"/.test(page.body)
