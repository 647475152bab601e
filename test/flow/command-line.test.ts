import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { run, type Tools, type World } from '../../src/cli/index.ts'
import { createLocalDirectory, createPeople } from '../../src/directories/index.ts'
import { createKeyRing, fail, instantOf, ok, Secret } from '../../src/kernel/index.ts'
import { codesIn } from '../support/codes.ts'
import { LOCKS } from '../support/limits.ts'
import { openTestStore } from '../support/test-store.ts'

const NOON = instantOf(Date.UTC(2030, 0, 1, 12))
const FIELD_KEY = Buffer.alloc(32, 7)
const ENV = {
  SALLYPORT_CONFIG: 'sallyport.yaml',
  FIELD_KEY: FIELD_KEY.toString('base64'),
  CLIENT_SECRET: 'a-secret-of-at-least-32-characters-9f2c',
}
const FILES = new Map([
  [
    'sallyport.yaml',
    `
issuer: https://2fa.example.com
store: { engine: sqlite, file: sallyport.db }
encryption: { keys: [{ id: k1, env: FIELD_KEY }] }
clients:
  - id: sso
    auth: { method: client_secret_basic, secretEnv: CLIENT_SECRET }
    redirectUris: [https://sso.example.com/2fa/callback]
    subject: { from: par }
factors: [totp]
firstEnrolment: open
`,
  ],
  [
    'people.csv',
    [
      'username,display_name,email,phone,locale,totp',
      'alice,Alice,a@example.com,13800138000,zh-CN,otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      'bob,,b@example.com,,,otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ&digits=8&period=60&algorithm=SHA256',
      'Ren\u00e9,,,,,',
    ].join('\n'),
  ],
])

async function bench() {
  const stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-'))
  stack.defer(() => rm(folder, { recursive: true }))
  let made = 0
  const random = {
    bytes(count: number) {
      const bytes = Buffer.alloc(count, 1)
      bytes.writeUInt32BE(++made)
      return bytes
    },
  }
  const clock = { now: () => NOON }
  const keys = createKeyRing([{ id: 'k1', secret: new Secret<Uint8Array>(FIELD_KEY) }])
  const kept = stack.use(await openTestStore(folder))
  const store = stack.use(await kept.open({ keys, random, clock }))
  const local = { directory: 'local', defaultCountry: 'CN', locks: LOCKS } as const
  const codes = codesIn(store.operatorCodes, keys, random)
  const deps = { store: store.people, clock, random, codes, ...local }
  const unused = () => Promise.reject(new Error('no test asks for this'))
  const tools: Tools = {
    company: new Map(),
    policy: { show: unused, apply: unused, setOwn: unused },
    explain: unused,
    people: new Map([['local', createPeople(deps)]]),
    directories: {
      look: async () => [],
      examine: async () => [],
      tellRevealed: async () => {},
    },
    trust: { list: async () => [], revoke: async () => 0 },
    audit: {
      async *export() {},
      verify: async () => ({ verdict: 'whole', checked: 0, unsealed: 0 }),
    },
    keys: { list: async () => [], rotate: async () => ({ rotation: 'begun', kid: 'a', at: NOON }) },
    reseal: (actor) => store.reseal(actor),
    serve: async () => ({ close: async () => {}, urls: [] }),
    [Symbol.asyncDispose]: async () => {},
  }
  const said = { out: '' }
  const world: World = {
    io: {
      stdout(text) {
        said.out += text
      },
      stderr() {},
      readStdin: async () => ok(new Uint8Array()),
      readFile(path) {
        const text = FILES.get(path)
        return text === undefined ? fail('no such file') : ok(Buffer.from(text))
      },
      writeFile: () => fail('read only'),
    },
    ...{ env: ENV, clock, random, operator: 'ann', version: '0.0.0' },
    inspect: async () => ({ problems: [], notes: [] }),
    migrateStore: async () => ({ from: 1, to: 1 }),
    copyStore: async () => ({ heard: 'stale' }),
    openKeycloak: () => Promise.reject(new Error('no test asks for this')),
    openTools: async () => tools,
    stopped: async () => {},
  }
  const sallyport = async (...line: readonly string[]) => {
    said.out = ''
    return { code: await run(line, world), out: said.out }
  }
  const directory = createLocalDirectory({ name: 'local', store: store.people })
  const find = (value: string) =>
    directory.find({ by: 'name', value }, new AbortController().signal)
  return { sallyport, store, find, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

describe('the command line on SQLite', () => {
  test('imports people with their OTP apps, whom a sign-in then finds', async () => {
    await using app = await bench()
    assert.equal((await app.sallyport('user', 'import', 'people.csv')).code, 1)
    assert.equal((await app.find('alice')).found, 'not-found')
    const whole = await app.sallyport('user', 'import', 'people.csv', '--allow-short-secrets')
    assert.equal(whole.code, 0)
    assert.equal((await app.sallyport('user', 'import', 'people.csv')).code, 1)

    const alice = await app.find('ＡＬＩＣＥ ')
    assert.ok(alice.found === 'person')
    assert.deepEqual(alice.person.phones, ['+8613800138000'])
    const [enrolment] = await app.store.totp.find(alice.person.account)
    assert.equal(enrolment?.provenance, 'import')
    assert.equal(Buffer.from(enrolment?.secret.reveal() ?? '').toString(), '12345678901234567890')
    assert.equal((await app.find('rene\u0301')).found, 'person')

    const { out } = await app.sallyport('user', 'list')
    assert.match(out, /bob .*SHORT SECRET: 80 bits/)
    assert.doesNotMatch(out, /alice .*SHORT/)
  })

  test('changes, disables, resets and ends a person, and keeps an event of each', async () => {
    await using app = await bench()
    await app.sallyport('user', 'import', 'people.csv', '--allow-short-secrets')
    const lines = [
      ['set', 'alice', '--username', 'alicia', '--phone', '+1 202 555 0123'],
      ['disable', 'alicia'],
      ['enable', 'alicia'],
      ['reset-factor', 'alicia'],
      ['unlock', 'alicia'],
      ['erase', 'alicia', '--yes'],
      ['remove', 'bob', '--yes'],
    ]
    for (const line of lines) assert.equal((await app.sallyport('user', ...line)).code, 0, line[0])
    assert.equal((await app.find('alicia')).found, 'not-found')
    assert.equal((await app.sallyport('user', 'set', 'Ren\u00e9', '--name', 'R')).code, 0)

    const events = (await app.store.audit.unsealed(100)).map(({ text }) => JSON.parse(text))
    assert.ok(events.every(({ actor }) => actor === 'operator:ann'))
    assert.deepEqual(
      events.map(({ event }) => event).filter((name) => !/added|imported/.test(name)),
      [
        'person.changed',
        'person.disabled',
        'person.enabled',
        'factor.reset',
        'person.erased',
        'person.removed',
        'person.changed',
      ],
    )
  })

  test('refuses a rename onto somebody else in another spelling', async () => {
    await using app = await bench()
    await app.sallyport('user', 'import', 'people.csv', '--allow-short-secrets')
    assert.equal((await app.sallyport('user', 'set', 'bob', '--username', 'ALICE')).code, 1)
    assert.equal((await app.find('bob')).found, 'person')
  })
})
