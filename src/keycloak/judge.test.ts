import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { judge, type Own } from './judge.ts'
import type { Client, Execution, Flow, RealmAsRead } from './realm.ts'

const ISSUER = 'https://2fa.example.com'
const REALM_URL = 'https://sso.example.com/realms/acme'
const CERTS = `${REALM_URL}/protocol/openid-connect/certs`
const STEP = {
  issuer: ISSUER,
  clientId: 'keycloak-acme',
  acrByLevel: '2=mfa',
  nameFrom: 'username',
}

const step = (provider: string, requirement = 'REQUIRED', settings: Execution['settings'] = null) =>
  ({ name: provider, provider, requirement, settings, executions: [] }) satisfies Execution
const flow = (name: string, requirement: string, ...executions: Execution[]): Execution => ({
  ...{ name, provider: null, requirement, settings: null, executions },
})
const loa = (level: string, age = '300', requirement = 'REQUIRED') =>
  step('conditional-level-of-authentication', requirement, {
    'loa-condition-level': level,
    'loa-max-age': age,
  })
const sallyport = (more: Readonly<Record<string, string>> = {}, requirement = 'REQUIRED') =>
  step('sallyport', requirement, { ...STEP, ...more })

const level2 = (...members: Execution[]): Flow => ({
  ...{ alias: 'browser-stepup', isBound: true, clients: [] },
  executions: [
    step('auth-cookie', 'ALTERNATIVE'),
    flow(
      'forms',
      'ALTERNATIVE',
      flow('level-1', 'CONDITIONAL', loa('1'), step('auth-username-password-form')),
      flow('level-2', 'CONDITIONAL', ...members),
    ),
  ],
})

const mapper = (note: string, label = 'String') => ({
  protocolMapper: 'oidc-usersessionmodel-note-mapper',
  config: { 'user.session.note': note, 'jsonType.label': label },
})
const SHOP: Client = {
  ...{ clientId: 'shop', enabled: true, protocol: 'openid-connect', bearerOnly: false },
  ...{ standardFlowEnabled: true, directAccessGrantsEnabled: false },
  attributes: { 'minimum.acr.value': 'mfa' },
  authenticationFlowBindingOverrides: {},
  ...{ defaultClientScopes: ['acr'], optionalClientScopes: [] },
  protocolMappers: [mapper('stepup.acr'), mapper('stepup.amr', 'JSON'), mapper('stepup.auth_time')],
}
const SETTINGS: RealmAsRead['settings'] = {
  ...{ realm: 'acme', browserFlow: 'browser-stepup', bruteForceProtected: true },
  ...{ editUsernameAllowed: false, registrationAllowed: false, verifyEmail: true },
  ...{ registrationEmailAsUsername: false, duplicateEmailsAllowed: false },
  ...{ ssoSessionMaxLifespan: 36_000, browserSecurityHeaders: {} },
  attributes: { 'acr.loa.map': '{"pwd":1,"mfa":2}' },
}
const users = (name: string, ...edit: string[]) => ({ name, permissions: { edit } })
const GOOD: RealmAsRead = {
  ...{ name: 'acme', version: '26.7.3', hasJar: true, issuer: REALM_URL, jwksUri: CERTS },
  ...{ settings: SETTINGS, flows: [level2(loa('2'), sallyport())], clients: [SHOP] },
  clientScopes: [
    { name: 'acr', protocolMappers: [{ protocolMapper: 'oidc-acr-mapper', config: {} }] },
  ],
  federations: [],
  requiredActions: [{ alias: 'sallyport-enrol', isEnabled: true }],
  profile: { attributes: [users('username', 'admin', 'user'), users('email', 'admin', 'user')] },
  issuers: new Map([[ISSUER, { heard: 'metadata', issuer: ISSUER, takesPushed: true }]]),
  withOtp: null,
}
const OWN: Own = {
  issuer: ISSUER,
  directories: [{ name: 'local', type: 'local', suffixes: [], defaultCountry: null }],
  acr: [{ value: 'mfa', factors: ['totp'], enrolledBy: null }],
  clients: [
    {
      ...{ id: 'keycloak-acme', name: 'Acme', profile: 'standard', delegatedAmr: [] },
      auth: {
        method: 'private_key_jwt',
        keys: { from: 'uri', uri: CERTS },
        algorithms: ['RS256'],
      },
      redirectUris: [`${REALM_URL}/sallyport/callback`],
      subject: { from: ['par'], claim: 'preferred_username', directories: [['local']] },
      trustGroup: 'keycloak-acme',
    },
  ],
}
const [CLIENT] = OWN.clients

type Case = readonly [
  what: string,
  weighs: 'wrong' | 'mind',
  says: RegExp,
  realm: Partial<RealmAsRead>,
]
const withStep = (more: Readonly<Record<string, string>>): Partial<RealmAsRead> => ({
  flows: [level2(loa('2'), sallyport(more))],
})
const set = (more: Partial<RealmAsRead['settings']>, rest: Partial<RealmAsRead> = {}) => ({
  ...rest,
  settings: { ...SETTINGS, ...more },
})
const answers = (answer: object): Partial<RealmAsRead> => ({
  issuers: new Map([[ISSUER, answer as never]]),
})
const OTP = step('auth-otp-form', 'ALTERNATIVE')
const besideOtp = level2(loa('2'), OTP, sallyport({}, 'ALTERNATIVE'))
const shop = (more: Partial<Client>): Partial<RealmAsRead> => ({ clients: [{ ...SHOP, ...more }] })
const profile = (...attributes: ReturnType<typeof users>[]) => ({ profile: { attributes } })
const BADGE = { nameFrom: 'attribute', nameAttribute: 'badge' }

const CASES: readonly Case[] = [
  ['no step', 'wrong', /has no step of Sallyport\.$/, { flows: [level2(loa('2'))] }],
  ['no jar', 'wrong', /has no step of Sallyport/, { flows: [level2(loa('2'))], hasJar: false }],
  [
    'a sub-flow that is off',
    'wrong',
    /switched off/,
    {
      flows: [{ ...level2(), executions: [flow('forms', 'DISABLED', sallyport())] }],
    },
  ],
  ['no settings', 'wrong', /has no settings/, { flows: [level2(loa('2'), step('sallyport'))] }],
  ['no level', 'wrong', /no Condition - Level/, { flows: [level2(sallyport())] }],
  [
    'a level that is off',
    'wrong',
    /no Condition - Level/,
    {
      flows: [level2(loa('2', '300', 'DISABLED'), sallyport())],
    },
  ],
  [
    'a level without a number',
    'wrong',
    /says no level/,
    {
      flows: [level2(step('conditional-level-of-authentication'), sallyport())],
    },
  ],
  [
    'a level that nothing is asked for',
    'wrong',
    /lists nothing/,
    {
      flows: [level2(loa('3'), sallyport())],
    },
  ],
  [
    'a level for days',
    'mind',
    /keeps level 2 for 90000 seconds/,
    {
      flows: [level2(loa('2', '90000'), sallyport())],
    },
  ],
  [
    'a map that is no JSON',
    'wrong',
    /^The ACR to LoA mapping of the realm cannot be read/,
    set({ attributes: { 'acr.loa.map': '{' } }),
  ],
  ['no map', 'wrong', /^There is no ACR to LoA mapping of the realm\.$/, set({ attributes: {} })],
  [
    'a map with another number',
    'wrong',
    /mfa is level 3/,
    set({ attributes: { 'acr.loa.map': '{"mfa":3}' } }),
  ],
  [
    'a map with another name',
    'mind',
    /Level 2 is gold/,
    set({ attributes: { 'acr.loa.map': '{"gold":2}' } }),
  ],
  [
    'a map of a client without the level',
    'wrong',
    /of the client shop has no acr for level 2/,
    shop({ attributes: { 'acr.loa.map': '{"pwd":1}' } }),
  ],
  [
    'another condition',
    'mind',
    /decides whether/,
    { flows: [level2(loa('2'), step('conditional-user-role'), sallyport())] },
  ],
  [
    'an OTP form with nobody in it',
    'mind',
    /Alternative beside/,
    { flows: [besideOtp], withOtp: { count: 0, of: 9 } },
  ],
  ['an OTP form with who knows whom', 'mind', /people with an OTP app/, { flows: [besideOtp] }],
  [
    'an OTP form with people',
    'wrong',
    /3 of 9 people/,
    { flows: [besideOtp], withOtp: { count: 3, of: 9 } },
  ],
  [
    'an alternative beside what is required',
    'wrong',
    /never reached/,
    {
      flows: [level2(loa('2'), step('auth-otp-form'), sallyport({}, 'ALTERNATIVE'))],
    },
  ],
  ['a setting that cannot be', 'wrong', /setting Timeout/, withStep({ timeout: '5' })],
  ['an issuer with a slash', 'wrong', /setting Issuer/, withStep({ issuer: `${ISSUER}/` })],
  ...[
    'http://2fa.example.com',
    'http://127.0.0.2:8080',
    'HTTPS://2fa.example.com',
    'https:2fa.example.com',
    'https://2fa_1.example.com',
    'https://zweitfaktor-für.example.com',
    'https://2fa.example.com/a|b',
    'https://2fa.example.com/%zz',
    'https://ann:pw@2fa.example.com',
    'https://2fa.example.com/',
  ].map(
    (issuer): Case => [
      `an issuer that the jar refuses: ${issuer}`,
      'wrong',
      /setting Issuer/,
      withStep({ issuer }),
    ],
  ),
  [
    'a client id that is the realm',
    'wrong',
    /Client ID is the URL/,
    withStep({ clientId: REALM_URL }),
  ],
  ['nobody there', 'wrong', /Nobody answers as Sallyport/, answers({ heard: 'nothing', why: 'x' })],
  [
    'somebody else there',
    'wrong',
    /who answers there is https:\/\/x/,
    answers({ heard: 'metadata', issuer: 'https://x', takesPushed: true }),
  ],
  [
    'another provider there',
    'wrong',
    /not Sallyport/,
    answers({ heard: 'metadata', issuer: ISSUER, takesPushed: false }),
  ],
  [
    'form-action',
    'wrong',
    /form-action without/,
    set({
      browserSecurityHeaders: {
        contentSecurityPolicy: "frame-src 'self'; form-action 'self' https://x.com;",
      },
    }),
  ],
  ['exempt', 'mind', /Accept exempt/, withStep({ acceptExempt: 'true' })],
  ['brute force', 'wrong', /Brute force/, set({ bruteForceProtected: false })],
  ['an old version', 'wrong', /CVE-2026-18963/, { version: '26.5.6' }],
  [
    'an enrolment that is off',
    'mind',
    /switched off/,
    { requiredActions: [{ alias: 'sallyport-enrol', isEnabled: false }] },
  ],
  [
    'names that are edited',
    'wrong',
    /user name, and may change/,
    set({ editUsernameAllowed: true }),
  ],
  [
    'names that are addresses',
    'wrong',
    /is their email address/,
    set({ registrationEmailAsUsername: true }),
  ],
  ['names that anybody takes', 'mind', /anybody may register/, set({ registrationAllowed: true })],
  [
    'addresses that are edited',
    'wrong',
    /email address, and may change/,
    withStep({ nameFrom: 'email' }),
  ],
  [
    'addresses of several',
    'wrong',
    /several may have/,
    set({ duplicateEmailsAllowed: true }, withStep({ nameFrom: 'email' })),
  ],
  [
    'addresses that nobody verifies',
    'mind',
    /nobody has it verified/,
    set({ verifyEmail: false }, withStep({ nameFrom: 'email' })),
  ],
  [
    'an attribute that is edited',
    'wrong',
    /attribute badge, which they may/,
    { ...withStep(BADGE), ...profile(users('badge', 'user')) },
  ],
  [
    'an attribute that is nobody knows whose',
    'wrong',
    /attribute badge, which they may/,
    { ...withStep(BADGE), profile: { attributes: [], unmanagedAttributePolicy: 'ENABLED' } },
  ],
  [
    'an attribute that is nowhere',
    'mind',
    /profile of the realm does not have/,
    { ...withStep(BADGE), ...profile() },
  ],
  [
    'a federation without a directory',
    'wrong',
    /No directory .* of corp/,
    { ...withStep({ nameFrom: 'ldapId' }), federations: [{ name: 'corp', isEnabled: true }] },
  ],
  [
    'a federation by name',
    'mind',
    /corp are found by name/,
    { federations: [{ name: 'corp', isEnabled: true }] },
  ],
  [
    'a federation that there is not',
    'wrong',
    /names corp, and no/,
    withStep({ directories: 'corp=local' }),
  ],
  ['a minimum alone', 'mind', /Minimum ACR Value alone/, shop({ defaultClientScopes: [] })],
  [
    'no note',
    'mind',
    /No application is told stepup.acr, stepup.amr, stepup.auth_time/,
    shop({ protocolMappers: [] }),
  ],
  [
    'a note as a text',
    'mind',
    /mapped as String/,
    shop({
      protocolMappers: [mapper('stepup.acr'), mapper('stepup.amr'), mapper('stepup.auth_time')],
    }),
  ],
  ['direct grants', 'mind', /Direct access grants/, shop({ directAccessGrantsEnabled: true })],
  [
    'a flow of an own',
    'mind',
    /shop has a browser flow/,
    {
      flows: [
        level2(loa('2'), sallyport()),
        { alias: 'old', isBound: false, clients: ['shop'], executions: [] },
      ],
    },
  ],
]

describe('a realm', () => {
  test('that is good has no findings, compared or not', () => {
    assert.deepEqual(judge(GOOD, OWN).findings, [])
    assert.deepEqual(judge(GOOD, null).findings, [])
  })

  for (const [what, weighs, says, realm] of CASES)
    test(`is told of ${what}`, () => {
      const { findings } = judge({ ...GOOD, ...realm }, null)
      const found = findings.filter((one) => says.test(one.says))
      assert.equal(found.length, 1, JSON.stringify(findings, null, 1))
      assert.equal(found[0]?.weighs, weighs)
    })

  test('is not told of what is right', () => {
    const right: readonly Partial<RealmAsRead>[] = [
      { version: null },
      { flows: [level2(loa('1', '300'), sallyport())] },
      { flows: [level2(loa('2', '0'), sallyport())] },
      { ...withStep(BADGE), ...profile(users('badge', 'admin')) },
      { ...withStep(BADGE), profile: { attributes: [], unmanagedAttributePolicy: 'ADMIN_EDIT' } },
      {
        ...withStep({ directories: 'corp=local' }),
        federations: [{ name: 'corp', isEnabled: true }],
      },
      { federations: [{ name: 'gone', isEnabled: false }] },
      set({ browserSecurityHeaders: { contentSecurityPolicy: `form-action 'self' ${ISSUER}` } }),
      shop({ attributes: { 'acr.loa.map': '{}' } }),
      shop({ clientId: 'admin-cli', directAccessGrantsEnabled: true }),
    ]
    for (const realm of right)
      assert.deepEqual(judge({ ...GOOD, ...realm }, null).findings, [], JSON.stringify(realm))
  })

  test('is told where applications get the notes', () => {
    const stepup = { name: 'stepup', protocolMappers: SHOP.protocolMappers }
    const where = (clientScopes: RealmAsRead['clientScopes']) =>
      judge({ ...GOOD, ...shop({ protocolMappers: [] }), clientScopes }, null)
        .findings.filter(({ says }) => says.startsWith('No application is told'))
        .map((one) => one.where)
        .join()
    assert.match(where(GOOD.clientScopes), /^Client scopes → stepup → Mappers → /)
    assert.match(
      where([...GOOD.clientScopes, stepup]),
      /^Clients → shop → Client scopes → Add client scope: stepup, as Default$/,
    )
  })

  test('has its worst first, and each once', () => {
    const flows = [
      level2(loa('2'), sallyport({ acceptExempt: 'true' }), sallyport({ acceptExempt: 'true' })),
    ]
    const { findings } = judge({ ...GOOD, ...set({ bruteForceProtected: false }), flows }, null)
    assert.deepEqual(
      findings.map(({ weighs }) => weighs),
      ['wrong', 'mind'],
    )
  })
})

describe('a realm beside our configuration', () => {
  const CHANGED: readonly (readonly [says: RegExp, own: Partial<Own>])[] = [
    [/and that of the configuration is https:\/\/other/, { issuer: 'https://other.example.com' }],
    [/has no such client/, { clients: [] }],
    [/has no mfa/, { acr: [] }],
    ...(CLIENT === undefined
      ? []
      : (
          [
            [
              /redirect URI of the realm is not registered/,
              { redirectUris: [`${REALM_URL}/sallyport/callback/`] },
            ],
            [/may not push requests/, { subject: { ...CLIENT.subject, from: ['request_object'] } }],
            [/looks at login_hint/, { subject: { ...CLIENT.subject, claim: 'login_hint' } }],
            [
              /keys of the client .* are read at https:\/\/x/,
              { auth: { ...CLIENT.auth, keys: { from: 'uri', uri: 'https://x' } } },
            ],
            [/may not\.$/, { auth: { ...CLIENT.auth, algorithms: ['ES256'] } }],
            [/proves itself by a secret/, { auth: { method: 'client_secret_basic' } }],
          ] as const
        ).map(
          ([says, client]) => [says, { clients: [{ ...CLIENT, ...client } as never] }] as const,
        )),
  ]
  for (const [says, own] of CHANGED)
    test(`is told: ${says.source}`, () => {
      const { findings } = judge(GOOD, { ...OWN, ...own })
      assert.ok(
        findings.some((one) => one.weighs === 'wrong' && says.test(one.says)),
        JSON.stringify(findings),
      )
    })

  test('is told of directories that are not here, or not asked for the client', () => {
    const realm = {
      ...GOOD,
      ...withStep({ directories: 'corp=corp' }),
      federations: [{ name: 'corp', isEnabled: true }],
    }
    const says = (own: Own) => judge(realm, own).findings.map((one) => one.says)
    assert.match(
      says(OWN).join('\n'),
      /corp in the directory corp, which the configuration does not/,
    )
    const corp = { name: 'corp', type: 'local', suffixes: [], defaultCountry: null } as const
    assert.match(says({ ...OWN, directories: [corp] }).join('\n'), /may not ask there/)
  })
})
