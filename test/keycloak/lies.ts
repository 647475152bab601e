import type { Endpoint, Lies, Misdeed } from './liar.ts'

/** A lie, and what there is to see of it. */
export type Row = {
  readonly name: string
  readonly lies: Lies
  /** Of the event. */
  readonly error: string
  /** What the line of the log says; the setting first, where there is one. */
  readonly log: RegExp
  /** Nothing of the issuer is known yet, so that its metadata and keys are asked for. */
  readonly isAnew?: true
}

const UNAVAILABLE = 'stepup_unavailable'
const MISCONFIGURED = 'stepup_misconfigured'
const BAD_TOKEN = 'stepup_bad_token'
const STRANGER = 'stepup_state_mismatch'
const UNMET = 'stepup_unmet'
const EXPIRED = 'stepup_expired'

const SLOW_MS = 15_000
const DRIP_MS = 20
const STATUS = /answers 5\d\d/
const LATE = /issuer, timeout: http\S+ did not answer \(not within \d+ ms\)/

const slow: Misdeed = (response, honestly) => {
  const timer = setTimeout(honestly, SLOW_MS)
  response.on('close', () => clearTimeout(timer))
}
const drip: Misdeed = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), DRIP_MS)
  response.on('close', () => clearInterval(timer))
}
const dripHeaders: Misdeed = ({ socket }) => {
  socket?.write('HTTP/1.1 200 OK\r\n')
  const timer = setInterval(() => socket?.write('x: y\r\n'), DRIP_MS)
  socket?.on('close', () => clearInterval(timer))
}
const endless: Misdeed = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(`{"a":"${'x'.repeat(1_000_000)}"}`)
}
const hangUp: Misdeed = ({ socket }) => void socket?.destroy()
const html: Misdeed = (response) =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works!</h1>')
const elsewhere: Misdeed = (response) =>
  void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
const says =
  (status: number, body: object | string): Misdeed =>
  (response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(typeof body === 'string' ? body : JSON.stringify(body))

const ENDPOINTS: readonly Endpoint[] = ['discovery', 'par', 'token', 'jwks']

/** Each of its endpoints, in each way in which a server can be ill. */
export const OUTAGES: readonly Row[] = ENDPOINTS.flatMap((at): readonly Row[] => {
  const ill = (name: string, misdeed: Misdeed, log: RegExp, error = UNAVAILABLE): Row => ({
    ...{ name: `Sallyport ${name} at ${at}`, lies: { [at]: misdeed }, error, log },
    ...(at === 'discovery' || at === 'jwks' ? { isAnew: true } : {}),
  })
  return [
    ill('is slow (15 s)', slow, LATE),
    ill('drips for ever', drip, LATE),
    ill('drips headers for ever', dripHeaders, LATE),
    ill('answers 500', says(500, { error: 'server_error' }), STATUS),
    ill('is being restarted (503)', says(503, 'starting'), STATUS),
    ill('hangs up', hangUp, /issuer, timeout: http\S+ did not answer \(/),
    ill('answers more than can be', endless, /issuer: http\S+ answers more than 65536 bytes/),
  ]
})

/** What is there, and is no Sallyport or not the right one. */
export const STRANGE: readonly Row[] = [
  ...(
    [
      ['discovery', MISCONFIGURED, /issuer: is http\S+, but what is there calls itself nothing/],
      ['par', MISCONFIGURED, /issuer, clientId: Sallyport refuses the request with 200 no error/],
      ['token', BAD_TOKEN, /the ID token is refused: there is none/],
      ['jwks', UNAVAILABLE, /issuer: http\S+ has no key set \(200\)/],
    ] as const
  ).map(
    ([at, error, log]): Row => strange(`HTML instead of JSON at ${at}`, { [at]: html }, error, log),
  ),
  ...(
    [
      ['discovery', MISCONFIGURED, /issuer: http\S+ answers 302/],
      ['par', MISCONFIGURED, /with 302/],
      ['token', MISCONFIGURED, /with 302/],
      ['jwks', UNAVAILABLE, /\(302\)/],
    ] as const
  ).map(
    ([at, error, log]): Row => strange(`a redirect from ${at}`, { [at]: elsewhere }, error, log),
  ),
  strange(
    'no discovery document',
    { discovery: says(404, {}) },
    MISCONFIGURED,
    /issuer: .* answers 404/,
  ),
  ...['https://other.example.com', '', null, 7].map((issuer) =>
    strange(
      `the wrong issuer in the metadata: ${JSON.stringify(issuer)}`,
      { metadata: { issuer } },
      MISCONFIGURED,
      /issuer: is http\S+, but what is there calls itself/,
    ),
  ),
  ...[
    'pushed_authorization_request_endpoint',
    'authorization_endpoint',
    'token_endpoint',
    'jwks_uri',
  ]
    .flatMap((name) =>
      ['https://evil.example.com/x', 'javascript:alert(1)', null].map((url) => ({ name, url })),
    )
    .map(({ name, url }) =>
      strange(
        `the metadata with ${url} for ${name}`,
        { metadata: { [name]: url } },
        MISCONFIGURED,
        new RegExp(`issuer: its ${name} is missing or`),
      ),
    ),
  strange(
    'keys that are none',
    {
      jwks: says(200, { keys: [{ kty: 'EC', kid: 'x', crv: 'P-256', x: '!', y: 7, use: 'sig' }] }),
    },
    BAD_TOKEN,
    /signature/,
  ),
  strange('keys that are no list', { jwks: says(200, { keys: 7 }) }, UNAVAILABLE, /has no key set/),
]

function strange(name: string, lies: Lies, error: string, log: RegExp): Row {
  const isAnew = lies.discovery ?? lies.metadata ?? lies.jwks
  return { name, lies, error, log, ...(isAnew === undefined ? {} : { isAnew: true }) }
}

/** What Sallyport says of a request or a code in so many words. */
export const REFUSALS: readonly Row[] = [
  at(
    'par',
    401,
    'invalid_client',
    MISCONFIGURED,
    /clientId, algorithm: Sallyport does not know keycloak/,
  ),
  at(
    'par',
    400,
    'invalid_request',
    MISCONFIGURED,
    /issuer, clientId: Sallyport refuses the request with 400 invalid_request/,
  ),
  at('par', 400, 'X\r\n2026 INFO all is well', MISCONFIGURED, /with 400 no error code/),
  at('par', 409, 'temporarily_unavailable', UNAVAILABLE, /issuer: http\S+ answers 409/),
  at('par', 429, 'temporarily_unavailable', UNAVAILABLE, /issuer: http\S+ answers 429/),
  at(
    'par',
    400,
    'temporarily_unavailable',
    UNAVAILABLE,
    /Sallyport answers temporarily_unavailable/,
  ),
  {
    name: 'no request_uri',
    lies: { par: says(201, {}) },
    error: UNAVAILABLE,
    log: /issuer: \S+ gives no request_uri/,
  },
  at('token', 401, 'invalid_client', MISCONFIGURED, /clientId, algorithm/),
  at('token', 400, 'invalid_grant', EXPIRED, /older than a minute/),
  at('token', 409, 'temporarily_unavailable', UNAVAILABLE, /answers 409/),
]

function at(
  endpoint: 'par' | 'token',
  status: number,
  error: string,
  event: string,
  log: RegExp,
): Row {
  const name = `${endpoint} refuses with ${status} ${JSON.stringify(error)}`
  return { name, lies: { [endpoint]: says(status, { error }) }, error: event, log }
}

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
    /acceptExempt: is off, and acr is exempt/,
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
