import type { Answer, How, Person } from '../directories/index.ts'
import type { Instant } from '../kernel/index.ts'
import type { Effective, Policies, Policy } from '../policy/index.ts'
import { NOBODY } from './looked.ts'
import type { Resolve } from './ports.ts'
import type { StepUpRequest } from './step-up.ts'
import type { Standing, StepUpStore } from './step-up-store.ts'

/** Who is meant, what is kept of them, and what holds for them. */
export type LookUpPerson = (
  request: StepUpRequest,
  ip: string | null,
  how?: How,
) => Promise<{
  readonly answer: Answer
  readonly standing: Standing
  readonly policy: Policy
  readonly effectiveFor: (person: Person, now: Instant) => Effective
}>

export function createLookUpPerson({
  resolve,
  policies,
  store,
}: {
  readonly resolve: Resolve
  readonly policies: Pick<Policies, 'at'>
  readonly store: Pick<StepUpStore, 'standing'>
}): LookUpPerson {
  return async ({ lookup, directories, client }, ip, how) => {
    const answer = await resolve(lookup, directories, how)
    const account = answer.found === 'person' ? answer.person.account : NOBODY
    // Looked at for nobody too, so that the time taken does not say who is known.
    const standing = await store.standing(account)
    const policy = await policies.at(standing.policyVersion)
    return {
      ...{ answer, standing, policy },
      effectiveFor: ({ directory, groups }, now) =>
        policy.effective({ client, directory, groups, ip, now }, standing.settings),
    }
  }
}
