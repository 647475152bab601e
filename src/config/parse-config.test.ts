import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, test } from 'node:test'
import { stringify } from 'yaml'
import { fail, ok, Secret } from '../kernel/index.ts'
import { formatProblems, parseConfig, type Sources } from './index.ts'

const FIELD_KEY = Buffer.alloc(32, 7).toString('base64')
/** Its key was thrown away. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBjDCCATGgAwIBAgIUOpzsFJWjYFbk/yU+xrhMABudVBQwCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPMmZhLmV4YW1wbGUuY29tMCAXDTI2MTEyNTExMjQzNVoYDzIx
MjYxMTAxMTEyNDM1WjAaMRgwFgYDVQQDDA8yZmEuZXhhbXBsZS5jb20wWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAATweOR0y9gwPxVhUvLP7V5oLlgz2wqUvaK20bnA
mdO/QtaI8jvTE9I92GuCas5J3g6EGmowA7Bxi1bm9icvnIvko1MwUTAdBgNVHQ4E
FgQUYu6Jof/kCkd5duLBgCBCnq+OW7UwHwYDVR0jBBgwFoAUYu6Jof/kCkd5duLB
gCBCnq+OW7UwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA2d2m
EltFZwl9xgnfAlNEpTEE/hz5KqbQYaoK9dL90cUCIQDbmWHhO8P+J0OXNiBW32uO
EmZG6Isv0Afe1Hwo6PIosA==
-----END CERTIFICATE-----
`
const PRIVATE_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
const FILES: Record<string, string> = {
  '/etc/sp/key': `${FIELD_KEY}\n`,
  '/etc/sp/short-key': 'c2hvcnQ=',
  '/etc/sp/secret': 'correct horse battery\n',
  '/etc/sp/weak': 'fifteen-letters\n',
  '/etc/sp/pem': PRIVATE_KEY,
  '/etc/sp/cert': CERTIFICATE,
  '/etc/sp/bad-pem': '-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n',
  '/etc/sp/bad-cert': '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n',
  '/etc/sp/empty': '\n',
  '/etc/sp/jwks.json': '{"keys":[{"kty":"EC","crv":"P-256","x":"x","y":"y"}]}',
  '/etc/sp/private.json': '{"keys":[{"kty":"EC","crv":"P-256","x":"x","y":"y","d":"d"}]}',
}

const GOOD = {
  issuer: 'https://2fa.example.com',
  store: { engine: 'sqlite', file: 'sallyport.db' },
  encryption: { keys: [{ id: 'k1', file: 'key' }] },
  clients: [
    {
      id: 'sso',
      auth: { method: 'client_secret_basic', secretFile: 'secret' },
      redirectUris: ['https://sso.example.com/callback'],
      subject: { from: 'par' },
    },
  ],
  channels: { email: { host: 'smtp.example.com', from: 'no-reply@example.com' } },
}
type Written = Record<string, unknown>

const sources = (yaml: string, env: Sources['env'] = {}): Sources => ({
  yaml,
  file: '/etc/sp/sallyport.yaml',
  env,
  readFile: (path) => {
    const held = FILES[path]
    return held === undefined ? fail('no such file') : ok(Buffer.from(held))
  },
})
const parse = (written: Written) => parseConfig(sources(stringify(written)))
const complaints = (yaml: string) => {
  const parsed = parseConfig(sources(yaml, { SMTP: 'x' }))
  return parsed.ok ? [] : parsed.error.map(({ key, says }) => `${key} ${says}`.trim())
}
const [CLIENT] = GOOD.clients
const withClient = (changed: Written) => ({ ...GOOD, clients: [{ ...CLIENT, ...changed }] })
const withMail = (changed: Written) => ({
  ...GOOD,
  channels: { email: { ...GOOD.channels.email, ...changed } },
})
const GATEWAY = {
  ...{ provider: 'http', name: 'one', url: 'https://gateway.example.com/send' },
  headers: [{ name: 'Authorization', file: 'secret' }],
  body: { json: { to: '{to}', text: '{text}' } },
}
const TEXT = 'channels.sms[0]'
const withText = (changed: Written) => ({
  ...GOOD,
  channels: { ...GOOD.channels, sms: [{ ...GATEWAY, ...changed }] },
})
const jwt = (keys: Written) => withClient({ auth: { method: 'private_key_jwt', ...keys } })

const BAD: readonly [written: Written, complaint: string][] = [
  [{ ...GOOD, issuer: undefined }, 'issuer is missing'],
  [{ ...GOOD, issuer: 3 }, 'issuer is a number'],
  [{ ...GOOD, issuer: 'http://2fa.example.com' }, 'issuer is neither https nor http on loopback'],
  [{ ...GOOD, issuer: 'https://2fa.example.com/' }, 'issuer ends with a slash'],
  [{ ...GOOD, issuer: 'https://2fa.example.com?x=1' }, 'issuer has a query'],
  [{ ...GOOD, issuer: 'https://2fa.example.com#x' }, 'issuer has a fragment'],
  ...['/t:acme', '/a(b)', '/x*y', '/a//b', '/a%2Fb', '/a+b'].map((path): [Written, string] => [
    { ...GOOD, issuer: `https://2fa.example.com${path}` },
    'issuer has a path that cannot be served as it is written',
  ]),
  [{ ...GOOD, issuer: 'https://2FA.example.com' }, 'issuer is not in its canonical spelling'],
  [{ ...GOOD, issuer: 'https://a:b@x.com' }, 'issuer carries a user name or password'],
  [{ ...GOOD, isuer: 'x' }, 'isuer is read by nobody'],
  [{ ...GOOD, listen: { port: 70000 } }, 'listen.port is too large'],
  [{ ...GOOD, listen: { port: '8080' } }, 'listen.port is text'],
  [
    { ...GOOD, listen: { trustedProxies: ['10.0.0.0/33'] } },
    'listen.trustedProxies[0] is no IP address and no network',
  ],
  [
    { ...GOOD, listen: { trustedProxies: ['::/0'] } },
    'listen.trustedProxies[0] would believe everybody',
  ],
  [
    { ...GOOD, listen: { tls: { certFile: 'gone', keyFile: 'pem' } } },
    'listen.tls.certFile names a file that cannot be read: no such file',
  ],
  [
    { ...GOOD, listen: { tls: { certFile: 'secret', keyFile: 'pem' } } },
    'listen.tls.certFile names a file without a readable PEM certificate',
  ],
  [
    { ...GOOD, listen: { tls: { certFile: 'bad-cert', keyFile: 'pem' } } },
    'listen.tls.certFile names a file without a readable PEM certificate',
  ],
  [
    { ...GOOD, listen: { tls: { certFile: 'cert', keyFile: 'bad-pem' } } },
    'listen.tls.keyFile names a file without a readable, unencrypted PEM private key',
  ],
  [
    { ...GOOD, listen: { tls: { certFile: 'cert', keyFile: 'pem' } } },
    'listen.tls.keyFile is not the key of the certificate in certFile',
  ],
  [{ ...GOOD, listen: { drainSeconds: 61 } }, 'listen.drainSeconds is too large'],
  [{ ...GOOD, listen: { graceSeconds: 121 } }, 'listen.graceSeconds is too large'],
  [
    withMail({ dkim: { domainName: 'a.com', keySelector: 's', privateKeyFile: 'secret' } }),
    'channels.email.dkim.privateKeyFile names a file without a readable, unencrypted PEM private key',
  ],
  [{ ...GOOD, management: { port: 8080 } }, 'management.port is also the port of listen'],
  [
    { ...GOOD, store: { engine: 'mysql', url: 'x' } },
    'store.engine is not an engine of this release',
  ],
  [{ ...GOOD, store: undefined }, 'store is missing'],
  [{ ...GOOD, encryption: { keys: [] } }, 'encryption.keys is too short'],
  [{ ...GOOD, encryption: { keys: [{ id: 'k1' }] } }, 'encryption.keys[0] says none of file, env'],
  [
    { ...GOOD, encryption: { keys: [{ id: 'k1', file: 'short-key' }] } },
    'encryption.keys[0].file holds no field key',
  ],
  [
    { ...GOOD, encryption: { keys: [{ id: 'k1', env: 'NO_KEY' }] } },
    'encryption.keys[0].env names an environment variable that is not set',
  ],
  [
    { ...GOOD, encryption: { keys: [GOOD.encryption.keys[0], GOOD.encryption.keys[0]] } },
    'encryption.keys[1].id is written twice',
  ],
  [{ ...GOOD, clients: [] }, 'clients is too short'],
  [{ ...GOOD, clients: [CLIENT, CLIENT] }, 'clients[1].id is written twice'],
  [withClient({ id: 'a b' }), 'clients[0].id is not accepted'],
  [withClient({ profile: 'entra' }), 'clients[0].profile is not a profile of this release'],
  [
    withClient({ auth: { method: 'none' } }),
    'clients[0].auth.method is not a method of this release',
  ],
  [
    withClient({ auth: { method: 'client_secret_basic', secretFile: 'empty' } }),
    'clients[0].auth.secretFile names an empty file',
  ],
  [
    withClient({ auth: { method: 'client_secret_basic', secretFile: 'weak' } }),
    'clients[0].auth.secretFile holds a secret that could be guessed',
  ],
  [
    withClient({ auth: { method: 'client_secret_basic', secret: 'x', secretFile: 'secret' } }),
    'clients[0].auth.secret is read by nobody',
  ],
  [jwt({}), 'clients[0].auth says none of jwks, jwksFile, jwksUri'],
  [
    jwt({ jwksFile: 'jwks.json', jwksUri: 'https://sso.example.com/jwks' }),
    'clients[0].auth says jwksFile and jwksUri',
  ],
  [jwt({ jwks: { keys: [{ kty: 'EC', d: 'x' }] } }), 'clients[0].auth.jwks holds a private key'],
  [
    jwt({ jwks: { keys: [{ kty: 'oct', k: 'x' }] } }),
    'clients[0].auth.jwks.keys[0].kty is not accepted',
  ],
  [
    jwt({ jwksFile: 'private.json' }),
    'clients[0].auth.jwksFile names a file without a JWK set of public keys',
  ],
  [
    jwt({ jwksFile: 'jwks.json', algorithms: ['HS256'] }),
    'clients[0].auth.algorithms[0] is not accepted',
  ],
  [
    withClient({ redirectUris: ['https://a.example.com/*'] }),
    'clients[0].redirectUris[0] has a wildcard',
  ],
  [
    withClient({ redirectUris: ['https://a.com/x', 'http://a.com/x'] }),
    'clients[0].redirectUris[1] is neither https nor http on loopback',
  ],
  [
    withClient({ redirectUris: ['https://a.com/x', 'https://a.com/x'] }),
    'clients[0].redirectUris[1] is written twice',
  ],
  [withClient({ subject: { from: 'login_hint' } }), 'clients[0].subject.from is not accepted'],
  [
    withClient({ subject: { from: ['par', 'dangerously_unsigned_login_hint'] } }),
    'clients[0].subject.from is not accepted',
  ],
  [
    withClient({ subject: { from: 'par', directories: ['local', ['corp', 'local']] } }),
    'clients[0].subject.directories[1] names the directory corp, which is not configured',
  ],
  [
    { ...GOOD, directories: [{ name: 'corp', type: 'nis' }] },
    'directories[0].type is not a type of this release',
  ],
  [
    {
      ...GOOD,
      directories: [
        { name: 'a', type: 'local' },
        { name: 'a', type: 'local' },
      ],
    },
    'directories[1].name is written twice',
  ],
  [{ ...GOOD, channels: {} }, 'channels.email is missing, and the factor email is enabled'],
  [
    { ...GOOD, channels: {}, factors: ['totp'] },
    'channels.email is missing, and firstEnrolment: contact sends a code by email or by text message',
  ],
  [withMail({ user: 'me' }), 'channels.email.user has no password'],
  [withMail({ passwordFile: 'secret' }), 'channels.email.user has a password but no user'],
  [withMail({ port: 465 }), 'channels.email.port speaks TLS from the first byte'],
  [
    withMail({ user: 'me', passwordFile: 'secret', requireTls: false }),
    'channels.email.requireTls would send the password in the clear',
  ],
  [
    withMail({ user: 'me', passwordFile: 'secret', passwordEnv: 'SMTP' }),
    'channels.email says passwordFile and passwordEnv',
  ],
  [withMail({ from: 'a\r\nBcc: b@c.d' }), 'channels.email.from is not accepted'],
  [{ ...GOOD, factors: ['dingtalk'] }, 'factors[0] cannot be enabled in this release'],
  [
    { ...GOOD, factors: ['bypass-code'] },
    'factors[0] is handed out by operators, and is no factor',
  ],
  [
    { ...GOOD, acr: [{ value: 'a', factors: ['email', 'totp', 'bypass-code'] }] },
    'acr[0].factors[2] is handed out by operators, and stands on no rung',
  ],
  [
    {
      ...{ ...GOOD, firstEnrolment: 'bindCode' },
      acr: [{ value: 'a', factors: ['email', 'totp'], enrolledBy: ['operator', 'import'] }],
    },
    'firstEnrolment is bindCode, and no rung of acr takes an OTP app that was enrolled so',
  ],
  [{ ...GOOD, factors: ['sms'] }, 'channels.sms is missing, and the factor sms is enabled'],
  [
    {
      ...GOOD,
      ...{ factors: ['totp'], channels: { sms: [GATEWAY] } },
      acr: [{ value: 'a', factors: ['email', 'totp'] }],
    },
    'firstEnrolment is contact, and no rung of acr takes the code by sms that comes first',
  ],
  [
    withText({ url: 'http://gateway.example.com' }),
    `${TEXT}.url is neither https nor http on loopback`,
  ],
  [withText({ name: 'Gateway One' }), `${TEXT}.name is not accepted`],
  [withText({ method: 'GET' }), `${TEXT}.method is not accepted`],
  [withText({ timeoutSeconds: 60 }), `${TEXT}.timeoutSeconds is too large`],
  [withText({ provider: 'pigeon' }), `${TEXT}.provider is not accepted`],
  [withText({ body: {} }), `${TEXT}.body says none of json, form`],
  [
    withText({ body: { json: { to: '{to}' } } }),
    `${TEXT}.body.json does not say what is sent to whom`,
  ],
  [
    withText({ body: { form: { to: '{to}', text: '{text}', a: '{code}' } } }),
    `${TEXT}.body.form holds {code}, which nothing is known of`,
  ],
  [
    withText({ body: { form: { to: '{to}', text: ['{text}'] } } }),
    `${TEXT}.body.form holds what is no text`,
  ],
  [
    withText({ headers: [{ name: 'Content-Type', value: 'text/plain' }] }),
    `${TEXT}.headers[0].name is a header that Sallyport writes itself`,
  ],
  [
    withText({ headers: [{ name: 'X-Key', value: 'a', file: 'secret' }] }),
    `${TEXT}.headers[0] says value and file`,
  ],
  [
    withText({ headers: [{ name: 'X-Key', value: 'a\r\nX-Other: b' }] }),
    `${TEXT}.headers[0].value is not accepted`,
  ],
  [withText({ success: { equals: 0 } }), `${TEXT}.success says equals alone`],
  [withText({ success: { status: [302] } }), `${TEXT}.success.status[0] is too large`],
  [
    { ...GOOD, channels: { ...GOOD.channels, sms: [GATEWAY, GATEWAY] } },
    'channels.sms[1].name is written twice',
  ],
  [
    { ...GOOD, channels: { ...GOOD.channels, smsRegions: ['CN', 'CN'] } },
    'channels.smsRegions names a country twice',
  ],
  [{ ...GOOD, factors: ['carrier-pigeon'] }, 'factors[0] is not a factor'],
  [{ ...GOOD, factors: ['totp', 'totp'] }, 'factors names a factor twice'],
  [
    { ...GOOD, factors: ['email'], acr: [{ value: 'a', factors: ['totp'] }] },
    'factors[0] is on no rung of acr',
  ],
  [
    {
      ...GOOD,
      firstEnrolment: 'open',
      acr: [{ value: 'a', factors: ['email', 'totp'], enrolledBy: ['operator', 'import'] }],
    },
    'firstEnrolment is open, and no rung of acr takes an OTP app that was enrolled so',
  ],
  [
    { ...GOOD, factors: ['totp'], acr: [{ value: 'a', factors: ['totp'] }] },
    'firstEnrolment is contact, and no rung of acr takes the code by email that comes first',
  ],
  [
    {
      ...GOOD,
      factors: ['totp'],
      acr: [
        { value: 'a', factors: ['email'] },
        { value: 'b', factors: ['totp'], enrolledBy: ['contact'] },
      ],
    },
    'firstEnrolment is contact, and no rung of acr takes the code by email that comes first',
  ],
  [
    {
      ...GOOD,
      factors: ['totp'],
      acr: [{ value: 'a', factors: ['email', 'totp'], enrolledBy: ['operator', 'import'] }],
    },
    'firstEnrolment is contact, and no rung of acr takes an OTP app that was enrolled so',
  ],
  [
    {
      ...GOOD,
      factors: ['email'],
      acr: [{ value: 'a', factors: ['email'], enrolledBy: ['contact'] }],
    },
    'acr[0].enrolledBy can never be met by email',
  ],
  [
    {
      ...GOOD,
      acr: [
        { value: 'a', factors: ['email', 'totp'] },
        { value: 'b', factors: ['totp'], enrolledBy: ['bind-code', 'factor'] },
      ],
    },
    'acr[1].enrolledBy can never be met by totp',
  ],
  [
    { ...GOOD, acr: [{ value: 'exempt', factors: ['totp', 'email'] }] },
    'acr[0].value is reserved for those who are not asked',
  ],
  [{ ...GOOD, stepUp: { lifetimeSeconds: 901 } }, 'stepUp.lifetimeSeconds is too large'],
  [{ ...GOOD, stepUp: { codeDigits: 7 } }, 'stepUp.codeDigits is not accepted'],
  [{ ...GOOD, language: 'de' }, 'language is not accepted'],
  [{ ...GOOD, timeZone: 'Mars/Olympus' }, 'timeZone is not accepted'],
  [{ ...GOOD, privacyUrl: 'javascript:alert(1)' }, 'privacyUrl is not accepted'],
  [{ ...GOOD, theme: { brand: 'red' } }, 'theme.brand is not accepted'],
  [
    { ...GOOD, theme: { logo: 'logo.gif' } },
    'theme.logo is no picture that browsers are sure to show',
  ],
  [{ ...GOOD, retention: { accountsDays: 0 } }, 'retention.accountsDays is too small'],
  [{ ...GOOD, retention: { tokensDays: 30 } }, 'retention.tokensDays is read by nobody'],
]

describe('a configuration', () => {
  test('holds gateways for text messages with what is secret in their headers, and 28 countries', () => {
    const parsed = parse({ ...withText({}), factors: ['sms'] })
    assert.ok(parsed.ok, parsed.ok ? '' : formatProblems(parsed.error))
    const [gateway] = parsed.value.channels.sms
    assert.ok(gateway !== undefined)
    const [header] = gateway.headers
    assert.ok(header?.value instanceof Secret)
    assert.equal(header.value.reveal(), 'correct horse battery')
    assert.deepEqual(
      { ...gateway, headers: [] },
      {
        ...{ name: 'one', url: 'https://gateway.example.com/send', method: 'POST', headers: [] },
        body: { as: 'json', template: { to: '{to}', text: '{text}' } },
        success: { status: [200, 201, 202], member: null },
        ...{ messageIdPath: null, timeoutSeconds: 5 },
      },
    )
    assert.equal(parsed.value.channels.smsRegions.length, 28)
  })

  test('is read with its defaults, its files and its choices as unions', () => {
    const parsed = parse(GOOD)
    assert.ok(parsed.ok, parsed.ok ? '' : formatProblems(parsed.error))
    const { clients, encryption, acr, channels, store, listen } = parsed.value
    const [client] = clients
    assert.equal(client?.name, 'sso')
    assert.deepEqual(client.subject, {
      from: ['par'],
      claim: 'login_hint',
      directories: [['local']],
    })
    assert.ok(client.auth.method === 'client_secret_basic')
    assert.equal(client.auth.secret.reveal(), 'correct horse battery')
    assert.deepEqual([...(encryption.keys[0]?.secret.reveal() ?? [])], Array(32).fill(7))
    assert.deepEqual(
      acr.map(({ value, enrolledBy }) => [value, enrolledBy]),
      [
        ['mfa', null],
        ['mfa-app', ['bind-code', 'operator', 'import', 'factor']],
        ['phr', ['bind-code', 'operator', 'import', 'factor']],
      ],
    )
    assert.equal(channels.email?.requireTls, true)
    assert.deepEqual(store, {
      ...{ engine: 'sqlite', file: '/etc/sp/sallyport.db', migrate: 'auto' },
    })
    assert.equal(listen.host, '127.0.0.1')
  })

  test('takes keys by file as if they were written inline', () => {
    const parsed = parse(jwt({ jwksFile: 'jwks.json' }))
    assert.ok(parsed.ok && parsed.value.clients[0]?.auth.method === 'private_key_jwt')
    assert.equal(parsed.value.clients[0].auth.keys.from, 'inline')
  })

  test('demands no STARTTLS of a mail server on loopback', () => {
    const parsed = parse(withMail({ host: '127.0.0.1' }))
    assert.equal(parsed.ok && parsed.value.channels.email?.requireTls, false)
  })

  for (const [written, complaint] of BAD)
    test(`is refused: ${complaint}`, () => {
      assert.deepEqual(complaints(stringify(written)), [complaint])
    })

  test('has no client that is called after the place of its keys', () => {
    const jwksUri = 'https://sso.example.com/realms/acme/certs'
    const called = (id: string) =>
      complaints(stringify(withClient({ id, auth: { method: 'private_key_jwt', jwksUri } })))
    const says = /clients\[0\]\.id is the address below which its keys lie/
    for (const id of ['https://sso.example.com/realms/acme', 'https://sso.example.com/'])
      assert.match(called(id).join('\n'), says)
    assert.doesNotMatch(called('https://sso.example.com/realms/acm').join('\n'), says)
    assert.deepEqual(called('sso.example.com'), [])
  })

  test('tells every problem at once, also of a section that is wrong itself', () => {
    const written = {
      ...withMail({ port: 0, passwordEnv: 'GONE', user: 'me', hots: 'x' }),
      issuer: 'ftp://x',
      clients: [{ ...CLIENT, id: 'a b' }, CLIENT, CLIENT],
      management: { port: 8080 },
    }
    assert.deepEqual(complaints(stringify(written)).sort(), [
      'channels.email.hots is read by nobody',
      'channels.email.passwordEnv names an environment variable that is not set',
      'channels.email.port is too small',
      'clients[0].id is not accepted',
      'clients[2].id is written twice',
      'issuer is neither https nor http on loopback',
      'management.port is also the port of listen',
    ])
  })

  test('is explained with line, key and what would be right', () => {
    const yaml = stringify({ ...GOOD, listen: { port: 99999 }, chanels: {} })
    const parsed = parseConfig(sources(yaml))
    assert.ok(!parsed.ok)
    const line = (key: string) => yaml.split('\n').findIndex((text) => text.includes(key)) + 1
    assert.deepEqual(parsed.error, [
      {
        key: 'listen.port',
        at: `/etc/sp/sallyport.yaml:${line('port: 99999')}`,
        says: 'is too large',
        wanted: 'a whole number from 0 to 65535',
      },
      {
        key: 'chanels',
        at: `/etc/sp/sallyport.yaml:${line('chanels')}`,
        says: 'is read by nobody',
        wanted: 'did you mean channels?',
      },
    ])
    assert.match(formatProblems(parsed.error), /2 problems; nothing was started/)
  })

  test('never repeats what was written, nor shows a secret', () => {
    const parsed = parse({
      ...withMail({ passwordFile: 'hunter2' }),
      logLevel: 'hunter2',
      org: ['hunter2'],
    })
    assert.ok(!parsed.ok)
    assert.doesNotMatch(JSON.stringify(parsed.error), /hunter2/)
    const good = parse(GOOD)
    assert.doesNotMatch(JSON.stringify(good), /correct horse/)
  })
})
