import {
  type Clock,
  type FactorKind,
  type Id,
  type Instant,
  invariant,
  type Locale,
  newId,
  type Random,
} from '../kernel/index.ts'
import type { Trust } from '../trust/index.ts'
import { type Apps, createApps } from './apps.ts'
import { createConfirm, type Given } from './confirm.ts'
import type { Deliver } from './deliver.ts'
import type { Factor } from './factor.ts'
import { leadOf } from './lead-of.ts'
import type { Limits } from './limits.ts'
import type { Made, Make } from './make.ts'
import type { Planned } from './move.ts'
import type { CodeSender, Enroller } from './ports.ts'
import { proofBy } from './proof-of.ts'
import { type Said, type Seen, seenOf } from './seen.ts'
import { coolDownOf, firstSent, sentAgain } from './sent.ts'
import type { Challenged, Held, Offer, Pending, Sent, StepUp } from './step-up.ts'
import type { Found, StepUpStore } from './step-up-store.ts'
import type { Survey } from './survey.ts'
import { lockedUntil } from './tallies.ts'
import { createEarn, earnsOf, withDevice } from './trusted.ts'
import { askedBy, choicesOf, destinationsOf } from './ways.ts'

/** Who asks for a change: the step-up and the hash of the browser's cookie. */
export type Whose = { readonly id: Id<'stepUp'>; readonly browser: string }

export type StepUps = {
  look(whose: Whose): Promise<Seen>
  choose(whose: Whose, wanted: { readonly factor: unknown; readonly to: unknown }): Promise<Seen>
  resend(whose: Whose, challenge: unknown): Promise<Seen>
  /** @param isTicked whether the person wants this device to be trusted. */
  answer(whose: Whose, challenge: unknown, given: unknown, isTicked: boolean): Promise<Seen>
  confirm(whose: Whose, enrolment: unknown, given: Given): Promise<Seen>
  retry(whose: Whose): Promise<Seen>
  cancel(whose: Whose): Promise<Seen>
  speak(whose: Whose, locale: Locale): Promise<Seen>
} & Apps<Whose>

export type StepUpsDeps = {
  readonly store: StepUpStore
  readonly make: Make
  readonly deliver: Deliver
  readonly clock: Clock
  readonly factors: ReadonlyMap<FactorKind, Factor>
  readonly senders: ReadonlyMap<FactorKind, CodeSender>
  readonly enroller: Enroller
  readonly trust: Pick<Trust, 'earn'>
  readonly replan: (stepUp: StepUp) => Promise<Planned>
  readonly survey: Survey
  readonly codeSeconds: number
  readonly limits: Limits
  readonly random: Random
}

const nothing: Said = { said: 'nothing' }

export function createStepUps(deps: StepUpsDeps): StepUps {
  const { store, make, deliver, factors, senders, enroller, replan, clock, random } = deps
  const earn = createEarn(deps.trust)
  const apps = createApps({ ...deps, seen })
  const confirm = createConfirm({ store, make, enroller, earn, clock, seen, noAnswer })

  return {
    look: (whose) => withFound(whose, (at) => seen(at, nothing)),

    choose: (whose, wanted) =>
      withFound(whose, async (at) => {
        const offer = at.value.offered.find(
          ({ factor, use }) => wanted.factor === (use === 'enrol' ? `enrol-${factor}` : factor),
        )
        if (offer === undefined) return seen(at, { said: 'stale' })
        return choose(at, offer, wanted.to)
      }),

    resend: (whose, challenge) =>
      withFound(whose, async (at) => {
        const current = at.value
        if (!isAsked(current, challenge) || current.sent === null)
          return seen(at, { said: 'stale' })
        const { factor } = current
        if (isLocked(at, factor)) return lockOut(at, factor)
        const sent = sentAgain(current.sent, senderOf(factor).keyId(), lifeOf(current), clock.now())
        const made = await make(at, { move: 'resend', factor, challenge: current.challenge, sent })
        const isReplaced = sent.generation !== current.sent.generation
        return afterClaim(made, { said: isReplaced ? 'code-replaced' : 'sent-again' })
      }),

    answer: (whose, challenge, given, isTicked) =>
      withFound(whose, async (at) => {
        const current = at.value
        if (!isAsked(current, challenge)) return seen(at, { said: 'stale' })
        return answer(at, current, given, isTicked)
      }),

    confirm: (whose, enrolment, given) =>
      withFound(whose, async (at) => {
        const current = at.value
        if (current.state !== 'enrolling' || current.pending.enrolment !== enrolment)
          return seen(at, { said: 'stale' })
        return confirm(at, current, given)
      }),

    add: (whose) => withFound(whose, apps.add),
    back: (whose) => withFound(whose, apps.back),
    rename: (whose, enrolment, name) => withFound(whose, (at) => apps.rename(at, enrolment, name)),
    remove: (whose, enrolment) => withFound(whose, (at) => apps.remove(at, enrolment)),
    weigh: (whose, enrolment) => withFound(whose, (at) => apps.weigh(at, enrolment)),
    done: (whose) => withFound(whose, apps.done),

    retry: (whose) =>
      withFound(whose, async (at) => {
        if (at.value.state !== 'blocked') return seen(at, { said: 'stale' })
        const anew = async () => make(at, { move: 'replan', planned: await replan(at.value) })
        const once = await anew()
        // Who was removed between being found and this is looked for again, and not found.
        const made = once.made === 'refused' ? await anew() : once
        const [only, ...others] = choicesOf(made.at.value.offered)
        if (made.at.value.state !== 'choosing' || only === undefined || others.length > 0)
          return seen(made.at, nothing)
        return isAskedAgain(at.value, only)
          ? choose(made.at, only, undefined)
          : seen(made.at, nothing)
      }),

    cancel: (whose) =>
      withFound(whose, async (at) => seen((await make(at, { move: 'cancel' })).at, nothing)),

    speak: (whose, locale) =>
      withFound(whose, async (at) => seen((await make(at, { move: 'speak', locale })).at, nothing)),
  }

  function seen(at: Found, said: Said): Seen {
    return seenOf(at, said, deps.limits.lock, clock.now())
  }

  async function withFound(
    { id, browser }: Whose,
    go: (at: Found) => Seen | Promise<Seen>,
  ): Promise<Seen> {
    const at = await store.find(id)
    if (at === undefined) return { seen: 'gone' }
    if (at.value.browser !== browser) return { seen: 'other-browser' }
    if (isOver(at.value, clock.now())) return seen((await make(at, { move: 'expire' })).at, nothing)
    return withApps(await go(at))
  }

  /** Looked at last, so that the page shows what the move has made of them. */
  async function withApps(seen: Seen): Promise<Seen> {
    if (seen.seen !== 'step-up' || seen.at.value.state !== 'managing') return seen
    const { account } = seen.at.value
    invariant(account !== null, 'who manages is known')
    return { ...seen, apps: await store.apps(account) }
  }

  async function choose(at: Found, offer: Offer, to: unknown): Promise<Seen> {
    if (offer.use === 'enrol' && offer.first === null) {
      const pending: Pending = { ...enroller.begin(), provenance: 'open', credit: null }
      return seen((await make(at, { move: 'enrol', pending })).at, nothing)
    }
    const factor = askedBy(offer)
    if (isLocked(at, factor)) return lockOut(at, factor)
    const sender = senders.get(factor)
    const sent = sender && firstSentTo(offer, to, sender, at.value)
    const challenge = newId('challenge', random)
    const made = await make(at, { move: 'choose', offer, challenge, sent: sent ?? null })
    return sender === undefined ? seen(made.at, nothing) : afterClaim(made, nothing)
  }

  /** Nothing is sent for a lane in which no answer would be taken. */
  function isLocked({ value, tallies }: Found, factor: FactorKind): boolean {
    return lockedUntil(tallies, factor, value.lane, deps.limits.lock, clock.now()) !== null
  }

  function firstSentTo(offer: Offer, to: unknown, sender: CodeSender, stepUp: Held): Sent {
    const all = destinationsOf(offer)
    // Chosen by place among those that were offered, so that no page can name a destination of its own.
    const chosen = typeof to === 'string' && /^[0-9]{1,2}$/.test(to) ? all[Number(to)] : all[0]
    const destination = chosen ?? all[0]
    invariant(destination !== undefined, 'what is offered over a channel has a destination')
    return firstSent(destination, sender.keyId(), lifeOf(stepUp), clock.now())
  }

  async function afterClaim({ made, at }: Made, said: Said): Promise<Seen> {
    if (typeof made === 'object') return seen(at, { said: 'too-soon', until: made.tooSoon })
    if (made !== 'moved' || at.value.state !== 'challenged') return seen(at, { said: 'stale' })
    const delivered = await deliver(at)
    return seen(delivered.at, delivered.outcome === 'accepted' ? said : { said: 'send-failed' })
  }

  async function answer(
    at: Found,
    current: Challenged,
    given: unknown,
    isTicked: boolean,
  ): Promise<Seen> {
    const { factor, challenge } = current
    const asked = { factor, challenge }

    // Read first, so that only arithmetic lies between spending and settling.
    const question = await factors.get(factor)?.question(current)
    invariant(question !== undefined, `what is asked has a factor: ${factor}`)
    const parsed = question.parse(given)
    if (parsed === undefined) return noAnswer(at, 'format')
    // An answer that cannot be right any more is not compared.
    if (question.runsOutAt !== null && clock.now() >= question.runsOutAt) return noAnswer(at, 'old')

    const spent = await make(at, { move: 'spend', ...asked })
    if (spent.made === 'locked') return lockOut(spent.at, factor)
    if (spent.made !== 'moved' || spent.at.value.state !== 'challenged')
      return seen(spent.at, { said: 'stale' })

    const judged = question.judge(parsed, clock.now())
    const to = current.sent?.to ?? null
    const right = judged.verdict === 'accepted' ? judged : null
    const proof = right && proofBy(current, right.consumption, clock.now())
    const earned = current.leadsTo === 'satisfied' ? earn(current, factor, proof, isTicked) : null
    const lead = right && leadOf(current, right, proof, earnsOf(current, earned), enroller.begin)
    const settled = await make(
      spent.at,
      { move: 'judge', judged, lead, to, ...asked },
      earned?.grant ?? null,
    )
    if (settled.made === 'moved' && right !== null)
      return withDevice(seen(settled.at, nothing), earned?.cookie ?? null)
    const after =
      settled.made === 'used' ? await make(settled.at, { move: 'replayed', ...asked }) : settled
    if (spent.locks === true) return lockOut(after.at, factor)
    // Somebody else moved on meanwhile: whether it was right was never said.
    return seen(after.at, { said: after.made === 'moved' ? 'wrong' : 'stale' })
  }

  async function noAnswer(at: Found, said: 'format' | 'old'): Promise<Seen> {
    return seen((await make(at, { move: 'malformed' })).at, { said })
  }

  async function lockOut(at: Found, factor: FactorKind): Promise<Seen> {
    return seen((await make(at, { move: 'lock', factor })).at, nothing)
  }

  function senderOf(factor: FactorKind): CodeSender {
    const sender = senders.get(factor)
    invariant(sender !== undefined, `what was sent has a sender: ${factor}`)
    return sender
  }

  function lifeOf({ expiresAt, lane }: Held) {
    const { codeSeconds, limits } = deps
    return { codeSeconds, stepUpEnds: expiresAt, ...coolDownOf(limits, lane) }
  }
}

/** Nothing is sent that nobody chose: Try again repeats what failed, where it can mean nothing else. */
function isAskedAgain(blocked: StepUp, only: Offer): boolean {
  const to = destinationsOf(only)
  if (to.length === 0) return true
  const failed = blocked.state === 'blocked' && blocked.why === 'channel-down' && blocked.factor
  return to.length === 1 && failed === askedBy(only)
}

function isAsked(current: StepUp, challenge: unknown): current is Challenged {
  return current.state === 'challenged' && current.challenge === challenge
}

function isOver(stepUp: StepUp, now: Instant): boolean {
  return now >= stepUp.expiresAt && !('at' in stepUp)
}
