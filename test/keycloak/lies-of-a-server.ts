import type { Endpoint, Lies, Misdeed } from './liar.ts'
import { BAD_TOKEN, EXPIRED, MISCONFIGURED, type Row, says, UNAVAILABLE } from './lie.ts'

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
  ...['https://other.example.com', null].map((issuer) =>
    strange(
      `the wrong issuer in the metadata: ${JSON.stringify(issuer)}`,
      { metadata: { issuer } },
      MISCONFIGURED,
      /issuer: is http\S+, but what is there calls itself/,
    ),
  ),
  ...(
    [
      ['pushed_authorization_request_endpoint', null],
      ['authorization_endpoint', 'javascript:alert(1)'],
      ['token_endpoint', 'https://evil.example.com/token'],
      ['jwks_uri', 'http://169.254.169.254/jwks'],
    ] as const
  ).map(([name, url]) =>
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
