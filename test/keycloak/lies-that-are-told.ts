import type { Lies } from './liar.ts'
import {
  BAD_TOKEN,
  EXPIRED,
  MISCONFIGURED,
  type Row,
  STRANGER,
  says,
  UNAVAILABLE,
  UNMET,
} from './lie.ts'

const now = () => Math.floor(Date.now() / 1000)
const bad = (name: string, lies: Lies, log: RegExp, error = BAD_TOKEN): Row => ({
  name,
  lies,
  error,
  log,
})
const claimed = (
  name: string,
  claims: () => NonNullable<Lies['claims']>,
  log: RegExp,
  error?: string,
) =>
  bad(
    name,
    {
      get claims() {
        return claims()
      },
    },
    log,
    error,
  )

export const TOKENS: readonly Row[] = [
  claimed(
    'the wrong issuer in the token',
    () => ({ iss: 'https://other.example.com' }),
    /iss is not issuer/,
  ),
  claimed('the wrong audience', () => ({ aud: 'other' }), /aud is not clientId/),
  claimed('an audience of two', () => ({ aud: ['keycloak', 'other'] }), /aud is not clientId/),
  claimed('another authorized party (azp)', () => ({ azp: 'other' }), /aud is not clientId/),
  claimed('the sub of nobody', () => ({ sub: 'nobody' }), /sub is somebody else/),
  claimed('the wrong nonce', () => ({ nonce: 'other' }), /nonce is not the one/),
  claimed('no nonce', () => ({ nonce: undefined }), /nonce is not the one/),
  claimed(
    'an acr lower than asked',
    () => ({ acr: 'pwd' }),
    /acrByLevel: acr is pwd, and one of \[mfa\] is asked/,
    UNMET,
  ),
  claimed(
    'an acr that writes into the log',
    () => ({ acr: 'x\r\n2026-01-01 INFO all is well' }),
    /acr is x\?\?2026-01-01 INFO/,
    UNMET,
  ),
  claimed(
    'an acr exempt that nobody allows',
    () => ({ acr: 'exempt', amr: [], auth_time: undefined }),
    /acceptExempt: is off, or the application insists, and acr is exempt/,
    UNMET,
  ),
  claimed('no acr', () => ({ acr: undefined }), /acr is missing/),
  claimed('no amr', () => ({ amr: undefined }), /amr is missing/),
  claimed('an amr of nothing', () => ({ amr: [] }), /amr is missing/),
  claimed('no auth_time', () => ({ auth_time: undefined }), /auth_time is missing/),
  claimed(
    'an auth_time too old',
    () => ({ auth_time: now() - 60 }),
    /auth_time is before the step began/,
  ),
  claimed('an auth_time in the future', () => ({ auth_time: now() + 60 }), /auth_time is to come/),
  claimed('an exp that is over', () => ({ exp: now() - 20 }), /exp is over: do the clocks agree/),
  claimed('no exp', () => ({ exp: undefined }), /exp is over/),
  claimed(
    'an iat in the future',
    () => ({ iat: now() + 60 }),
    /iat is to come: do the clocks agree/,
  ),
  claimed('an iat before the step', () => ({ iat: now() - 60 }), /iat is before the step began/),
  claimed(
    'clock skew beyond what is tolerated',
    () => ({ iat: now() + 15, auth_time: now() + 15, exp: now() + 315 }),
    /do the clocks agree/,
  ),
  bad(
    'no ID token',
    { token: says(200, { access_token: 'a', token_type: 'Bearer' }) },
    /there is none/,
  ),
  bad('an ID token that is too long', { claims: { x: 'x'.repeat(20_000) } }, /too long/),
  bad(
    'an ID token signed by RS256, it says',
    { header: { alg: 'RS256' } },
    /the signature is none of Sallyport's/,
  ),
  bad(
    'an ID token that brings its own key',
    {
      forge: ({ claims, header, signer }) =>
        signer.sign(claims, { ...header, kid: 'own', jwk: signer.jwk }),
    },
    /the signature is none/,
  ),
]

/** What comes back with the browser. */
export const ANSWERS: readonly Row[] = [
  sentBack('no iss', (query) => query.delete('iss'), STRANGER, /not one iss/),
  sentBack(
    'another iss',
    (query) => query.set('iss', 'https://other.example.com'),
    STRANGER,
    /issuer: iss in the answer is not/,
  ),
  sentBack(
    'iss twice',
    (query) => query.append('iss', 'https://other.example.com'),
    STRANGER,
    /not one iss/,
  ),
  sentBack('no state', (query) => query.delete('state'), STRANGER, /not one state/),
  sentBack(
    'state twice',
    (query) => query.append('state', `${query.get('state')}`),
    STRANGER,
    /not one state/,
  ),
  sentBack(
    'a state that is none',
    (query) => query.set('state', 'x'),
    STRANGER,
    /state is none of ours/,
  ),
  sentBack(
    'a state of no text',
    (query) => query.set('state', 'a.b.AAAA'),
    STRANGER,
    /state is none of ours/,
  ),
  sentBack(
    'a state of a megabyte',
    (query) => query.set('state', 'x'.repeat(4000)),
    STRANGER,
    /not one state/,
  ),
  sentBack(
    'another random part of the state',
    (query) => query.set('state', `x${query.get('state')}`),
    STRANGER,
    /state is not the one that is waited for/,
  ),
  sentBack(
    'no code',
    (query) => query.delete('code'),
    STRANGER,
    /both a code and an error, or neither/,
  ),
  sentBack('an empty code', (query) => query.set('code', ''), STRANGER, /not one code/),
  sentBack('code twice', (query) => query.append('code', 'x'), STRANGER, /not one code/),
  sentBack(
    'a code that is too long',
    (query) => query.set('code', 'x'.repeat(2049)),
    STRANGER,
    /not one code/,
  ),
  sentBack(
    'a code and an error',
    (query) => query.set('error', 'access_denied'),
    STRANGER,
    /both a code and an error/,
  ),
  sentBack(
    'a code of nobody',
    (query) => query.set('code', 'x'),
    EXPIRED,
    /Sallyport refuses the code/,
  ),
  refused('X\r\n2026-01-01 INFO all is well', STRANGER, /error is no error code/),
  refused('never_heard_of', MISCONFIGURED, /clientId: Sallyport answers never_heard_of/),
  refused('invalid_request', MISCONFIGURED, /clientId: Sallyport answers invalid_request/),
  refused('login_required', MISCONFIGURED, /clientId: Sallyport answers login_required/),
  refused('unmet_authentication_requirements', UNMET, /acrByLevel: the person has nothing/),
  refused('temporarily_unavailable', UNAVAILABLE, /Sallyport answers temporarily_unavailable/),
  refused('server_error', UNAVAILABLE, /Sallyport answers server_error/),
]

function refused(error: string, event: string, log: RegExp): Row {
  const change = (query: URLSearchParams) => {
    query.delete('code')
    query.set('error', error)
    query.set('error_description', '<script>alert(1)</script>\r\n2026-01-01 INFO all is well')
  }
  return sentBack(`error=${JSON.stringify(error)}`, change, event, log)
}

function sentBack(name: string, back: Lies['back'] & {}, error: string, log: RegExp): Row {
  return { name: `the answer: ${name}`, lies: { back }, error, log }
}
