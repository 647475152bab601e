import { type FactorKind, type Instant, invariant } from '../kernel/index.ts'
import { amrOf } from '../policy/index.ts'
import { worthOf } from './plan.ts'
import type { Held, Proof } from './step-up.ts'

/** Worth what it was offered for: whatever operators change meanwhile is for those who come after. */
export function proofOf({ offered }: Held, factor: FactorKind, at: Instant): Proof {
  const offer = offered.find((one) => worthOf(one) === factor)
  invariant(offer !== undefined, `what is proven was offered: ${factor}`)
  return { acr: offer.acr, amr: amrOf(factor), at }
}
