import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { hearing } from '../../test/support/hearing.ts'
import { keycloak } from '../compose-keycloak.ts'
import { parseConfig } from '../config/index.ts'
import { fail, ok } from '../kernel/index.ts'
import type { KeycloakPlace } from '../keycloak/index.ts'
import { run } from './run.ts'
import type { KeycloakTools } from './tools.ts'
import type { World } from './world.ts'

const FIELD_KEY = Buffer.alloc(32, 7).toString('base64')
const REALM_URL = 'https://sso.example.com/realms/acme'
const BEFORE = `
issuer: https://2fa.example.com
store: { engine: sqlite, file: sallyport.db }
encryption: { keys: [{ id: k1, env: FIELD_KEY }] }
directories: [{ name: local, type: local }, { name: other, type: local }]
factors: [totp]
firstEnrolment: open
clients:
`
const OTHER = `  - id: sso
    auth: { method: client_secret_basic, secretEnv: CLIENT_SECRET }
    redirectUris: [https://sso.example.com/2fa/callback]
    subject: { from: par }
`
const ENV = { FIELD_KEY, CLIENT_SECRET: 'a-secret-of-at-least-32-characters-9f2c' }
const FINDING = {
  weighs: 'wrong',
  says: 'It is\u001b[2J wrong.',
  why: 'so.',
  where: 'there',
} as const

function bench(examine: KeycloakTools['examine'] = keycloak.examine) {
  const never = () => Promise.reject(new Error('no test asks for this'))
  const sallyport = async (line: readonly string[], env: World['env'] = {}) => {
    const seen = { out: '', err: '' }
    const world: World = {
      io: {
        ...hearing(seen),
        readStdin: never,
        readFile: (path) => (path === 'a.yaml' ? ok(Buffer.from(BEFORE + OTHER)) : fail('gone')),
        writeFile: () => fail('nothing is written'),
      },
      ...{ operator: 'ann', version: '0.0.0', inspect: never, migrateStore: never },
      ...{ copyStore: never, openTools: never, stopped: never },
      clock: { now: () => 0 as never },
      random: { bytes: () => new Uint8Array() },
      env: { ...ENV, ...env },
      openKeycloak: async () => ({ ...keycloak, examine }),
    }
    return { code: await run(['keycloak', ...line], world), ...seen }
  }
  return sallyport
}

const parsed = (clients: string) =>
  parseConfig({ yaml: BEFORE + clients, file: 'a.yaml', env: ENV, readFile: () => fail('none') })

describe('keycloak client', () => {
  const LINES: readonly (readonly string[])[] = [
    [],
    ['--id', 'kc', '--name', 'Acme: "sign-in" #1', '--claim', 'email'],
    ['--directories', 'other', 'local'],
    ['--directories', 'other,local'],
    ['--config', 'a.yaml'],
  ]
  for (const line of LINES)
    test(`prints what the configuration takes, alone and beside others: ${line.join(' ')}`, async () => {
      const { code, out, err } = await bench()(['client', '--realm-url', REALM_URL, ...line])
      assert.deepEqual([code, err], [0, ''])
      for (const clients of [out, OTHER + out, out + OTHER]) {
        const config = parsed(clients)
        assert.ok(config.ok, JSON.stringify(config))
        const [made] = config.value.clients.filter(({ id }) => id !== 'sso')
        assert.deepEqual(made?.redirectUris, [`${REALM_URL}/sallyport/callback`])
        assert.deepEqual(made?.auth.method === 'private_key_jwt' && made.auth.keys, {
          ...{ from: 'uri', uri: `${REALM_URL}/protocol/openid-connect/certs` },
        })
      }
    })

  test('takes what it is told', async () => {
    const line = [
      '--id',
      'kc',
      '--name',
      'Sign-in: #1',
      '--claim',
      'email',
      '--directories',
      'a',
      'b',
    ]
    const { out } = await bench()(['client', '--realm-url', REALM_URL, ...line])
    const [made] = parse(out)
    assert.deepEqual([made.id, made.name], ['kc', 'Sign-in: #1'])
    assert.deepEqual(made.subject, { from: 'par', claim: 'email', directories: ['a', 'b'] })
  })

  test('asks all directories of a configuration, and none that it does not have', async () => {
    const client = ['client', '--realm-url', REALM_URL, '--config', 'a.yaml']
    const { out } = await bench()(client)
    assert.deepEqual(parse(out)[0].subject.directories, ['local', 'other'])
    assert.match(out, /Issuer https:\/\/2fa\.example\.com, Client ID keycloak-acme/)
    const { code, err } = await bench()([...client, '--directories', 'corp'])
    assert.equal(code, 1)
    assert.match(err, /no directory corp; there are local, other/)
  })

  test('refuses what no client may be', async () => {
    const cases = [
      [['--id', REALM_URL], 1, /--id is the address below which its keys lie/],
      [['--id', 'a b'], 1, /--id is not accepted; wanted: 1 to 100/],
      [['--name', 'n'.repeat(61)], 1, /--name is too long/],
      [['--directories', '../x'], 1, /directories/],
      [['--claim', 'upn'], 64, /preferred_username, email/],
      [['--realm-url', `${REALM_URL}/`], 64, /ends with a slash/],
    ] as const
    for (const [line, status, says] of cases) {
      const { code, out, err } = await bench()(['client', '--realm-url', REALM_URL, ...line])
      assert.deepEqual([code, out], [status, ''])
      assert.match(err, says)
    }
  })
})

describe('keycloak check', () => {
  const check = ['check', '--url', 'https://sso.example.com/', '--realm', 'acme']
  const TOKEN = { SALLYPORT_KEYCLOAK_TOKEN: 't0ken' }

  test('asks as whom the environment says, and takes no secret from the line', async () => {
    const asked: KeycloakPlace[] = []
    const sallyport = bench(async (place) => {
      asked.push(place)
      return ok({ facts: [], findings: [] })
    })
    const user = { SALLYPORT_KEYCLOAK_USER: 'ann', SALLYPORT_KEYCLOAK_PASSWORD: 'pw' }
    const client = { SALLYPORT_KEYCLOAK_CLIENT_ID: 'ops', SALLYPORT_KEYCLOAK_CLIENT_SECRET: 'pw' }
    for (const env of [TOKEN, user, client]) assert.equal((await sallyport(check, env)).code, 0)
    await sallyport([...check, '--sign-in-realm', 'staff'], user)
    assert.deepEqual(
      asked.map(({ credentials }) => [credentials.by, 'realm' in credentials && credentials.realm]),
      [
        ['token', false],
        ['password', 'master'],
        ['client', 'acme'],
        ['password', 'staff'],
      ],
    )
    assert.equal(asked[0]?.url, 'https://sso.example.com')
    for (const env of [
      {},
      { ...TOKEN, ...user },
      { SALLYPORT_KEYCLOAK_USER: 'ann' },
      { SALLYPORT_KEYCLOAK_TOKEN: '' },
      { SALLYPORT_KEYCLOAK_TOKEN: 't0ken\r\nt0ken' },
    ])
      assert.equal((await sallyport(check, env)).code, 64)
    assert.equal((await sallyport([...check, '--token', 't'], TOKEN)).code, 64)
    assert.equal((await sallyport([...check, '--realm', ''], TOKEN)).code, 64)
    assert.equal(asked.length, 4)
  })

  test('names the half that is missing of who asks', async () => {
    const sallyport = bench()
    for (const [there, missing] of [
      ['USER', 'PASSWORD'],
      ['PASSWORD', 'USER'],
      ['CLIENT_ID', 'CLIENT_SECRET'],
      ['CLIENT_SECRET', 'CLIENT_ID'],
    ]) {
      const { code, err } = await sallyport(check, { [`SALLYPORT_KEYCLOAK_${there}`]: 'x' })
      assert.equal(code, 64)
      assert.match(err, new RegExp(`^error: SALLYPORT_KEYCLOAK_${missing} is missing`, 'm'))
    }
  })

  test('compares with a configuration where one is named', async () => {
    const issuers: unknown[] = []
    const sallyport = bench(async (_, own) => {
      issuers.push(own?.issuer ?? null)
      return ok({ facts: [], findings: [] })
    })
    await sallyport(check, TOKEN)
    await sallyport([...check, '--config', 'a.yaml'], TOKEN)
    await sallyport(check, { ...TOKEN, SALLYPORT_CONFIG: 'a.yaml' })
    assert.deepEqual(issuers, [null, 'https://2fa.example.com', 'https://2fa.example.com'])
    assert.equal((await sallyport([...check, '--config', 'gone.yaml'], TOKEN)).code, 78)
  })

  test('says each finding with why and where, so that no text of the realm moves the cursor', async () => {
    const judged = { facts: [{ what: 'issuer', is: REALM_URL }], findings: [FINDING] }
    const sallyport = bench(async () => ok(judged))
    const { code, out } = await sallyport(check, TOKEN)
    assert.equal(code, 1)
    assert.match(out, /^acme https:\/\/sso\.example\.com\n {2}issuer {8}https/)
    assert.match(out, / {2}WRONG: It is\\u001b\[2J wrong\.\n {4}why: so\.\n {4}change: there\n/)
    assert.match(out, /\n1 thing wrong; /)
    const json = await sallyport([...check, '--json'], TOKEN)
    assert.equal(json.code, 1)
    assert.deepEqual(JSON.parse(json.out).findings, [FINDING])
  })

  test('ends with 0 where there is only something to look at, and 69 where nothing was seen', async () => {
    const findings = [{ ...FINDING, weighs: 'mind' }] as const
    const minded = await bench(async () => ok({ facts: [], findings }))(check, TOKEN)
    assert.equal(minded.code, 0)
    assert.match(minded.out, /MIND: (?:.|\n)*It works; 1 thing to look at/)
    const unseen = await bench(async () => fail('it is gone'))(check, TOKEN)
    assert.deepEqual(unseen, { code: 69, out: '', err: 'it is gone\n' })
  })
})
