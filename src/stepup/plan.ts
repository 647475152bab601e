import type { Person } from '../directories/index.ts'
import { type FactorKind, type Instant, instantOf } from '../kernel/index.ts'
import type { Effective, Ladder } from '../policy/index.ts'
import { lastFirst, type Marks } from './last-choice.ts'
import { DELEGATED_SECONDS_MAX } from './limits.ts'
import type { Block, Lane, Offer, Proof, Refusal, StepUpRequest, Way } from './step-up.ts'
import type { LockRule, Standing } from './step-up-store.ts'
import { lockedUntil } from './tallies.ts'
import {
  askedBy,
  choicesOf,
  destinationsOf,
  provenanceOf,
  type Reach,
  type Reached,
  strengthOf,
  waysOf,
  worthOf,
} from './ways.ts'

export type Plan =
  | {
      readonly plan: 'ask'
      /** What the person completed last comes first. */
      readonly offered: readonly Offer[]
      /** The first page: their choice, or the one question there is. */
      readonly opens: 'choice' | 'question'
    }
  | { readonly plan: 'delegated'; readonly proof: Proof }
  /** Nobody asks them, and the client hears just that. */
  | { readonly plan: 'exempt' }
  | {
      readonly plan: 'block'
      readonly why: Block
      readonly reason: string
      readonly factor: FactorKind | null
    }
  | { readonly plan: 'refuse'; readonly reason: Refusal }

/** A plan by which nothing is asked. */
export type End = Extract<Plan, { plan: 'block' | 'refuse' }>

export type PlanInput = {
  readonly request: StepUpRequest
  readonly person: Person
  readonly standing: Standing
  readonly effective: Effective
  readonly ladder: Ladder
  /** Where its answers would be counted. */
  readonly lane: Lane
  readonly lockRule: LockRule
  readonly reach: Reach
  readonly marks: Pick<Marks, 'isOf'>
  readonly now: Instant
}

/** As `prompt=none` hears it: where any page would be shown, the client is told so instead. */
export function quietly(plan: Plan, { prompt }: Pick<StepUpRequest, 'prompt'>): Plan {
  const isShown = plan.plan === 'ask' || plan.plan === 'block'
  return prompt === 'none' && isShown ? { plan: 'refuse', reason: 'question-needed' } : plan
}

/**
 * What to ask this person for this request. Pure. When nothing usable remains it says why, and never asks less:
 * an acr that the client insists on leaves out every way that would not reach it.
 */
export function planFor(input: PlanInput): Plan {
  const { request, person, effective, standing, ladder, lane, lockRule, marks, now } = input
  if (effective.use === 'denied') return { plan: 'refuse', reason: 'denied' }
  // A rule that asks for a rung is about what is proven here.
  const delegated = effective.acr === null ? delegatedProof(request, effective, now) : undefined
  if (delegated !== undefined) return { plan: 'delegated', proof: delegated }
  // Who comes to set up a factor proves what everybody proves.
  if (effective.use === 'exempt' && request.purpose !== 'enrol') return exempt(request)
  if (isOutOfReach(request, ladder)) return { plan: 'refuse', reason: 'essential-acr-unmet' }

  const all = waysOf(input)
  // Who could do less than what they change would bring it down to that.
  const ways = request.purpose === 'enrol' ? strongestOf(all, input) : all
  if (ways.length === 0) return block('no-contact', 'no factor has what it needs', null)
  const allowed = ways.filter((way) => isAllowed(way, input))
  if (allowed.length === 0)
    return block('no-contact', `no factor that can be used reaches ${effective.acr}`, null)

  const { wanted, essential } = request.acr
  const enough = allowed.flatMap((way): readonly Offer[] => {
    const acr = ladder.choose(wanted, worthOf(way), provenanceOf(way, standing))
    if (acr === undefined) return []
    return !essential || wanted.length === 0 || wanted.includes(acr) ? [{ ...way, acr }] : []
  })
  if (enough.length === 0) return { plan: 'refuse', reason: 'essential-acr-unmet' }

  const open = enough.filter(
    (way) => lockedUntil(standing.tallies, askedBy(way), lane, lockRule, now) === null,
  )
  const [first] = enough
  if (open.length === 0 && first !== undefined)
    return block('factor-locked', 'every usable factor is locked', askedBy(first))

  const offered = lastFirst(open, person.account, standing.knownBrowsers, marks)
  return { plan: 'ask', offered, opens: opensWith(offered, effective) }
}

/** Nothing leaves before somebody chooses, but by a policy that says so and where there is nothing to choose. */
function opensWith(
  offered: readonly Offer[],
  { sendAtOnce }: Pick<Effective, 'sendAtOnce'>,
): 'choice' | 'question' {
  const [only, ...others] = choicesOf(offered)
  if (only === undefined || others.length > 0) return 'choice'
  if (only.use === 'enrol' && only.first === null) return 'choice'
  const to = destinationsOf(only)
  return to.length === 0 || (sendAtOnce && to.length === 1) ? 'question' : 'choice'
}

/** Nothing was proven, and nothing afresh: a client that insists on either is told that it was not. */
function exempt({ acr, maxAgeSeconds }: StepUpRequest): Plan {
  const isInsisted = acr.essential || maxAgeSeconds !== null
  return isInsisted ? { plan: 'refuse', reason: 'essential-acr-unmet' } : { plan: 'exempt' }
}

/** A rule may ask for more than the client does. */
export function isAllowed(
  way: Way,
  { effective, ladder, standing }: Pick<PlanInput, 'effective' | 'ladder' | 'standing'>,
): boolean {
  if (effective.acr === null) return true
  const provenance = provenanceOf(way, standing)
  return ladder.reaches(effective.acr, worthOf(way), provenance) === 'reached'
}

/** The client insists on what nobody here can reach, whoever it asks for. */
export function isOutOfReach({ acr }: StepUpRequest, ladder: Ladder): boolean {
  if (!acr.essential || acr.wanted.length === 0) return false
  return !ladder.values.some((value) => acr.wanted.includes(value))
}

/** Those that reach the highest of the rungs that any of them does. */
function strongestOf(ways: readonly Way[], { ladder, standing }: PlanInput): readonly Way[] {
  const rungOf = (way: Way) => strengthOf(ladder, worthOf(way), provenanceOf(way, standing))
  const highest = Math.max(...ways.map(rungOf))
  return ways.filter((way) => rungOf(way) === highest)
}

/** What an operator asks: which factors a person would be offered at a sign-in now, and what keeps them from the others. */
export type Prospect = { readonly factor: FactorKind } & (
  | { readonly use: 'ask' | 'enrol' }
  | { readonly use: 'none'; readonly why: 'no-contact' | 'locked' }
)

export function prospectsOf(
  input: Omit<Reached, 'request' | 'standing'> & {
    readonly standing: Pick<Standing, 'enrolled' | 'codes' | 'tallies'>
    readonly lockRule: LockRule
    readonly lane: StepUpRequest['lane']
  },
): readonly Prospect[] {
  const request = { lane: input.lane, purpose: 'sign-in' } as const
  const ways = waysOf({ ...input, request })
  const kinds = new Set([...input.effective.factors, ...ways.map(({ factor }) => factor)])
  return [...kinds].map((factor): Prospect => {
    const way = ways.find((one) => one.factor === factor)
    if (way === undefined) return { factor, use: 'none', why: 'no-contact' }
    const { tallies } = input.standing
    const until = lockedUntil(tallies, askedBy(way), request.lane, input.lockRule, input.now)
    return until === null ? { factor, use: way.use } : { factor, use: 'none', why: 'locked' }
  })
}

/** Only what the client signed counts, and it answers nothing that the client wants proven afresh. */
function delegatedProof(
  { upstream, acr, prompt, maxAgeSeconds, purpose }: StepUpRequest,
  { delegatedAmr }: Effective,
  now: Instant,
): Proof | undefined {
  // Who comes to set up a factor has nothing set up by having passed elsewhere.
  if (acr.essential || prompt === 'login' || purpose === 'enrol') return undefined
  if (upstream === null || upstream.authTime === null) return undefined
  if (!upstream.amr.some((method) => delegatedAmr.includes(method))) return undefined
  const at = upstream.authTime * 1000
  if (at > now + CLOCK_SKEW_MS) return undefined
  if (now - at > (maxAgeSeconds ?? DELEGATED_SECONDS_MAX) * 1000) return undefined
  // A client whose clock is ahead saw it now at the latest: no token speaks of a time to come.
  return { acr: 'delegated', amr: upstream.amr, at: instantOf(Math.min(at, now)) }
}

const CLOCK_SKEW_MS = 10_000

function block(why: Block, reason: string, factor: FactorKind | null): Plan {
  return { plan: 'block', why, reason, factor }
}
