import { firstOfEach } from '../kernel/index.ts'
import type { App, AppCode, Offer, StepUp } from '../stepup/index.ts'
import { plainName } from './plain-name.ts'
import type { ChallengeView, OwnApp } from './views.ts'

/** What every OTP app understands, and what is enrolled here. */
export const OUR_APP: AppCode = { digits: 6, periodSeconds: 30 }

export const NO_OTHER: ChallengeView['also'] = { digits: null, periodSeconds: null }

/** Of several apps people are asked for one, so the choice names them once. */
export const choicesOf = (offered: readonly Offer[]): readonly Offer[] =>
  firstOfEach(offered, ({ factor, use }) => `${use} ${factor}`)

/** What the codes of the apps that are asked for look like: one kind as a rule, two at most. */
export function shownBy(offered: readonly Offer[]): AppCode & Pick<ChallengeView, 'also'> {
  const apps = offered.flatMap((offer) => (offer.use === 'ask' && offer.app ? [offer.app] : []))
  const digits = most(apps.map((app) => app.digits)) ?? OUR_APP.digits
  const periodSeconds = most(apps.map((app) => app.periodSeconds)) ?? OUR_APP.periodSeconds
  return {
    ...{ digits, periodSeconds },
    also: {
      digits: apps.find((app) => app.digits !== digits)?.digits ?? null,
      periodSeconds: apps.find((app) => app.periodSeconds !== periodSeconds)?.periodSeconds ?? null,
    },
  }
}

const most = <N extends number>(numbers: readonly N[]): N | undefined =>
  numbers.toSorted((one, other) => other - one)[0]

/** Shows the seed of one beside those that the person has. */
export const isAdding = (stepUp: StepUp): boolean =>
  stepUp.state === 'enrolling' && stepUp.proven !== null

export function ownAppOf({ enrolment, name, place, at, usedAt }: App, here: string): OwnApp {
  const own = `${here}/apps/${enrolment}`
  return {
    ...{ enrolment, place, at, usedAt, name: name === null ? null : plainName(name) },
    ...{ rename: `${own}/rename`, remove: `${own}/remove` },
  }
}
