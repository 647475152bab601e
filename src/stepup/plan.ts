import type { Person } from '../directories/index.ts'
import { type FactorKind, type Instant, instantOf, never } from '../kernel/index.ts'
import type { Effective, Ladder } from '../policy/index.ts'
import { lastFirst } from './last-choice.ts'
import { DELEGATED_SECONDS_MAX } from './limits.ts'
import { stateOfCode } from './operator-code.ts'
import type {
  Block,
  Lane,
  Offer,
  Proof,
  Provenance,
  Refusal,
  StepUpRequest,
  Way,
} from './step-up.ts'
import type { LockRule, Standing } from './step-up-store.ts'
import { lockedUntil } from './tallies.ts'

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

/** Which addresses and numbers a code can be sent to here; none of those that have no channel. */
export type Reach = {
  readonly email: (address: string) => boolean
  readonly sms: (phone: string) => boolean
}

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
  const { request, person, effective, standing, ladder, lane, lockRule, now } = input
  if (effective.use === 'denied') return { plan: 'refuse', reason: 'denied' }
  // A rule that asks for a rung is about what is proven here.
  const delegated = effective.acr === null ? delegatedProof(request, effective, now) : undefined
  if (delegated !== undefined) return { plan: 'delegated', proof: delegated }
  // Who comes to set up a factor proves what everybody proves.
  if (effective.use === 'exempt' && request.purpose !== 'enrol') return exempt(request)
  if (isOutOfReach(request, ladder)) return { plan: 'refuse', reason: 'essential-acr-unmet' }

  const ways = waysOf(input)
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

  const offered = lastFirst(open, person.account, standing.knownBrowsers)
  return { plan: 'ask', offered, opens: opensWith(offered, effective) }
}

/** Nothing leaves before somebody chooses, but by a policy that says so and where there is nothing to choose. */
function opensWith(
  offered: readonly Offer[],
  { sendAtOnce }: Pick<Effective, 'sendAtOnce'>,
): 'choice' | 'question' {
  const [only, ...others] = offered
  if (only === undefined || others.length > 0) return 'choice'
  if (only.use === 'enrol' && only.first === null) return 'choice'
  const to = destinationsOf(only)
  return to.length === 0 || (sendAtOnce && to.length === 1) ? 'question' : 'choice'
}

/** Where a code could go; none where nothing is sent. */
export const destinationsOf = (way: Way): readonly string[] =>
  way.use === 'enrol' ? (way.first?.to ?? []) : way.to

/** Nothing was proven, and nothing afresh: a client that insists on either is told that it was not. */
function exempt({ acr, maxAgeSeconds }: StepUpRequest): Plan {
  const isInsisted = acr.essential || maxAgeSeconds !== null
  return isInsisted ? { plan: 'refuse', reason: 'essential-acr-unmet' } : { plan: 'exempt' }
}

/** A rule may ask for more than the client does. */
function isAllowed(way: Way, { effective, ladder, standing }: PlanInput): boolean {
  if (effective.acr === null) return true
  const provenance = provenanceOf(way, standing)
  return ladder.reaches(effective.acr, worthOf(way), provenance) === 'reached'
}

/** The client insists on what nobody here can reach, whoever it asks for. */
export function isOutOfReach({ acr }: StepUpRequest, ladder: Ladder): boolean {
  if (!acr.essential || acr.wanted.length === 0) return false
  return !ladder.values.some((value) => acr.wanted.includes(value))
}

type Reached = {
  readonly request: Pick<StepUpRequest, 'lane' | 'purpose'>
  readonly person: Pick<Person, 'emails' | 'phones'>
  readonly standing: Pick<Standing, 'enrolled' | 'codes'>
  readonly effective: Pick<Effective, 'factors' | 'firstEnrolment'>
  readonly reach: Reach
  readonly now: Instant
}

/** Every way that this person could go: what is enabled in the order of the policy, and at last past all of it. */
const waysOf = (of: Reached): readonly Way[] => [...enabledWays(of), ...bypassOf(of)]

/** Signed by the client, and for signing in alone: it changes nothing of what the person has. */
function bypassOf({ request, standing, now }: Reached): readonly Way[] {
  if (request.lane === 'unsigned' || request.purpose === 'enrol') return []
  const code = standing.codes.find(({ kind }) => kind === 'bypass-code')
  if (code === undefined || stateOfCode(code, now) !== 'live') return []
  return [{ factor: code.kind, use: 'ask', to: [], app: null }]
}

function enabledWays({ request, person, standing, effective, reach }: Reached): readonly Way[] {
  const { factors, firstEnrolment } = effective
  const to = { email: person.emails.filter(reach.email), sms: person.phones.filter(reach.sms) }
  return factors.flatMap((factor): readonly Way[] => {
    switch (factor) {
      case 'totp': {
        const enrolled = standing.enrolled.find((enrolment) => enrolment.factor === 'totp')
        if (enrolled !== undefined) {
          const { digits, periodSeconds } = enrolled
          return [{ factor, use: 'ask', to: [], app: { digits, periodSeconds } }]
        }
        // A name that nobody signed proves nothing, so nothing may hang on it afterwards.
        if (request.lane === 'unsigned') return []
        if (firstEnrolment === 'open') return [{ factor, use: 'enrol', first: null }]
        // The same whether or not there is one, so that nobody learns that.
        if (firstEnrolment === 'bindCode')
          return [{ factor, use: 'enrol', first: { channel: 'bind-code', to: [] } }]
        // An address comes first: it costs nothing, and no number that was given to somebody else reads it.
        const channel = (['email', 'sms'] as const).find((kind) => to[kind].length > 0)
        return channel === undefined
          ? []
          : [{ factor, use: 'enrol', first: { channel, to: to[channel] } }]
      }
      case 'email':
      case 'sms':
        if (request.purpose === 'enrol' && factors.includes('totp')) return []
        return to[factor].length === 0 ? [] : [{ factor, use: 'ask', to: to[factor], app: null }]
      case 'dingtalk':
      case 'webauthn':
      case 'recovery-code':
        return [] // named by ladders already, asked by later releases
      case 'bind-code':
      case 'bypass-code':
        return [] // no policy enables them
      default:
        return never(factor)
    }
  })
}

/** What an operator asks: which factors a person would be offered at a signed sign-in now, and what keeps them from the others. */
export type Prospect = { readonly factor: FactorKind } & (
  | { readonly use: 'ask' | 'enrol' }
  | { readonly use: 'none'; readonly why: 'no-contact' | 'locked' }
)

export function prospectsOf(
  input: Omit<Reached, 'request' | 'standing'> & {
    readonly standing: Pick<Standing, 'enrolled' | 'codes' | 'tallies'>
    readonly lockRule: LockRule
  },
): readonly Prospect[] {
  const request = { lane: 'signed', purpose: 'sign-in' } as const
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

/** The factor whose answers are counted for this way. */
export function askedBy(offer: Way): FactorKind {
  return offer.use === 'enrol' ? (offer.first?.channel ?? offer.factor) : offer.factor
}

/**
 * What the client would hear of: an enrolment is worth no more than the proof before it. A bind code vouches for the app that
 * is set up with it, and is nothing by itself.
 */
export function worthOf(offer: Way): FactorKind {
  const asked = askedBy(offer)
  return asked === 'bind-code' ? offer.factor : asked
}

function provenanceOf(offer: Way, standing: Pick<Standing, 'enrolled'>): Provenance {
  if (offer.use === 'enrol') {
    if (offer.first === null) return 'open'
    return offer.first.channel === 'bind-code' ? 'bind-code' : CONTACT
  }
  const enrolled = standing.enrolled.find(({ factor }) => factor === offer.factor)
  return enrolled?.provenance ?? CONTACT
}

/** A contact is kept by the operator's directory, which is where a code that is sent to it comes from. */
export const CONTACT: Provenance = 'operator'

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
