import type { StepUp } from '../stepup/index.ts'
import type { AuthorizationRequest } from './request-store.ts'
import type { ClientRefusal } from './requests/index.ts'

/**
 * The last look before anything is said to have been proven, at the code and again at the token: whatever led here, no
 * client hears of another subject, of an acr that it ruled out, or of a proof without the time that it asked for.
 */
export function honest(
  { client, request }: AuthorizationRequest,
  stepUp: StepUp,
): 'honest' | ClientRefusal {
  if (stepUp.state !== 'satisfied') return { refusal: 'not-completed' }
  if (stepUp.request.subject !== request.subject || stepUp.request.client !== client)
    return { refusal: 'not-completed' }
  const { acr, at } = stepUp.proof
  const { wanted, essential } = request.acr
  // Where it insists without a name, any rung will do that was really proven here.
  const isMet = wanted.length === 0 ? stepUp.how === 'factor' : wanted.includes(acr)
  if (essential && !isMet) return { refusal: 'essential-acr-unmet' }
  // OpenID Connect Core 3.1.2.1: with max_age, auth_time is required.
  if (request.maxAgeSeconds !== null && at === null) return { refusal: 'auth-time-missing' }
  return 'honest'
}
