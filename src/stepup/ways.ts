import type { Person } from '../directories/index.ts'
import { type FactorKind, firstOfEach, type Instant, never } from '../kernel/index.ts'
import type { Effective, Ladder } from '../policy/index.ts'
import { stateOfCode } from './operator-code.ts'
import type { Offer, Provenance, StepUpRequest, Way } from './step-up.ts'
import type { Standing } from './step-up-store.ts'

/** Which addresses and numbers a code can be sent to here; none of those that have no channel. */
export type Reach = {
  readonly email: (address: string) => boolean
  readonly sms: (phone: string) => boolean
}

/** What decides which ways there are. */
export type Reached = {
  readonly request: Pick<StepUpRequest, 'lane' | 'purpose'>
  readonly person: Pick<Person, 'emails' | 'phones'>
  readonly standing: Pick<Standing, 'enrolled' | 'codes'>
  readonly effective: Pick<Effective, 'factors' | 'firstEnrolment'>
  readonly reach: Reach
  readonly now: Instant
}

/** Every way that this person could go: what is enabled in the order of the policy, and at last past all of it. */
export const waysOf = (of: Reached): readonly Way[] => [...enabledWays(of), ...bypassOf(of)]

/** Signed by the client, and for signing in alone: it changes nothing of what the person has. */
function bypassOf({ request, standing, now }: Reached): readonly Way[] {
  if (request.lane === 'unsigned' || request.purpose === 'enrol') return []
  const code = standing.codes.find(({ kind }) => kind === 'bypass-code')
  if (code === undefined || stateOfCode(code, now) !== 'live') return []
  return [{ factor: code.kind, use: 'ask', to: [], app: null }]
}

/** Every enabled factor that this person could use, in the order of the policy. */
export function enabledWays({
  request,
  person,
  standing,
  effective,
  reach,
}: Omit<Reached, 'now'>): readonly Way[] {
  const { factors, firstEnrolment } = effective
  const to = { email: person.emails.filter(reach.email), sms: person.phones.filter(reach.sms) }
  return factors.flatMap((factor): readonly Way[] => {
    switch (factor) {
      case 'totp': {
        const apps = standing.enrolled.filter((enrolled) => enrolled.factor === factor)
        if (apps.length > 0)
          return apps.map(({ enrolment, digits, periodSeconds }) => {
            const app = { enrolment, digits, periodSeconds }
            return { factor, use: 'ask', to: [], app }
          })
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

/** Each app is a way of its own, worth what it is; of several, people are asked for one. */
export const choicesOf = (offered: readonly Offer[]): readonly Offer[] =>
  firstOfEach(offered, ({ factor, use }) => `${use} ${factor}`)

/** Where a code could go; none where nothing is sent. */
export const destinationsOf = (way: Way): readonly string[] =>
  way.use === 'enrol' ? (way.first?.to ?? []) : way.to

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

/** How the app came, or would come, to be; of what is sent, who keeps the address. */
export function provenanceOf(offer: Way, standing: Pick<Standing, 'enrolled'>): Provenance {
  if (offer.use === 'enrol') {
    if (offer.first === null) return 'open'
    return offer.first.channel === 'bind-code' ? 'bind-code' : CONTACT
  }
  const { app } = offer
  const enrolled = standing.enrolled.find(({ enrolment }) => enrolment === app?.enrolment)
  return enrolled?.provenance ?? CONTACT
}

/** A contact is kept by the operator's directory, which is where a code that is sent to it comes from. */
export const CONTACT: Provenance = 'operator'

/** How high on the ladder it reaches; -1 where it reaches no rung. */
export function strengthOf(ladder: Ladder, factor: FactorKind, provenance: Provenance): number {
  return ladder.values.indexOf(ladder.choose([], factor, provenance) ?? '')
}
