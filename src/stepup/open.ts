import type { AuditEvent } from '../audit/index.ts'
import type { How } from '../directories/index.ts'
import {
  type Clock,
  type FactorKind,
  Fault,
  type Id,
  type Instant,
  invariant,
  type Locale,
  later,
  never,
  newId,
  type Random,
} from '../kernel/index.ts'
import type { Policy } from '../policy/index.ts'
import type { Trust, Trusted, TrustStore } from '../trust/index.ts'
import { type Begun, EXEMPT, ended, openedEvent, satisfied } from './begun.ts'
import { decide } from './decide.ts'
import type { Deliver } from './deliver.ts'
import { laneOf } from './known-browsers.ts'
import type { Marks } from './last-choice.ts'
import type { Limits } from './limits.ts'
import type { LookUpPerson } from './look-up-person.ts'
import { type Absence, absenceOf, type Looked, shownOf, whose } from './looked.ts'
import { claimOf } from './make.ts'
import type { Planned } from './move.ts'
import { type End, isOutOfReach, type Plan, planFor, quietly } from './plan.ts'
import type { CodeSender } from './ports.ts'
import { coolDownOf, firstSent } from './sent.ts'
import type { Held, StepUp, StepUpRequest } from './step-up.ts'
import type { Found, StepUpStore } from './step-up-store.ts'
import { createRevokeReplayed, insistedOn, trustedFor, usedTrust, wantedOf } from './trusted.ts'
import { askedBy, destinationsOf, type Reach } from './ways.ts'

/** The browser that opens a step-up and may then go on with it. */
export type Browser = {
  /** SHA-256 of its cookie. */
  readonly hash: string
  readonly ip: string | null
  readonly userAgent: string | null
  readonly acceptLanguage: string | null
  /** What trust is bound to: its address where that is certain, and the device cookie as it came. */
  readonly place: { readonly ip: string | null; readonly device: string | null }
}

export type Opened =
  /** `device`: the device cookie that the browser is to keep; null: what it has. */
  | { readonly opened: 'here'; readonly at: Found; readonly device: string | null }
  | { readonly opened: 'other-browser' }

export type OpenDeps = {
  readonly lookUp: LookUpPerson
  readonly trust: Trust
  readonly reach: Reach
  readonly marks: Pick<Marks, 'isOf'>
  readonly trustStore: Pick<TrustStore, 'revoke'>
  readonly store: StepUpStore
  readonly senders: ReadonlyMap<FactorKind, CodeSender>
  readonly negotiate: (wanted: {
    readonly uiLocales: string | null
    readonly person: Locale | null
    readonly acceptLanguage: string | null
    readonly fallback: Locale
  }) => Locale
  readonly deliver: Deliver
  readonly settings: {
    readonly lifetimeSeconds: number
    readonly attemptsMax: number
    readonly codeSeconds: number
  }
  readonly limits: Limits
  readonly clock: Clock
  readonly random: Random
  readonly heard: (events: readonly AuditEvent[]) => void
}

export type Open = (request: StepUpRequest, id: Id<'stepUp'>, browser: Browser) => Promise<Opened>

/** What opens it: a plan, or that nothing need be asked. */
type Outcome = Plan | ({ readonly plan: 'trusted' } & Trusted)

type Asking = Extract<Plan, { plan: 'ask' }>

/** Resolve, plan, trust, open. Whoever asks again for the same id finds what the first one opened. */
export function createOpen(deps: OpenDeps): {
  open: Open
  replan: (stepUp: StepUp) => Promise<Planned>
} {
  const { lookUp, trust, store, senders, negotiate, settings, limits, clock, random } = deps
  const { reach, marks } = deps
  const revokeReplayed = createRevokeReplayed(deps)

  return {
    async open(...asked) {
      for (let look = 0; look < LOOKS_MAX; look++) {
        const opened = await openOnce(...asked)
        if (typeof opened === 'object') return opened
      }
      throw new Fault('store.contended', 'the person came and went while a step-up was opened')
    },

    async replan({ request, browser: hash, ip }) {
      // Where from is not certain here, so nothing is earned or taken from trust on this way. Who presses Try again was just
      // told that something was set right.
      const looked = await look(request, { hash, ip, place: null }, 'anew')
      const plan = quietly(looked.known ? looked.plan : nobody(request, looked), request)
      const username = shownOf(looked, plan)?.username ?? request.lookup.value
      const unnamed = { trust: null, offered: [] }
      if (!looked.known)
        return { ...whose(looked), ...unnamed, username, outcome: nobody(request, looked) }
      const named = { ...whose(looked), trust: null, username }
      switch (plan.plan) {
        case 'ask':
          return { ...named, offered: plan.offered, outcome: { plan: 'ask' } }
        case 'delegated':
        case 'block':
        case 'refuse':
        case 'exempt':
          return { ...named, offered: [], outcome: plan }
        default:
          return never(plan)
      }
    },
  }

  async function openOnce(
    request: StepUpRequest,
    id: Id<'stepUp'>,
    browser: Browser,
  ): Promise<Opened | Moved> {
    const looked = await look(request, browser, 'usual')
    const outcome = outcomeOf(request, looked)
    if (looked.known) await revokeReplayed(looked.person.account, looked.trust)
    const shown = shownOf(looked, outcome)
    const now = clock.now()
    const held: Held = {
      id,
      request,
      browser: browser.hash,
      ip: browser.ip,
      userAgent: browser.userAgent,
      ...whose(looked),
      username: shown?.username ?? request.lookup.value,
      locale: negotiate({
        uiLocales: request.uiLocales,
        person: shown === undefined || !looked.known ? null : looked.locale,
        acceptLanguage: browser.acceptLanguage,
        fallback: looked.policy.language,
      }),
      trust: outcome.plan === 'ask' && looked.known ? (looked.trust?.offer ?? null) : null,
      offered: outcome.plan === 'ask' ? outcome.offered : [],
      attemptsMax: settings.attemptsMax,
      answersLeft: limits.answersMax,
      replansLeft: limits.replansMax,
      openedAt: now,
      expiresAt: later(now, settings.lifetimeSeconds),
    }
    const first = begin(held, outcome, now)
    return outcome.plan === 'trusted' ? keepTrusted(first, held, outcome) : keep(first, held, now)
  }

  async function look(
    request: StepUpRequest,
    { hash, ip, place }: Pick<Browser, 'hash' | 'ip'> & { readonly place: Browser['place'] | null },
    how: How,
  ): Promise<Looked> {
    const { answer, standing, policy, effectiveFor } = await lookUp(request, ip, how)
    const now = clock.now()
    const lane = laneOf(request, standing, hash, now)
    if (answer.found !== 'person') return { known: false, lane, why: absenceOf(answer), policy }
    const { person } = answer
    const { client } = request
    const effective = effectiveFor(person, now)
    const { ladder } = policy
    const reached = { request, person, standing, effective, ladder }
    const wanted = wantedOf({ client, person, effective, ladder })
    const acrs = insistedOn(request, wanted.acrs)
    const isFree = request.lane === 'signed' && request.purpose === 'sign-in' && place !== null
    return {
      ...{ known: true, person, lane, policy, locale: effective.language ?? person.locale },
      plan: planFor({ ...reached, reach, marks, lane, lockRule: limits.lock, now }),
      trust: isFree ? trust.look(now, standing.grants, { ...wanted, acrs, ...place }) : null,
    }
  }

  /** Whoever is not there looks like somebody without contacts; the audit alone says which it was. */
  function nobody(
    request: StepUpRequest,
    { why, policy }: { readonly why: Absence; readonly policy: Policy },
  ): End {
    if (isOutOfReach(request, policy.ladder))
      return { plan: 'refuse', reason: 'essential-acr-unmet' }
    return { plan: 'block', why: 'no-contact', reason: `subject is ${why}`, factor: null }
  }

  /** Trust comes before `prompt=none` is heard: who need not be asked passes without a word. */
  function outcomeOf(request: StepUpRequest, looked: Looked): Outcome {
    if (!looked.known) return quietly(nobody(request, looked), request)
    const { plan } = looked
    const found = plan.plan === 'ask' ? trustedFor(request, looked.trust, clock.now()) : undefined
    return found === undefined ? quietly(plan, request) : { plan: 'trusted', ...found }
  }

  function begin(held: Held, outcome: Outcome, now: Instant): Begun {
    switch (outcome.plan) {
      case 'ask':
        return asked(held, outcome, now)
      case 'trusted':
        return usedTrust(satisfied(held, 'trust', outcome.grant, now), held, outcome.grant, now)
      case 'delegated':
        return satisfied(held, 'delegated', outcome.proof, now)
      case 'exempt':
        return satisfied(held, 'exempt', EXEMPT, now)
      case 'block':
      case 'refuse':
        return ended(held, outcome, now)
      default:
        return never(outcome)
    }
  }

  function asked(held: Held, { offered, opens }: Asking, now: Instant): Begun {
    const choosing: StepUp = { ...held, state: 'choosing' }
    const [only] = offered
    if (only === undefined || opens === 'choice') return { stepUp: choosing, events: [] }

    const sender = senders.get(askedBy(only))
    const [to] = destinationsOf(only)
    const { codeSeconds } = settings
    const life = { codeSeconds, stepUpEnds: held.expiresAt, ...coolDownOf(limits, held.lane) }
    const sent =
      sender === undefined || to === undefined ? null : firstSent(to, sender.keyId(), life, now)
    const challenge = newId('challenge', random)
    const step = decide(now, choosing, { move: 'choose', offer: only, challenge, sent })
    invariant(step.step === 'moved', 'what is offered may be chosen')
    return { stepUp: step.next, events: step.events }
  }

  async function keep(
    { stepUp, events }: Begun,
    held: Held,
    now: Instant,
  ): Promise<Opened | 'account-gone'> {
    const isSent = stepUp.state === 'challenged' && stepUp.sent !== null
    const claim = isSent ? claimOf({ next: stepUp }, stepUp.factor, limits) : null
    const all = [openedEvent(held, now), ...events]
    const answer = await store.open(stepUp, all, claim, now)
    if (answer.heard === 'account-gone') return 'account-gone'
    if (answer.heard === 'too-soon')
      return keep({ stepUp: { ...held, state: 'choosing' }, events: [] }, held, now)
    if (answer.heard === 'opened') deps.heard(all)
    if (answer.at.value.browser !== held.browser) return { opened: 'other-browser' }
    const isOurs = answer.heard === 'opened' && isSent
    const at = isOurs ? (await deps.deliver(answer.at)).at : answer.at
    return { opened: 'here', at, device: null }
  }

  async function keepTrusted(
    { stepUp, events }: Begun,
    held: Held,
    { use, cookie }: Trusted,
  ): Promise<Opened | Moved> {
    const all = [openedEvent(held, held.openedAt), ...events]
    const answer = await store.openTrusted(stepUp, all, use)
    if (!('at' in answer)) return answer.heard
    if (answer.heard === 'opened') deps.heard(all)
    if (answer.at.value.browser !== held.browser) return { opened: 'other-browser' }
    return { opened: 'here', at: answer.at, device: answer.heard === 'opened' ? cookie : null }
  }
}

/** Who, or by what, changed between being seen and the opening: all is looked at again. */
type Moved = 'account-gone' | 'trust-moved'

/** Whoever is disabled or removed between being found and the opening is looked for again, and not found. */
const LOOKS_MAX = 3
