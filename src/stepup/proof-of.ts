import { type FactorKind, type Instant, invariant } from '../kernel/index.ts'
import { amrOf } from '../policy/index.ts'
import { askedBy } from './plan.ts'
import type { Held, Offer, Proof } from './step-up.ts'

/**
 * Worth what it was offered for: whatever operators change meanwhile is for those who come after. `by` is the enrolment that
 * answered, where the factor has any.
 */
export function proofOf({ offered }: Held, factor: FactorKind, by: string, at: Instant): Proof {
  const offer = offered.find((one) => askedBy(one) === factor && isBy(one, by))
  invariant(offer !== undefined, `what is proven was offered: ${factor}`)
  return { acr: offer.acr, amr: amrOf(factor), at }
}

/** Each app brings what it is worth itself, whatever another one would. */
function isBy(offer: Offer, by: string): boolean {
  return offer.use === 'enrol' || offer.app === null || offer.app.enrolment === by
}
