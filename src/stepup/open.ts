import type { AuditEvent } from '../audit/index.ts'
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
import type { Grant, Trust } from '../trust/index.ts'
import { type Begun, EXEMPT, ended, openedEvent, satisfied } from './begun.ts'
import { decide } from './decide.ts'
import type { Deliver } from './deliver.ts'
import { laneOf } from './known-browsers.ts'
import type { Limits } from './limits.ts'
import { type Absence, absenceOf, type Looked, shownOf, whose } from './looked.ts'
import type { Lookup } from './lookup.ts'
import { claimOf } from './make.ts'
import type { Planned } from './move.ts'
import {
  askedBy,
  choicesOf,
  type End,
  isOutOfReach,
  type Plan,
  planFor,
  quietly,
  type Reach,
} from './plan.ts'
import type { CodeSender } from './ports.ts'
import { coolDownOf, firstSent } from './sent.ts'
import type { Held, Offer, StepUp, StepUpRequest } from './step-up.ts'
import type { Found, StepUpStore } from './step-up-store.ts'

/** The browser that opens a step-up and may then go on with it. */
export type Browser = {
  /** SHA-256 of its cookie. */
  readonly hash: string
  readonly ip: string | null
  readonly userAgent: string | null
  readonly acceptLanguage: string | null
}

export type Opened =
  | { readonly opened: 'here'; readonly at: Found }
  | { readonly opened: 'other-browser' }

export type OpenDeps = {
  readonly lookup: Lookup
  readonly trust: Trust
  readonly reach: Reach
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
type Outcome = Plan | { readonly plan: 'trusted'; readonly grant: Grant }

/** Resolve, plan, trust, open. Whoever asks again for the same id finds what the first one opened. */
export function createOpen(deps: OpenDeps): {
  open: Open
  replan: (stepUp: StepUp) => Promise<Planned>
} {
  const { lookup, trust, store, senders, negotiate, settings, limits, clock, random } = deps
  const { reach } = deps

  return {
    async open(...asked) {
      for (let look = 0; look < LOOKS_MAX; look++) {
        const opened = await openOnce(...asked)
        if (opened !== 'account-gone') return opened
      }
      throw new Fault('store.contended', 'the person came and went while a step-up was opened')
    },

    async replan({ request, browser: hash, ip }) {
      const looked = await look(request, { hash, ip })
      const plan = quietly(looked.known ? looked.plan : nobody(request, looked), request)
      const username = shownOf(looked, plan)?.username ?? request.lookup.value
      if (!looked.known)
        return { ...whose(looked), username, offered: [], outcome: nobody(request, looked) }
      const named = { ...whose(looked), username }
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
  ): Promise<Opened | 'account-gone'> {
    const looked = await look(request, browser)
    const outcome = await outcomeOf(request, looked, browser)
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
      offered: outcome.plan === 'ask' ? outcome.offered : [],
      attemptsMax: settings.attemptsMax,
      answersLeft: limits.answersMax,
      replansLeft: limits.replansMax,
      openedAt: now,
      expiresAt: later(now, settings.lifetimeSeconds),
    }
    const first = begin(held, outcome, now)
    return keep(first, held, now)
  }

  async function look(
    request: StepUpRequest,
    { hash, ip }: Pick<Browser, 'hash' | 'ip'>,
  ): Promise<Looked> {
    const { answer, standing, policy, effectiveFor } = await lookup(request, ip)
    const now = clock.now()
    const lane = laneOf(request, standing, hash, now)
    if (answer.found !== 'person') return { known: false, lane, why: absenceOf(answer), policy }
    const { person } = answer
    const effective = effectiveFor(person, now)
    const reached = { request, person, standing, effective, ladder: policy.ladder }
    return {
      ...{ known: true, person, lane, policy, locale: effective.language ?? person.locale },
      plan: planFor({ ...reached, reach, lane, lockRule: limits.lock, now }),
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
  async function outcomeOf(
    request: StepUpRequest,
    looked: Looked,
    browser: Browser,
  ): Promise<Outcome> {
    if (!looked.known) return quietly(nobody(request, looked), request)
    const { plan, person } = looked
    const grant = plan.plan === 'ask' ? await trusted(person.account, request, browser) : undefined
    return grant === undefined ? quietly(plan, request) : { plan: 'trusted', grant }
  }

  function begin(held: Held, outcome: Outcome, now: Instant): Begun {
    switch (outcome.plan) {
      case 'ask':
        return asked(held, outcome.offered, now)
      case 'trusted':
        return satisfied(held, 'trust', outcome.grant, now)
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

  async function trusted(account: Id<'account'>, request: StepUpRequest, browser: Browser) {
    if (request.lane === 'unsigned' || request.prompt === 'login' || request.purpose === 'enrol')
      return undefined
    const { hash, ip } = browser
    const grant = await trust.find({ account, client: request.client, browser: hash, ip })
    if (grant === 'none') return undefined
    const isFresh =
      request.maxAgeSeconds === null || clock.now() - grant.at <= request.maxAgeSeconds * 1000
    const isEnough = !request.acr.essential || request.acr.wanted.includes(grant.acr)
    return isFresh && isEnough ? grant : undefined
  }

  /** With one way there is nothing to choose, so it is asked at once. */
  function asked(held: Held, offered: readonly Offer[], now: Instant): Begun {
    const choosing: StepUp = { ...held, state: 'choosing' }
    const [only, ...others] = choicesOf(offered)
    if (only === undefined || others.length > 0) return { stepUp: choosing, events: [] }
    if (only.use === 'enrol' && only.first === null) return { stepUp: choosing, events: [] }

    const sender = senders.get(askedBy(only))
    const to = only.use === 'enrol' ? only.first?.to[0] : only.to[0]
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
    return { opened: 'here', at: isOurs ? (await deps.deliver(answer.at)).at : answer.at }
  }
}

/** Whoever is disabled or removed between being found and the opening is looked for again, and not found. */
const LOOKS_MAX = 3
