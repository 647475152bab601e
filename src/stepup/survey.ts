import type { Clock, Id } from '../kernel/index.ts'
import type { LookUpPerson } from './look-up-person.ts'
import { isAllowed } from './plan.ts'
import type { Proven, Provenance, StepUp } from './step-up.ts'
import { enabledWays, type Reach, strengthOf } from './ways.ts'

/**
 * What may become of a person's factors, as their directory, the policy and the store have it now. 'off': they are not there
 * any more, or have no OTP app to look after.
 */
export type Survey = (stepUp: StepUp) => Promise<
  | 'off'
  | {
      /** How a new app would come to be: worth no more than what was proven for it. */
      readonly added: (proven: Proven) => Provenance
      /** Of the apps, those that could stand in for this one; null: the person has other ways to be asked. */
      readonly instead: (removed: Id<'enrolment'>) => readonly Id<'enrolment'>[] | null
    }
>

export function createSurvey({
  lookUp,
  reach,
  clock,
}: {
  readonly lookUp: LookUpPerson
  readonly reach: Reach
  readonly clock: Clock
}): Survey {
  return async ({ request, ip, account }) => {
    const { answer, standing, policy, effectiveFor } = await lookUp(request, ip)
    if (answer.found !== 'person' || answer.person.account !== account) return 'off'
    const { person } = answer
    const effective = effectiveFor(person, clock.now())
    if (effective.use === 'denied' || !effective.factors.includes('totp')) return 'off'
    const { ladder } = policy

    return {
      added({ factor, provenance }) {
        // Also by the rungs that there will be: what a password or a mailbox alone brought in brings in nothing better.
        if (provenance === 'open' || provenance.startsWith('contact:')) return provenance
        const own: Provenance = `factor:${factor}`
        const isMore = strengthOf(ladder, 'totp', own) > strengthOf(ladder, 'totp', provenance)
        return isMore ? provenance : own
      },

      instead(removed) {
        const signIn = { lane: 'signed', purpose: 'sign-in' } as const
        const ways = enabledWays({ request: signIn, person, standing, effective, reach })
          .filter((way) => isAllowed(way, { effective, ladder, standing }))
          .filter((way) => way.use === 'ask')
        if (ways.some(({ app }) => app === null)) return null
        const apps = ways.flatMap(({ app }) => (app === null ? [] : [app.enrolment]))
        return apps.filter((enrolment) => enrolment !== removed)
      },
    }
  }
}
