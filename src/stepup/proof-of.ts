import { type FactorKind, type Instant, invariant } from '../kernel/index.ts'
import { amrOf } from '../policy/index.ts'
import type { Consumption } from './factor.ts'
import type { Challenged, Held, Offer, Proof } from './step-up.ts'
import { worthOf } from './ways.ts'

/**
 * Worth what it was offered for: whatever operators change meanwhile is for those who come after. `by` is the enrolment that
 * answered; null where the factor has none.
 */
export function proofOf(
  { offered }: Held,
  factor: FactorKind,
  by: string | null,
  at: Instant,
): Proof {
  const offer = offered.find((one) => worthOf(one) === factor && isBy(one, by))
  invariant(offer !== undefined, `what is proven was offered: ${factor}`)
  return { acr: offer.acr, amr: amrOf(factor), at }
}

/** By a right answer. A bind code is nothing by itself: what it brings is the app that is set up with it. */
export function proofBy(current: Challenged, consumption: Consumption, at: Instant): Proof | null {
  const { factor } = current
  if (factor === 'bind-code') return null
  return proofOf(current, factor, 'source' in consumption ? consumption.source : null, at)
}

/** Each app brings what it is worth itself, whatever another one would. */
function isBy(offer: Offer, by: string | null): boolean {
  return offer.use === 'enrol' || offer.app === null || offer.app.enrolment === by
}
