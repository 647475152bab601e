import type { TestApp } from './app.ts'
import { challengeOf } from './relying-party.ts'

/** Laid over the client `iam`: it may push its requests and sign them. */
export const PUSHED_OR_SIGNED = {
  subject: { from: ['par', 'request_object'], claim: 'login_hint', directories: ['local'] },
} as const

export const VERIFIER = 'v'.repeat(43)

/** What a client asks, in the words of a query. */
export const asked = (app: TestApp): Readonly<Record<string, string>> => ({
  ...{ response_type: 'code', client_id: app.party.clientId, scope: 'openid' },
  ...{ redirect_uri: app.party.redirectUri, state: 'a state', login_hint: 'li.wei' },
  ...{ code_challenge: challengeOf(VERIFIER), code_challenge_method: 'S256' },
})

/** The address to which a client sends the browser with a request that it signed. */
export function signedUrl(
  app: TestApp,
  request: string,
  outside: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams({ client_id: app.party.clientId, request, ...outside })
  return `${app.issuer}/authorize?${query}`
}
