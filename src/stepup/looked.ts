import type { Answer, DisabledReason, Person } from '../directories/index.ts'
import type { Id, Locale } from '../kernel/index.ts'
import type { Policy } from '../policy/index.ts'
import type { TrustLook } from '../trust/index.ts'
import type { Plan } from './plan.ts'
import type { Held, Lane } from './step-up.ts'

/** Who was found for a request, and what they would be asked. */
export type Looked =
  | {
      readonly known: true
      readonly person: Person
      readonly lane: Lane
      readonly plan: Plan
      readonly trust: TrustLook | null
      /** What an operator set for them, else what their directory says. */
      readonly locale: Locale | null
      readonly policy: Policy
    }
  | {
      readonly known: false
      readonly lane: Lane
      readonly why: Absence
      readonly policy: Policy
    }

export type Absence = 'not-found' | 'ambiguous' | DisabledReason

/** No account has this id. */
export const NOBODY = 'acc_0000000000000000000000' as Id<'account'>

export const absenceOf = (answer: Exclude<Answer, { readonly found: 'person' }>): Absence =>
  answer.found === 'disabled' ? answer.reason : answer.found

/** The immutable id of our own people is the account itself. */
export function whose(looked: Looked): Pick<Held, 'account' | 'isOurs' | 'isTheirs' | 'lane'> {
  const { lane } = looked
  if (!looked.known) return { account: null, isOurs: false, isTheirs: false, lane }
  const { account, immutableId } = looked.person
  const isOurs = immutableId === account
  return { account, isOurs, isTheirs: !isOurs, lane }
}

/** Whose spelling and language a page may use. Of who is asked nothing it says no more than of who is not there. */
export function shownOf(
  looked: Looked,
  outcome: Plan | { readonly plan: 'trusted' },
): Person | undefined {
  if (!looked.known) return undefined
  const isAlone =
    outcome.plan === 'refuse' || (outcome.plan === 'block' && outcome.why === 'no-contact')
  return isAlone ? undefined : looked.person
}
