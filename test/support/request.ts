import { hashOf, later } from '../../src/kernel/index.ts'
import type { AuthorizationRequest } from '../../src/oidc/index.ts'
import { SAMPLE_REQUEST, type Sampler } from './step-up.ts'
import { NOON } from './world.ts'

/** Pushed at noon: a minute to be opened, then as long as its step-up. */
export function requestSample(
  sampler: Sampler,
  over: Partial<AuthorizationRequest> = {},
): AuthorizationRequest {
  const pushedAt = over.pushedAt ?? NOON
  return {
    uriHash: hashOf(sampler.id('request')),
    stepUp: sampler.id('stepUp'),
    client: 'iam',
    redirectUri: 'https://iam.example.com/callback',
    state: 'a-state',
    nonce: sampler.id('request'),
    codeChallenge: hashOf('the-verifier'),
    request: SAMPLE_REQUEST,
    pushedAt,
    openBy: later(pushedAt, 60),
    expiresAt: later(pushedAt, 660),
    ...over,
  }
}
