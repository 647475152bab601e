import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { parseConfig } from '../../src/config/index.ts'
import { ok, Secret } from '../../src/kernel/index.ts'
import { type Finding, judge, type Own, readRealm } from '../../src/keycloak/index.ts'
import { runAny } from '../demo/world.ts'
import { type Keycloak, openKeycloak } from '../support/keycloak.ts'
import { needs } from '../support/needs.ts'
import { type Company, openCompany } from './company.ts'
import { type Hands, handsOf } from './realm-hands.ts'

const TIMEOUT = { timeout: 120_000 }
const ADMIN = {
  by: 'password',
  realm: 'master',
  user: 'admin',
  password: new Secret('admin'),
} as const

type Planted = {
  readonly mistake: string
  readonly plant: (hands: Hands, company: Company) => Promise<readonly (() => Promise<unknown>)[]>
  readonly weighs: Finding['weighs']
  readonly says: RegExp
  /** Of the admin console, or of our configuration. */
  readonly where: RegExp
}

const STEP = /Authentication → Flows → browser-stepup/
const SETTINGS = /browser-stepup → Sallyport → Settings \(gear\), /

const PLANTED: readonly Planted[] = [
  {
    mistake: 'another browser flow is bound',
    plant: async (hands) => [await hands.realm({ browserFlow: 'browser' })],
    ...{
      weighs: 'wrong',
      says: /browser flow is browser, .* browser-stepup has one and is not bound/,
    },
    where: /Flows → browser-stepup → Action → Bind flow/,
  },
  {
    mistake: 'the step is switched off',
    plant: async (hands) => [await hands.requirement('sallyport', 'DISABLED')],
    ...{ weighs: 'wrong', says: /has the step of Sallyport, but switched off/, where: STEP },
  },
  {
    mistake: 'the step has no settings',
    plant: async (hands) => [await hands.noSettings('sallyport')],
    ...{
      weighs: 'wrong',
      says: /has no settings/,
      where: /Settings \(gear\): Issuer and Client ID/,
    },
  },
  {
    mistake: 'there is no map of levels',
    plant: async (hands) => [await hands.attributes({ 'acr.loa.map': '{}' })],
    ...{
      weighs: 'wrong',
      says: /There is no ACR to LoA mapping of the realm/,
      where: /ACR to LoA Mapping: mfa = 2/,
    },
  },
  {
    mistake: 'the map of levels lacks the one of the step',
    plant: async (hands) => [await hands.attributes({ 'acr.loa.map': '{"pwd":1}' })],
    ...{ weighs: 'wrong', says: /has no acr for level 2/, where: /ACR to LoA Mapping: mfa = 2/ },
  },
  {
    mistake: 'no level stands around the step',
    plant: async (hands) => [await hands.requirement('loa-2', 'DISABLED')],
    ...{ weighs: 'wrong', says: /no Condition - Level of Authentication around/, where: STEP },
  },
  {
    mistake: 'nobody looks at the level around the step',
    plant: async (hands) => [await hands.requirement('stepup-level-2', 'REQUIRED')],
    ...{ weighs: 'wrong', says: /loa-2|Level of Authentication.* is not looked at/, where: STEP },
  },
  {
    mistake: 'Condition - user configured stands in level 2',
    plant: async (hands) => [
      await hands.add('stepup-level-2', 'conditional-user-configured', 'REQUIRED'),
    ],
    ...{
      weighs: 'mind',
      says: /user configured stands in the sub-flow/,
      where: /take out Condition/,
    },
  },
  {
    mistake: 'Condition - user configured stands in level 2, with the OTP form beside',
    plant: async (hands) => [
      await hands.add('stepup-level-2', 'conditional-user-configured', 'REQUIRED'),
      await hands.add('stepup-level-2', 'auth-otp-form', 'REQUIRED'),
    ],
    ...{ weighs: 'wrong', says: /same sub-flow as .* and OTP Form/, where: /take out Condition/ },
  },
  {
    mistake: 'the OTP form comes before the step',
    plant: async (hands) => [
      await hands.otpApp('otto'),
      await hands.add('stepup-level-2', 'auth-otp-form', 'ALTERNATIVE'),
      await hands.requirement('sallyport', 'ALTERNATIVE'),
    ],
    ...{ weighs: 'wrong', says: /Alternative beside OTP Form: 1 of 2 people/, where: STEP },
  },
  {
    mistake: 'the step is an alternative that is never reached',
    plant: async (hands) => [
      await hands.add('stepup-level-2', 'auth-otp-form', 'REQUIRED'),
      await hands.requirement('sallyport', 'ALTERNATIVE'),
    ],
    ...{ weighs: 'wrong', says: /is never reached/, where: STEP },
  },
  {
    mistake: 'the issuer ends with a slash',
    plant: async (hands, { sallyport }) => [
      await hands.settings('sallyport', { issuer: `${sallyport}/` }),
    ],
    ...{
      weighs: 'wrong',
      says: /Issuer of .* is not what the step can use/,
      where: /no trailing slash/,
    },
  },
  {
    mistake: 'nobody answers at the issuer',
    plant: async (hands) => [await hands.settings('sallyport', { issuer: 'http://127.0.0.1:1' })],
    ...{
      weighs: 'wrong',
      says: /Nobody answers as Sallyport at http:\/\/127.0.0.1:1/,
      where: /Issuer/,
    },
  },
  {
    mistake: 'the issuer is somebody else',
    plant: async (hands, { realmUrl }) => [await hands.settings('sallyport', { issuer: realmUrl })],
    ...{
      weighs: 'wrong',
      says: /Issuer of the step is http:.*, and that of the configuration is/,
      where: SETTINGS,
    },
  },
  {
    mistake: 'the client id is the URL of the realm',
    plant: async (hands, { realmUrl }) => [
      await hands.settings('sallyport', { clientId: realmUrl }),
    ],
    ...{ weighs: 'wrong', says: /Client ID is the URL of the realm/, where: SETTINGS },
  },
  {
    mistake: 'the client is not known to Sallyport',
    plant: async (hands) => [await hands.settings('sallyport', { clientId: 'keyclaok' })],
    ...{
      weighs: 'wrong',
      says: /no such client/,
      where: /sallyport keycloak client --realm-url http/,
    },
  },
  {
    mistake: 'the acr is none of the ladder',
    plant: async (hands) => [await hands.settings('sallyport', { acrByLevel: '2=gold' })],
    ...{
      weighs: 'wrong',
      says: /acr of the configuration has no gold/,
      where: /one of mfa, mfa-app/,
    },
  },
  {
    mistake: 'nothing is asked for at the level of the step',
    plant: async (hands) => [await hands.settings('sallyport', { acrByLevel: '1=mfa' })],
    ...{
      weighs: 'wrong',
      says: /stands at level 2, for which acr by level lists nothing/,
      where: /2=mfa/,
    },
  },
  {
    mistake: 'brute force detection is off',
    plant: async (hands) => [await hands.realm({ bruteForceProtected: false })],
    ...{
      weighs: 'wrong',
      says: /Brute force detection is off/,
      where: /Brute Force Mode, Lockout temporarily/,
    },
  },
  {
    mistake: 'people may change the user name that they are found by',
    plant: async (hands) => [await hands.realm({ editUsernameAllowed: true })],
    ...{ weighs: 'wrong', says: /user name, and may change it/, where: /Login → Edit username/ },
  },
  {
    mistake: 'people may change the attribute that they are found by',
    plant: async (hands) => [
      await hands.attribute('badge', ['admin', 'user']),
      await hands.settings('sallyport', { nameFrom: 'attribute', nameAttribute: 'badge' }),
    ],
    ...{
      weighs: 'wrong',
      says: /attribute badge, which they may change/,
      where: /User profile → badge/,
    },
  },
  {
    mistake: 'people may change the address that they are found by',
    plant: async (hands) => [await hands.settings('sallyport', { nameFrom: 'email' })],
    ...{ weighs: 'wrong', says: /email address, and may change it/, where: /User profile → email/ },
  },
  {
    mistake: 'people are named by another claim than Sallyport looks at',
    plant: async (hands) => [await hands.settings('sallyport', { nameFrom: 'email' })],
    ...{
      weighs: 'wrong',
      says: /names people by email, and Sallyport looks at preferred_username/,
    },
    where: /clients\[0\]\.subject\.claim/,
  },
  {
    mistake: 'no directory is named for a user federation provider',
    plant: async (hands) => [
      await hands.federation('corp-ldap'),
      await hands.settings('sallyport', { nameFrom: 'ldapId' }),
    ],
    ...{ weighs: 'wrong', says: /No directory of Sallyport is named for people of corp-ldap/ },
    where: /Directories: corp-ldap=NAME/,
  },
  {
    mistake: 'the directory of a user federation provider is not configured',
    plant: async (hands) => [
      await hands.federation('corp-ldap'),
      await hands.settings('sallyport', { directories: 'corp-ldap=corp' }),
    ],
    ...{
      weighs: 'wrong',
      says: /corp-ldap in the directory corp, which the configuration does not/,
    },
    where: /one of local/,
  },
  {
    mistake: 'the user federation provider is called otherwise',
    plant: async (hands) => [await hands.settings('sallyport', { directories: 'corp-ldpa=local' })],
    ...{
      weighs: 'wrong',
      says: /names corp-ldpa, and no user federation provider/,
      where: /Directories/,
    },
  },
  {
    mistake: 'form-action keeps Sallyport out',
    plant: async (hands) => [
      await hands.security({ contentSecurityPolicy: "frame-src 'self'; form-action 'self'" }),
    ],
    ...{ weighs: 'wrong', says: /form-action without http:\/\/localhost/, where: /Headers/ },
  },
  {
    mistake: 'whom nobody asks is accepted',
    plant: async (hands) => [await hands.settings('sallyport', { acceptExempt: 'true' })],
    ...{ weighs: 'mind', says: /Accept exempt is on/, where: SETTINGS },
  },
  {
    mistake: 'a session keeps level 2 for its whole life',
    plant: async (hands) => [await hands.settings('loa-2', { 'loa-max-age': '36000' })],
    ...{ weighs: 'mind', says: /keeps level 2 for 36000 seconds/, where: /Max Age/ },
  },
  {
    mistake: 'the required action is not registered',
    plant: async (hands) => [await hands.noAction('sallyport-enrol', 'Manage second factor')],
    ...{
      weighs: 'mind',
      says: /sallyport-enrol is not registered/,
      where: /Required actions: switch on Manage/,
    },
  },
  {
    mistake: 'an application relies on its minimum alone',
    plant: async (hands) => [await hands.noScope('shop', 'acr')],
    ...{
      weighs: 'mind',
      says: /client shop relies on Minimum ACR Value alone/,
      where: /Clients → shop/,
    },
  },
  {
    mistake: 'no application hears how old the proof is',
    plant: async (hands) => [
      await hands.noMapper('shop', 'stepup_auth_time'),
      await hands.noMapper('kiosk', 'stepup_auth_time'),
    ],
    ...{
      weighs: 'mind',
      says: /No application is told stepup.auth_time/,
      where: /User Session Note/,
    },
  },
  {
    mistake: 'an application has a flow of its own without the step',
    plant: async (hands) => [
      await hands.client('kiosk', {
        authenticationFlowBindingOverrides: { browser: await hands.flow('browser') },
      }),
    ],
    ...{
      weighs: 'mind',
      says: /kiosk has a browser flow of their own, browser/,
      where: /kiosk → Advanced/,
    },
  },
  {
    mistake: 'an application takes passwords itself',
    plant: async (hands) => [await hands.client('kiosk', { directAccessGrantsEnabled: true })],
    ...{
      weighs: 'mind',
      says: /client kiosk may sign people in by Direct access grants/,
      where: /off/,
    },
  },
]

describe('sallyport keycloak check', { ...needs('mvn', 'unzip') }, () => {
  let keycloak: Keycloak
  let company: Company
  let hands: Hands
  let own: Own
  before(async () => {
    keycloak = await openKeycloak()
    company = await openCompany(keycloak, ['ada'])
    hands = handsOf(company)
    own = ownOf(readFileSync(company.config, 'utf8'), company.config)
  })
  after(async () => {
    await company?.[Symbol.asyncDispose]()
    await keycloak?.[Symbol.asyncDispose]()
  })

  async function findings(): Promise<readonly Finding[]> {
    const place = { url: keycloak.url, realm: company.realm, credentials: ADMIN }
    const realm = await readRealm(place, fetch)
    assert.ok(realm.ok, realm.ok ? '' : realm.error)
    return judge(realm.value, own).findings.filter(({ says }) => !isOld(says))
  }
  /** The older of those that we run is one that somebody should replace. */
  const isOld = (says: string) => keycloak.version !== '26.7.3' && says.includes('has holes')

  test('finds nothing in the realm that is shipped', TIMEOUT, async () => {
    assert.deepEqual(await findings(), [])
  })

  for (const { mistake, plant, weighs, says, where } of PLANTED)
    test(`finds that ${mistake}`, TIMEOUT, async () => {
      const undo = await plant(hands, company)
      try {
        const found = await findings()
        const one = found.find((finding) => says.test(finding.says))
        assert.ok(one, JSON.stringify(found, null, 1))
        assert.equal(one.weighs, weighs)
        assert.match(one.where, where)
      } finally {
        for (const back of undo.toReversed()) await back()
      }
    })

  test('finds nothing once all of it was taken back', TIMEOUT, async () => {
    assert.deepEqual(await findings(), [])
  })

  function command(env: Readonly<Record<string, string>>, ...more: readonly string[]) {
    const names = Object.keys(env)
    Object.assign(process.env, env)
    try {
      return runAny('keycloak', 'check', '--url', keycloak.url, ...more)
    } finally {
      for (const name of names) delete process.env[name]
    }
  }
  const AS_ADMIN = { SALLYPORT_KEYCLOAK_USER: 'admin', SALLYPORT_KEYCLOAK_PASSWORD: 'admin' }

  test('says at the command line what to change, and ends with 1', TIMEOUT, async () => {
    const file = company.config.replace('.yaml', '-other.yaml')
    const text = readFileSync(company.config, 'utf8')
    writeFileSync(file, text.replace('/sallyport/callback', '/sallyport/callbak'))
    const ran = command(AS_ADMIN, '--realm', company.realm, '--config', file)
    assert.equal(ran.status, 1, ran.stderr)
    assert.match(ran.stdout, /WRONG: The redirect URI of the realm is not registered/)
    assert.match(ran.stdout, /change: clients\[0\]\.redirectUris .*\/sallyport\/callback\n/)
    assert.match(ran.stdout, /\d things? wrong; people may be refused/)
    // Of the versions that we promise the older one has holes that the newer one closes.
    assert.equal(/WRONG: Keycloak .* has holes/.test(ran.stdout), keycloak.version !== '26.7.3')
  })

  test('ends with 0 where all is well, read by the least that it needs', TIMEOUT, async () => {
    const id = 'checker'
    const secret = await hands.account(id, ['view-realm', 'view-clients'])
    const env = { SALLYPORT_KEYCLOAK_CLIENT_ID: id, SALLYPORT_KEYCLOAK_CLIENT_SECRET: secret }
    const ran = command(env, '--realm', company.realm, '--config', company.config)
    assert.deepEqual([ran.status, ran.stderr], [0, ''], ran.stdout)
    assert.match(ran.stdout, /All is well\./)
    assert.match(ran.stdout, /version +not told to this account/)
  })

  test('names the roles that are missing', TIMEOUT, async () => {
    for (const [roles, missing] of [
      [[], /view-realm and view-clients of the client realm-management/],
      [['query-clients'], /view-realm and view-clients/],
      [['view-realm'], /needs view-clients/],
      [['view-clients'], /needs view-realm/],
    ] as const) {
      const id = `checker-${roles.join('-')}-`
      const secret = new Secret(await hands.account(id, roles))
      const credentials = { by: 'client', realm: company.realm, id, secret } as const
      const read = await readRealm({ url: keycloak.url, realm: company.realm, credentials }, fetch)
      assert.ok(!read.ok)
      assert.match(read.error, missing)
    }
  })

  test('says why it cannot ask', TIMEOUT, () => {
    const token = { SALLYPORT_KEYCLOAK_TOKEN: 'not-a-token' }
    const cases = [
      [token, ['--realm', company.realm], 69, /does not take the access token \(401\)/],
      [AS_ADMIN, ['--realm', 'nowhere'], 69, /there is no realm nowhere/],
      [
        { ...AS_ADMIN, SALLYPORT_KEYCLOAK_PASSWORD: 'wrong-one' },
        ['--realm', company.realm],
        69,
        /cannot sign in to the realm master/,
      ],
      [
        AS_ADMIN,
        ['--realm', company.realm, '--url', 'http://127.0.0.1:1'],
        69,
        /127\.0\.0\.1:1 cannot be asked/,
      ],
    ] as const
    for (const [env, line, status, says] of cases) {
      const ran = command(env, ...line)
      assert.deepEqual([ran.status, ran.stdout], [status, ''])
      assert.match(ran.stderr, says)
      assert.doesNotMatch(ran.stderr, /not-a-token|wrong-one/)
    }
  })
})

function ownOf(yaml: string, file: string): Own {
  const readFile = () => ok(Buffer.from(Buffer.alloc(32, 7).toString('base64')))
  const parsed = parseConfig({ yaml, file, env: {}, readFile })
  assert.ok(parsed.ok)
  return parsed.value
}
