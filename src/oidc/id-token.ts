import { type Instant, type Random, randomToken, secondsOf } from '../kernel/index.ts'
import type { StepUp } from '../stepup/index.ts'
import type { AuthorizationRequest } from './request-store.ts'

const LIFETIME_SECONDS = 300
const JTI_BYTES = 16

export type Satisfied = Extract<StepUp, { state: 'satisfied' }>

/** What was really proven, and nothing about the person but the name that the client itself used. */
export function idTokenClaims(
  { client, nonce, request }: AuthorizationRequest,
  stepUp: Satisfied,
  deps: { readonly issuer: string; readonly now: Instant; readonly random: Random },
) {
  const iat = secondsOf(deps.now)
  return {
    iss: deps.issuer,
    sub: request.subject,
    aud: client,
    exp: iat + LIFETIME_SECONDS,
    iat,
    ...(nonce === null ? {} : { nonce }),
    jti: randomToken(deps.random, JTI_BYTES),
    ...proven(stepUp),
  }
}

/** `auth_time` is when the factor was proven; left out where nothing was. */
export function proven({ proof: { acr, amr, at } }: Satisfied) {
  return { acr, amr, ...(at === null ? {} : { auth_time: secondsOf(at) }) }
}
