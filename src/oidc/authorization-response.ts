import { never } from '../kernel/index.ts'
import type { StepUp } from '../stepup/index.ts'
import type { AuthorizationRequest } from './request-store.ts'
import { type ClientRefusal, wireError } from './requests/index.ts'

export type Addressee = Pick<AuthorizationRequest, 'redirectUri' | 'state'>

/** Where the answer goes: with `state` as it came, and always with `iss` (RFC 9207). */
export function successUrl(issuer: string, to: Addressee, code: string): string {
  return urlOf(to, { code, ...stateOf(to), iss: issuer })
}

export function errorUrl(issuer: string, to: Addressee, refused: ClientRefusal): string {
  return urlOf(to, { ...wireError(refused), ...stateOf(to), iss: issuer })
}

/** What the client hears of a step-up that ended without proof; undefined while it has not ended. */
export function endOf(stepUp: StepUp): ClientRefusal | undefined {
  switch (stepUp.state) {
    case 'choosing':
    case 'challenged':
    case 'enrolling':
    case 'managing':
    case 'blocked':
    case 'satisfied':
      return undefined
    case 'cancelled':
    case 'expired':
      return { refusal: 'not-completed' }
    case 'refused':
      switch (stepUp.reason) {
        case 'question-needed':
        case 'essential-acr-unmet':
          return { refusal: stepUp.reason }
        case 'denied':
        case 'attempts-spent':
          return { refusal: 'not-completed' }
        default:
          return never(stepUp.reason)
      }
    default:
      return never(stepUp)
  }
}

const stateOf = ({ state }: Addressee) => (state === null ? {} : { state })

/** A registered address may have a query of its own, which stays as it is. */
function urlOf({ redirectUri }: Addressee, parameters: Record<string, string>): string {
  const joint = redirectUri.includes('?') ? '&' : '?'
  return `${redirectUri}${joint}${new URLSearchParams(parameters)}`
}
