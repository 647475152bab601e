import type { Dice } from '../support/dice.ts'
import { otp, seedOf, timeStepNow } from '../support/load.ts'
import { type Asking, type Heard, isUnheard, type Mailed, type Proof } from './history.ts'
import type { Visit, Visits } from './visit.ts'

/** Somebody whom several workers sign in at once, and what they tell each other of it. */
export type Account = {
  readonly who: string
  /** A guesser types until the pause, and then some; the others take care not to be paused. */
  readonly temper: 'owner' | 'guesser'
  /** Of the last code that anybody has typed. */
  lastTimeStep: number
  /** Answers since the last success, as far as anybody here knows. */
  readonly failures: Record<Asking, number>
  /** Those that were sent, used or not. */
  readonly mails: Mailed[]
}

/** How often somebody does what. */
const TAKES_THE_APP_FIRST = 0.5
const MISTYPES = 0.25
const GUESSES_MAX = 6
const GUESSES_AT_ONCE = 0.4
const CLICKS_TWICE = 0.4
const HAS_TWO_TABS = 0.3
const TYPES_AN_OLD_CODE = 0.25
const TYPES_ANOTHER_CODE = 0.1
const RESENDS = 0.3
const SWITCHES = 0.6
const REDEEMS_AGAIN = 0.3
const TRIES_MAX = 3
/** Owners leave so much to what is under way in other hands. */
const FAILURES_MAX = 5

type Worker = (account: Account) => Promise<void>

/** One sign-in after another, with all that people, browsers, providers and thieves do at once. */
export function createWorker(deps: {
  readonly visits: Visits
  readonly dice: Dice
  /** The code that was mailed for it, once it is there; undefined where none comes. */
  readonly mailed: (visit: Visit) => Promise<string | undefined>
}): Worker {
  const { visits, dice, mailed } = deps

  return async (account) => {
    const visit = await visits.open(account.who)
    if (visit === undefined) return
    const first: Asking = dice.chance(TAKES_THE_APP_FIRST) ? 'totp' : 'email'
    const second: Asking = first === 'totp' ? 'email' : 'totp'
    await attempt(visit, account, first)
    if (!visit.isAccepted() && dice.chance(SWITCHES)) await attempt(visit, account, second)
    if (!visit.isAccepted() && dice.chance(SWITCHES)) await attempt(visit, account, first)
    if (visit.isAccepted()) await finish(visit)
  }

  async function attempt(visit: Visit, account: Account, factor: Asking): Promise<void> {
    const chosen = await insist(() => visit.choose(factor))
    if (chosen.heard !== 'page' || visit.asks() !== 'answer') return
    const right = factor === 'totp' ? undefined : await codeOf(visit, account)
    if (factor === 'email' && right === undefined) return
    if (factor === 'email' && dice.chance(RESENDS)) await visit.resend()
    await guess(visit, account, factor)
    if (account.temper === 'guesser' && dice.chance(1 / 2)) return
    if (right !== undefined) await typeMailed(visit, account, right)
    else await typeOfTheApp(visit, account)
  }

  async function codeOf(visit: Visit, { mails }: Account): Promise<string | undefined> {
    const code = await mailed(visit)
    if (code !== undefined) mails.push({ stepUp: visit.stepUp, code })
    return code
  }

  /** Wrong codes, one by one or all at once. */
  async function guess(visit: Visit, account: Account, factor: Asking): Promise<void> {
    const isGuesser = account.temper === 'guesser'
    if (!isGuesser && !(dice.chance(MISTYPES) && mayFail(account, factor))) return
    const count = isGuesser ? 1 + Math.floor(dice.below(GUESSES_MAX)) : 1
    const type = () => answer(visit, account, factor, wrongFor(visit, account), null)
    if (dice.chance(GUESSES_AT_ONCE)) await Promise.all(Array.from({ length: count }, type))
    else for (let n = 0; n < count; n++) await type()
  }

  async function typeMailed(visit: Visit, account: Account, code: string): Promise<void> {
    const other = account.mails.at(Math.floor(dice.below(account.mails.length)))
    const isOther = other !== undefined && other.stepUp !== visit.stepUp && other.code !== code
    if (isOther && dice.chance(TYPES_ANOTHER_CODE) && mayFail(account, 'email'))
      await answer(visit, account, 'email', other.code, { of: 'mail', ...other })
    await typeRight(visit, account, 'email', code, { of: 'mail', stepUp: visit.stepUp, code })
  }

  async function typeOfTheApp(visit: Visit, account: Account): Promise<void> {
    const { who } = account
    const now = timeStepNow()
    const isFresh = account.lastTimeStep < now
    const isOld = dice.chance(TYPES_AN_OLD_CODE) && mayFail(account, 'totp')
    if (!isFresh && !isOld) return
    const timeStep = isFresh ? now : now - Math.floor(dice.below(2))
    account.lastTimeStep = Math.max(account.lastTimeStep, timeStep)
    const proof: Proof = { of: 'app', who, timeStep }
    const code = otp(seedOf(who), timeStep)
    if (!isFresh || !dice.chance(HAS_TWO_TABS))
      return typeRight(visit, account, 'totp', code, proof)

    const other = await visits.open(who)
    if (other !== undefined) await insist(() => other.choose('totp'))
    const tabs = other === undefined ? [visit] : [visit, other]
    await Promise.all(tabs.map((tab) => typeRight(tab, account, 'totp', code, proof)))
    if (other?.isAccepted()) await finish(other)
  }

  /** Also twice, and again where nobody answered. */
  async function typeRight(
    visit: Visit,
    account: Account,
    factor: Asking,
    code: string,
    proof: Proof,
  ): Promise<void> {
    const type = () => answer(visit, account, factor, code, proof)
    if (dice.chance(CLICKS_TWICE)) await Promise.all([type(), type()])
    if (!visit.isAccepted()) await insist(type)
  }

  async function answer(
    visit: Visit,
    { failures }: Account,
    factor: Asking,
    code: string,
    proof: Proof | null,
  ): Promise<Heard> {
    failures[factor]++
    const heard = await visit.answer(factor, code, proof)
    if (heard.heard === 'accepted') failures[factor] = 0
    return heard
  }

  async function finish(visit: Visit): Promise<void> {
    const end = await insist(visit.resume)
    if (end.heard !== 'code') return
    const redeem = () => visit.redeem(end.code)
    if (dice.chance(CLICKS_TWICE)) await Promise.all([redeem(), redeem()])
    else await insist(redeem)
    if (dice.chance(REDEEMS_AGAIN)) await redeem()
  }

  async function insist(ask: () => Promise<Heard>): Promise<Heard> {
    let heard = await ask()
    for (let tries = 1; tries < TRIES_MAX && isUnheard(heard); tries++) heard = await ask()
    return heard
  }

  /** None that was ever good for them, or soon will be. */
  function wrongFor({ who }: Visit, { mails }: Account): string {
    const now = timeStepNow()
    const steps = Array.from({ length: 8 }, (_, n) => otp(seedOf(who), now + 3 - n))
    const good = new Set([...steps, ...mails.map(({ code }) => code)])
    for (;;) {
      const code = String(Math.floor(dice.below(1_000_000))).padStart(6, '0')
      if (!good.has(code)) return code
    }
  }
}

const mayFail = ({ failures }: Account, factor: Asking): boolean => failures[factor] < FAILURES_MAX
