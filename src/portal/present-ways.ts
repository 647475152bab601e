import { type FactorKind, invariant } from '../kernel/index.ts'
import type { Offer, Pending, StepUp } from '../stepup/index.ts'
import type { Asked } from './door.ts'
import { maskEmail, maskPhone } from './mask.ts'
import type { Asking, ChallengeView, EnrolView, Way } from './views.ts'

export function wayOf(offer: Offer): Way {
  if (offer.use === 'enrol') {
    const { first } = offer
    const to = first?.to.map((one) => masked(first.channel, one)) ?? []
    return { use: 'enrol', factor: 'totp', first: first?.channel ?? null, to, standing: 'open' }
  }
  const to = offer.to.map((one) => masked(offer.factor, one))
  return { use: 'ask', factor: asking(offer.factor), to, standing: 'open' }
}

/** What failed is still there to be seen, and says so. */
export const downWays = (factor: FactorKind | null): readonly Way[] =>
  factor === null ? [] : [{ use: 'ask', factor: asking(factor), to: [], standing: 'down' }]

export function provenBy({ credit, provenance }: Pending): Asking | null {
  if (provenance === 'bind-code' && credit === null) return provenance
  return credit === null ? null : asking(credit.factor)
}

export const masked = (factor: FactorKind, to: string): string =>
  factor === 'email' ? maskEmail(to) : maskPhone(to)

export function asking(factor: FactorKind): Asking {
  invariant(factor !== 'webauthn' && factor !== 'recovery-code', 'what is shown has a page')
  return factor
}

export function trustOf(
  stepUp: StepUp,
  { isTicked }: Pick<Asked, 'isTicked'>,
): ChallengeView['trust'] {
  const { trust } = stepUp
  if (trust === null || trust.binding === 'ip') return networkTrustOf(stepUp)
  return { by: 'box', hours: trust.hours, isTicked }
}

export const networkTrustOf = ({ trust }: StepUp): EnrolView['trust'] =>
  trust?.binding === 'ip' ? { by: 'network', hours: trust.hours } : null
