import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hearing } from '../../test/support/hearing.ts'
import { createSeededRandom } from '../../test/support/world.ts'
import { Fault, fail, newId, ok } from '../kernel/index.ts'
import { run, type Tools, type World } from './index.ts'
import type { Looked, LookedAt } from './tools.ts'

const account = newId('account', createSeededRandom('command line'))
const CONFIG = `
issuer: https://2fa.example.com
store: { engine: sqlite, file: a.db }
encryption: { keys: [{ id: k1, env: KEY }] }
clients:
  - id: sso
    auth: { method: client_secret_basic, secretEnv: SECRET }
    redirectUris: [https://sso.example.com/callback]
    subject: { from: par }
channels: { email: { host: smtp.example.com, from: no-reply@example.com } }
`
const ENV = { KEY: Buffer.alloc(32, 7).toString('base64'), SECRET: 'correct horse battery' }

const ANN: LookedAt = {
  ...{ directory: 'corp', immutableId: '0f4c', account, username: 'ann', displayName: 'Ann Lee' },
  ...{ dn: 'CN=Ann Lee,DC=corp', groups: ['Staff', 'VPN'], locale: null },
  contacts: [
    {
      ...{ contact: 'phone', attribute: 'mobile', written: '0151 23456789' },
      ...{ read: 'taken', isOperators: false, as: '+4915123456789', text: 'region' },
    },
    {
      ...{ contact: 'phone', attribute: 'mobile', written: 'ask Bob' },
      ...{ read: 'unparseable', isOperators: false, as: null, text: null },
    },
    {
      ...{ contact: 'email', attribute: 'mail', written: 'ann@example.com' },
      ...{ read: 'taken', isOperators: false, as: 'ann@example.com', text: null },
    },
  ],
  codes: [],
  factors: [
    { factor: 'totp', use: 'enrol', why: null },
    { factor: 'email', use: 'none', why: 'locked' },
  ],
}
const FOUND: Looked = { directory: 'corp', found: 'person', person: ANN }
const IN_FULL = /0151 23456789|4915123456789|ask Bob|ann@example/

type Given = Partial<Tools['directories']>

function bench(given: Given) {
  const seen = { out: '', err: '', told: [] as string[] }
  const never = () => assert.fail('nobody asks for this')
  const directories: Tools['directories'] = {
    ...{ look: never, examine: never },
    tellRevealed: async (actor, people) => {
      seen.told.push(...people.map((one) => `${actor} ${one.account}`))
    },
    ...given,
  }
  const tools: Tools = {
    ...{
      directories,
      people: new Map(),
      company: new Map(),
      policy: { show: never, apply: never, setOwn: never },
      explain: never,
      audit: { export: never, verify: never },
      trust: { list: never, revoke: never },
    },
    ...{ keys: { list: never, rotate: never }, reseal: never, serve: never },
    [Symbol.asyncDispose]: async () => {},
  }
  const world: World = {
    io: {
      ...hearing(seen),
      readStdin: never,
      readFile: (path) => (path === 'sp.yaml' ? ok(Buffer.from(CONFIG)) : fail('no such file')),
      writeFile: never,
    },
    ...{ clock: { now: never }, random: { bytes: never }, operator: 'ada', version: '0.0.0' },
    ...{ env: ENV, inspect: never, migrateStore: never, copyStore: never, openKeycloak: never },
    ...{ openTools: async () => tools, stopped: never },
  }
  const sallyport = async (...line: readonly string[]) => ({
    code: await run(['--config', 'sp.yaml', ...line], world),
    ...seen,
  })
  return { sallyport }
}

const looking = (...looked: readonly Looked[]) => bench({ look: async () => looked })

describe('sallyport people', () => {
  test('shows what every directory says, and how each contact was read, masked', async () => {
    const nobody = { directory: 'local', found: 'not-found' } as const
    const { code, out, told } = await looking(nobody, FOUND).sallyport('people', 'ann')
    assert.equal(code, 0)
    assert.equal(
      out,
      [
        'local: nobody of that name',
        'corp: found',
        '  username    ann',
        '  name        Ann Lee',
        `  account     ${account}`,
        '  id          0f4c',
        '  entry       CN=Ann Lee,DC=corp',
        '  language    none that is known here',
        '  groups      Staff',
        '              VPN',
        '  phone       mobile: 0*** (13 characters) → +49***89, gets no text: its country is not in channels.smsRegions',
        '              mobile: a*** (7 characters), left out: no phone number. Without + it needs defaultCountry',
        '  email       mail: a***@example.com',
        '  factors     totp: set up first',
        '              email: no, too many wrong answers. See `sallyport user unlock`',
        '',
      ].join('\n'),
    )
    assert.deepEqual(told, [])
  })

  test('shows contacts in full to whoever asks for it, and keeps who that was', async () => {
    const { out, told } = await looking(FOUND).sallyport('people', 'ann', '--reveal')
    assert.match(out, /0151 23456789 → \+4915123456789/)
    assert.match(out, /ann@example\.com/)
    assert.deepEqual(told, [`operator:ada ${account}`])
  })

  test('shows nothing in full that could not be kept', async () => {
    const { sallyport } = bench({
      look: async () => [FOUND],
      tellRevealed: () => Promise.reject(new Fault('store.unavailable', 'no')),
    })
    const { code, out } = await sallyport('people', 'ann', '--reveal')
    assert.deepEqual([code, out], [69, ''])
  })

  test('asks for no country where one is written', async () => {
    const [phone] = ANN.contacts
    assert.ok(phone !== undefined)
    const odd = { ...phone, written: ' +49 1', ...({ read: 'unparseable', as: null } as const) }
    const { out } = await looking({
      ...FOUND,
      person: { ...ANN, contacts: [odd] },
    }).sallyport('people', 'ann')
    assert.match(out, /left out: no phone number\n/)
  })

  test('holds back contacts in JSON as well, unless they are asked for', async () => {
    const { out } = await looking(FOUND).sallyport('people', 'ann', '--json')
    assert.doesNotMatch(out, IN_FULL)
    assert.equal(JSON.parse(out).person.contacts[1].read, 'unparseable')
    const full = await looking(FOUND).sallyport('people', 'ann', '--json', '--reveal')
    assert.match(full.out, IN_FULL)
    assert.equal(full.told.length, 1)
  })

  for (const [looked, says] of [
    [{ directory: 'corp', found: 'not-found' }, 'corp: nobody of that name'],
    [{ directory: 'corp', found: 'ambiguous' }, 'corp: several people of that name'],
    [
      { directory: 'corp', found: 'fault', says: 'dc1 is down' },
      'corp: no certain answer: dc1 is down',
    ],
    [
      { directory: 'corp', found: 'disabled', reason: 'expired', person: ANN },
      'corp: found, and refused: the account has expired there',
    ],
  ] as const satisfies readonly (readonly [Looked, string])[])
    test(`exits with 1 where nobody may sign in: ${looked.found}`, async () => {
      const { code, out } = await looking(looked).sallyport('people', 'ann')
      assert.equal(code, 1)
      assert.ok(out.startsWith(says), out)
      assert.doesNotMatch(out, IN_FULL)
    })

  test('prints nothing that would steer a terminal', async () => {
    const odd = { ...ANN, displayName: 'a\u001b[2Jb\r\nc', groups: ['\u202egroup'] }
    const { out } = await looking({ ...FOUND, person: odd }).sallyport('people', 'ann')
    for (const one of ['\u001b', '\r', '\u202e']) assert.ok(!out.includes(one))
  })
})

describe('sallyport doctor', () => {
  const facts = [
    { what: 'address', is: '10.0.0.5' },
    { what: 'TLS', is: '1.3' },
  ]
  const WRONG = {
    ...({ weighs: 'wrong', key: 'tls.caFile' } as const),
    says: 'Nobody who is known signed it.',
    wanted: 'the CA of your domain controllers',
    line: 'certutil -ca.cert ca.cer',
  }
  const MIND = {
    ...({ weighs: 'mind', key: null, says: 'It runs out.', wanted: 'a new one' } as const),
    line: null,
  }
  const examining = (findings: readonly (typeof WRONG | typeof MIND)[]) =>
    bench({
      examine: async () => [
        { directory: 'corp', servers: [{ server: 'ldaps://dc1', facts, findings }] },
      ],
    })

  test('says what it found of each server, and that all is well', async () => {
    const { code, out } = await examining([]).sallyport('doctor')
    assert.equal(code, 0)
    assert.equal(
      out,
      'corp ldaps://dc1\n  address       10.0.0.5\n  TLS           1.3\n\nAll is well.\n',
    )
  })

  test('says what is wrong, what to change and in which key, and exits with 1', async () => {
    const { code, out } = await examining([WRONG, MIND]).sallyport('doctor')
    assert.equal(code, 1)
    assert.match(
      out,
      /WRONG: Nobody who is known signed it\.\n {4}change directories\.corp\.tls\.caFile: .*\n {6}certutil -ca\.cert ca\.cer\n/,
    )
    assert.match(out, /MIND: It runs out\.\n {4}a new one\n/)
    assert.match(out, /\n1 thing wrong; /)
  })

  test('exits with 0 where something is only to be minded', async () => {
    const { code, out } = await examining([MIND]).sallyport('doctor')
    assert.equal(code, 0)
    assert.match(out, /It works; 1 thing to look at\./)
  })

  test('takes no silence for health', async () => {
    const { sallyport } = bench({ examine: async () => [{ directory: 'corp', servers: [] }] })
    const { code, err } = await sallyport('doctor')
    assert.deepEqual([code, err], [1, 'corp: no server could be examined\n'])
  })

  test('has nothing to do where nobody is kept elsewhere', async () => {
    const { code, out } = await bench({ examine: async () => [] }).sallyport('doctor')
    assert.equal(code, 0)
    assert.match(out, /^No directory of a company is configured/)
  })

  test('shows one person where it is asked to, and holds back contacts', async () => {
    const { code, out } = await looking(FOUND).sallyport('doctor', '--user', 'ann')
    assert.equal(code, 0)
    assert.match(out, /^corp: found\n {2}username {4}ann\n/)
    assert.doesNotMatch(out, IN_FULL)
  })

  test('reveals nothing without a person', async () => {
    const { code, err } = await examining([]).sallyport('doctor', '--reveal')
    assert.equal(code, 64)
    assert.match(err, /--reveal is for --user/)
  })
})
