import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NO_CODES } from '../../test/support/codes.ts'
import { fakePeopleStore } from '../../test/support/fake-people-store.ts'
import { hearing } from '../../test/support/hearing.ts'
import { LOCKS } from '../../test/support/limits.ts'
import type { Exported } from '../audit/index.ts'
import { createPeople } from '../directories/index.ts'
import { Fault, fail, instantOf, newId, ok } from '../kernel/index.ts'
import { run } from './run.ts'
import type { Tools } from './tools.ts'
import type { World } from './world.ts'

const NOON = instantOf(Date.UTC(2030, 0, 1, 12))
const FIELD_KEY = Buffer.alloc(32, 7).toString('base64')
const YAML = `
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
`
const SECRETS = { FIELD_KEY, CLIENT_SECRET: 'a-secret-of-at-least-32-characters-9f2c' }
const OTP = 'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const SHORT_OTP = 'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ'

type Options = {
  readonly files?: Readonly<Record<string, string>>
  readonly tools?: Partial<Tools>
  readonly stdin?: string
  readonly fault?: Fault
}

function bench({ files = {}, tools: given = {}, stdin = '', fault }: Options = {}) {
  let made = 0
  const random = {
    bytes(count: number) {
      const bytes = Buffer.alloc(count, 1)
      bytes.writeUInt32BE(++made)
      return bytes
    },
  }
  const clock = { now: () => NOON }
  const store = fakePeopleStore()
  const people = createPeople({
    ...{
      store,
      clock,
      random,
      directory: 'local',
      defaultCountry: null,
      locks: LOCKS,
      codes: NO_CODES,
    },
  })
  const written = new Map<string, string>()
  const seen = { out: '', err: '', closed: 0 }
  const disk = new Map(Object.entries({ 'sallyport.yaml': YAML, ...files }))
  const link: Exported = {
    ...{ sequence: 1, keyId: 'k1', mac: 'm', id: newId('event', random) },
    event: { event: 'signing-key.made', at: NOON, actor: 'system', kid: 'a', alg: 'ES256' },
  }
  const unused = () => Promise.reject(new Error('no test asks for this'))
  const tools: Tools = {
    company: new Map(),
    policy: { show: unused, apply: unused, setOwn: unused },
    explain: unused,
    people: new Map([['local', people]]),
    directories: {
      look: async () => [],
      examine: async () => [],
      tellRevealed: async () => {},
    },
    trust: { list: async () => [], revoke: async () => 0 },
    audit: {
      async *export(after) {
        if (after < 1) yield link
      },
      verify: async () => ({ verdict: 'whole', checked: 1, unsealed: 0 }),
    },
    keys: {
      list: async () => [
        {
          ...{ kid: 'a', alg: 'ES256', state: 'active', madeAt: NOON },
          activatedAt: NOON,
          retiredAt: null,
        },
      ],
      rotate: async () => ({ rotation: 'begun', kid: 'b', at: NOON }),
    },
    reseal: async () => ({ resealed: 3 }),
    serve: async () => ({ close: async () => {}, urls: ['https://2fa.example.com'] }),
    [Symbol.asyncDispose]: async () => void seen.closed++,
    ...given,
  }
  const world: World = {
    io: {
      ...hearing(seen),
      readStdin: async () => ok(Buffer.from(stdin)),
      readFile: (path) => {
        const text = disk.get(path)
        return text === undefined ? fail('no such file') : ok(Buffer.from(text))
      },
      writeFile: (path, text) => ok(void written.set(path, text)),
    },
    ...{ clock, random, operator: 'ann', version: '0.0.0' },
    env: { SALLYPORT_CONFIG: 'sallyport.yaml', ...SECRETS },
    inspect: async () => ({ problems: [], notes: [] }),
    migrateStore: async () => ({ from: 1, to: 1 }),
    copyStore: async () => ({ heard: 'stale' }),
    openKeycloak: unused,
    openTools: async () => {
      if (fault !== undefined) throw fault
      return tools
    },
    stopped: async () => {},
  }
  /** Exit code, and what was printed by this line alone. */
  const sallyport = async (line: readonly string[], over: Partial<World> = {}) => {
    Object.assign(seen, { out: '', err: '' })
    const code = await run(line, { ...world, ...over })
    return { code, out: seen.out, err: seen.err }
  }
  return { sallyport, seen, store, written, world }
}

describe('the command line', () => {
  const USAGE: readonly (readonly string[])[] = [
    [],
    ['nonsense'],
    ['check', 'too', 'many'],
    ['user', 'show'],
    ['user', 'list', '--nonsense'],
    ['user', 'unlock', 'alice', '--factor', 'pigeon'],
    ['user', 'import', 'people'],
    ['user', 'set', 'alice', '--clear', 'account'],
    ['migrate', '--user', 'owner'],
    ['migrate', '--password-file', 'secret'],
    ['migrate', 'twice'],
    ['audit', 'export', '--after', '-1'],
    ['user', 'list', '--as', 'ann\nbob'],
  ]
  for (const line of USAGE)
    test(`exits with 64 at: ${JSON.stringify(line.join(' '))}`, async () => {
      const { sallyport } = bench()
      const { code, out, err } = await sallyport(line)
      assert.equal(code, 64)
      assert.equal(out, '')
      assert.notEqual(err, '')
    })

  test('answers --help and --version, also of a command, with 0', async () => {
    const { sallyport } = bench()
    for (const line of [['--help'], ['user', '--help'], ['user', 'add', '--help']])
      assert.match((await sallyport(line)).out, /^Usage: sallyport/)
    assert.deepEqual(await sallyport(['--version']), { code: 0, out: '0.0.0\n', err: '' })
  })

  test('exits with 69 where the store cannot be reached', async () => {
    const { sallyport } = bench({ fault: new Fault('store.unavailable', 'disk full') })
    for (const line of [['serve'], ['user', 'list'], ['keys', 'list']]) {
      const { code, err } = await sallyport(line)
      assert.equal(code, 69)
      assert.match(err, /store\.unavailable.*disk full/)
    }
  })

  test('exits with 69 and what the system said, and with 78 where it is the configuration', async () => {
    const cause = new Error('EACCES: permission denied')
    const down = bench({ fault: new Fault('store.unavailable', 'cannot open a.db', { cause }) })
    const said = await down.sallyport(['user', 'list'])
    assert.match(said.err, /cannot open a\.db: EACCES: permission denied\n$/)
    const unfit = bench({ fault: new Fault('configuration.unfit', 'encryption.keys has no k1') })
    const { code, out, err } = await unfit.sallyport(['user', 'list'])
    assert.deepEqual({ code, out, err }, { code: 78, out: '', err: 'encryption.keys has no k1\n' })
  })

  test('lets a bug through', async () => {
    const { sallyport } = bench()
    const openTools = () => Promise.reject(new Error('invariant broken'))
    await assert.rejects(sallyport(['user', 'list'], { openTools }), /invariant broken/)
  })

  test('closes what it opened, whatever came of it', async () => {
    const { sallyport, seen } = bench()
    await sallyport(['user', 'list'])
    await sallyport(['user', 'show', 'nobody'])
    assert.equal(seen.closed, 2)
  })
})

describe('check', () => {
  test('says that the configuration is in order, and opens nothing', async () => {
    const { sallyport, seen } = bench()
    const { code, out } = await sallyport(['check'])
    assert.equal(code, 0)
    assert.match(out, /in order/)
    assert.equal(seen.closed, 0)
  })

  test('exits with 78 and every problem at once', async () => {
    const yaml = YAML.replace('https://2fa', 'http://2fa').replace('factors:', 'factros:')
    const { sallyport } = bench({ files: { 'bad.yaml': yaml } })
    const { code, err } = await sallyport(['check', '--config', 'bad.yaml'])
    assert.equal(code, 78)
    assert.match(err, /issuer/)
    assert.match(err, /factros/)
  })

  test('exits with 78 where the file cannot be read, and 64 where none is named', async () => {
    const { sallyport, world } = bench()
    assert.equal((await sallyport(['--config', 'gone.yaml', 'check'])).code, 78)
    const env = { ...world.env, SALLYPORT_CONFIG: undefined }
    assert.equal((await sallyport(['check'], { env })).code, 64)
  })
})

describe('serve', () => {
  test('says in one line that it is ready, and closes when it is told to stop', async () => {
    const heard: string[] = []
    const close = async () => void heard.push('closed')
    const serve = async () => ({ close, urls: ['https://2fa.example.com'] })
    const { sallyport, seen } = bench({ tools: { serve } })
    const { promise, resolve } = Promise.withResolvers<void>()
    const running = sallyport(['serve'], {
      stopped: () => promise.then(() => void heard.push('stop')),
    })
    resolve()
    assert.deepEqual(await running, {
      code: 0,
      out: '',
      err: 'Sallyport is ready: https://2fa.example.com\n',
    })
    assert.deepEqual(heard, ['stop', 'closed'])
    assert.equal(seen.closed, 1)
  })
})

describe('secrets, keys, audit, docs', () => {
  test('`secrets new` prints 32 random bytes in Base64 and nothing else, without a configuration', async () => {
    const { sallyport } = bench()
    const { code, out, err } = await sallyport(['secrets', 'new'], { env: {} })
    assert.equal(code, 0)
    assert.equal(err, '')
    assert.equal(Buffer.from(out.trim(), 'base64').length, 32)
    assert.match(out, /^[A-Za-z0-9+/]{43}=\n$/)
  })

  test('`secrets rotate` says how much was sealed anew', async () => {
    assert.match((await bench().sallyport(['secrets', 'rotate'])).out, /^3 sealed anew/)
  })

  test('`keys` lists and rotates, and shows no key', async () => {
    const { sallyport } = bench()
    assert.match((await sallyport(['keys', 'list'])).out, /^KID.*\na {2,}ES256 +active/)
    const line: unknown = JSON.parse((await sallyport(['keys', 'list', '--json'])).out)
    assert.ok(typeof line === 'object' && line !== null && 'kid' in line)
    assert.match(
      (await sallyport(['keys', 'rotate'])).out,
      /^Key b is published and signs from 2030/,
    )
  })

  test('`audit export` prints JSON lines, `audit verify` a verdict and 1 where it is bad', async () => {
    const whole = bench()
    assert.match((await whole.sallyport(['audit', 'export'])).out, /^\{"sequence":1,.*\}\n$/)
    assert.equal((await whole.sallyport(['audit', 'export', '--after', '1'])).out, '')
    assert.equal((await whole.sallyport(['audit', 'verify'])).code, 0)

    const verify = async () =>
      ({ verdict: 'broken', sequence: 7, checked: 6, unsealed: 1 }) as const
    const broken = bench({ tools: { audit: { async *export() {}, verify } } })
    const { code, err } = await broken.sallyport(['audit', 'verify'])
    assert.equal(code, 1)
    assert.match(err, /broken at 7/)

    const keyless = async () =>
      ({ verdict: 'key-missing', keyId: 'k0', sequence: 7, checked: 6, unsealed: 1 }) as const
    const unread = bench({ tools: { audit: { async *export() {}, verify: keyless } } })
    assert.match((await unread.sallyport(['audit', 'verify'])).err, /sealed under 'k0'/)
  })

  test('`audit verify --checkpoint` takes a logged checkpoint, and nothing else', async () => {
    const asked: unknown[] = []
    const verify = async (from: unknown) => {
      asked.push(from)
      return { verdict: 'whole', checked: 1, unsealed: 0 } as const
    }
    const { sallyport } = bench({ tools: { audit: { async *export() {}, verify } } })
    const mac = 'A'.repeat(43)
    const line = ['audit', 'verify', '--checkpoint']
    assert.equal((await sallyport([...line, `12:${mac}`])).code, 0)
    assert.deepEqual(asked, [{ after: 0, checkpoint: { sequence: 12, mac } }])
    for (const wrong of ['12', mac, `12:${mac}A`, `x:${mac}`])
      assert.equal((await sallyport([...line, wrong])).code, 64, wrong)
    assert.equal((await sallyport([...line, `12:${mac}`, '--since', '13'])).code, 64)
  })

  test('`docs` writes what is generated', async () => {
    const { sallyport, written } = bench()
    assert.equal((await sallyport(['docs', '--out', 'tree'])).code, 0)
    assert.deepEqual(
      [...written.keys()],
      ['tree/docs/configuration.md', 'tree/config/sallyport.schema.json'],
    )
  })
})

describe('user', () => {
  test('adds, shows, changes and ends a person, and says in the audit who did it', async () => {
    const { sallyport, store } = bench()
    const line = [
      'user',
      'add',
      'Alice',
      '--name',
      'Li',
      '--email',
      'a@example.com',
      '--email',
      'b@example.com',
    ]
    assert.match((await sallyport([...line, '--as', 'bea'])).out, /^Alice was added as acc_/)
    assert.equal((await sallyport(['user', 'set', 'ALICE', '--clear', 'name'])).code, 0)
    const { out } = await sallyport(['user', 'show', 'alice', '--json'])
    const shown: unknown = JSON.parse(out)
    assert.ok(typeof shown === 'object' && shown !== null && 'displayName' in shown)
    assert.equal(shown.displayName, null)
    assert.equal((await sallyport(['user', 'disable', 'alice'])).code, 0)
    assert.equal((await sallyport(['user', 'enable', 'alice'])).code, 0)
    assert.equal((await sallyport(['user', 'erase', 'alice', '--yes'])).code, 0)
    assert.equal((await sallyport(['user', 'show', 'alice'])).code, 1)
    assert.deepEqual(
      store.events.map(({ event, actor }) => `${event} ${actor}`),
      [
        'person.added operator:bea',
        'person.changed operator:ann',
        'person.disabled operator:ann',
        'person.enabled operator:ann',
        'person.erased operator:ann',
      ],
    )
  })

  test('ends nobody without --yes', async () => {
    const { sallyport } = bench()
    await sallyport(['user', 'add', 'alice'])
    for (const verb of ['remove', 'erase']) {
      const { code, err } = await sallyport(['user', verb, 'alice'])
      assert.equal(code, 1)
      assert.match(err, /add --yes/)
    }
    assert.equal((await sallyport(['user', 'show', 'alice'])).code, 0)
  })

  test('erases by account id whoever was removed before', async () => {
    const { sallyport } = bench()
    const { out } = await sallyport(['user', 'add', 'alice'])
    const account = /acc_[\w-]{22}/.exec(out)?.[0] ?? ''
    await sallyport(['user', 'remove', 'alice', '--yes'])
    const asked = await sallyport(['user', 'erase', account])
    assert.deepEqual([asked.code, asked.err], [1, `${account} can't be brought back: add --yes\n`])
    const erased = await sallyport(['user', 'erase', account, '--yes'])
    assert.deepEqual([erased.code, erased.out], [0, `${account} was erased.\n`])
    assert.equal((await sallyport(['user', 'erase', account, '--yes'])).code, 1)
  })

  test('shows what holds a person up', async () => {
    const { sallyport, store } = bench()
    const { out } = await sallyport(['user', 'add', 'alice'])
    const account = /acc_[\w-]{22}/.exec(out)?.[0] ?? ''
    store.lock(account, 'email', 3)
    store.lock(account, 'totp')
    store.silence(account, 'email')
    const shown = (await sallyport(['user', 'show', 'alice'])).out
    assert.match(
      shown,
      /^answers +email signed: 3 wrong in a row; totp signed: 50 wrong in a row, off until unlocked$/m,
    )
    assert.match(shown, /^sends +email signed: next at 2096-10-02T07:06:40\.000Z$/m)
  })

  test('shows contacts in full only with --reveal, and never in a list', async () => {
    const { sallyport } = bench()
    const contacts = ['--email', 'alice@example.com', '--phone', '+1 202 555 0123']
    await sallyport(['user', 'add', 'alice', ...contacts])
    const masked = await sallyport(['user', 'show', 'alice'])
    assert.match(masked.out, /a\*\*\*@example\.com/)
    for (const line of [
      ['show', 'alice'],
      ['show', 'alice', '--json'],
      ['list'],
      ['list', '--json'],
    ])
      assert.doesNotMatch((await sallyport(['user', ...line])).out, /alice@|555/)
    const full = await sallyport(['user', 'show', 'alice', '--reveal'])
    assert.match(full.out, /alice@example\.com/)
    assert.match(full.out, /\+12025550123/)
  })

  test('imports a file or standard input, with a line per row and 1 where one is wrong', async () => {
    const csv = `username,totp\nalice,${OTP}\nbob,${SHORT_OTP}\n`
    const { sallyport } = bench({ files: { 'people.csv': csv }, stdin: '{"username":"carol"}' })
    const whole = await sallyport(['user', 'import', 'people.csv'])
    assert.equal(whole.code, 1)
    assert.match(
      whole.out,
      /row 1: alice: right, but not added.*\nrow 2: bob: refused: totp: secret/,
    )
    assert.match(whole.err, /^0 of 2/)
    const short = await sallyport(['user', 'import', 'people.csv', '--allow-short-secrets'])
    assert.equal(short.code, 0)
    assert.doesNotMatch(short.out, /GEZDG/)
    const stdin = await sallyport(['user', 'import', '-', '--format', 'jsonl', '--json'])
    assert.equal(stdin.code, 0)
    assert.match(stdin.out, /"username":"carol","outcome":"added"/)
  })

  test('says how a file with semicolons has to be saved', async () => {
    const { sallyport } = bench({
      files: { 'people.csv': 'username;email\nalice;a@example.com\n' },
    })
    const { code, err } = await sallyport(['user', 'import', 'people.csv'])
    assert.equal(code, 1)
    assert.match(err, /separated by semicolons: save the file with commas/)
  })

  test('marks short secrets in the list', async () => {
    const csv = `username,totp\nalice,${OTP}\nbob,${SHORT_OTP}\n`
    const { sallyport } = bench({ files: { 'people.csv': csv } })
    await sallyport(['user', 'import', 'people.csv', '--allow-short-secrets'])
    const { out } = await sallyport(['user', 'list'])
    assert.match(out, /bob .*SHORT SECRET: 80 bits/)
    assert.doesNotMatch(out, /alice .*SHORT/)
  })

  test('lists everybody, page after page, once', async () => {
    const csv = `username\n${Array.from({ length: 1_201 }, (_, at) => `user${at}`).join('\n')}`
    const { sallyport } = bench({ files: { 'people.csv': csv } })
    await sallyport(['user', 'import', 'people.csv'])
    const { out } = await sallyport(['user', 'list', '--json'])
    assert.equal(new Set(out.trim().split('\n')).size, 1_201)
  })

  test('resets and unlocks for the help desk', async () => {
    const { sallyport, store } = bench({ files: { 'people.csv': `username,totp\nalice,${OTP}` } })
    await sallyport(['user', 'import', 'people.csv'])
    assert.equal((await sallyport(['user', 'reset-factor', 'alice'])).code, 0)
    assert.equal((await sallyport(['user', 'reset-factor', 'alice'])).code, 1)
    const [event] = store.events
    assert.ok(event && 'account' in event && event.account !== null)
    store.lock(event.account, 'totp')
    assert.equal((await sallyport(['user', 'unlock', 'alice'])).out, 'Unlocked: totp.\n')
    assert.equal((await sallyport(['user', 'unlock', 'alice'])).out, 'Nothing was locked.\n')
  })

  test('needs --directory only where there are several', async () => {
    const { sallyport } = bench({ tools: { people: new Map() } })
    assert.equal((await sallyport(['user', 'list'])).code, 1)
    const one = bench()
    assert.equal((await one.sallyport(['user', 'list', '--directory', 'local'])).code, 0)
    assert.equal((await one.sallyport(['user', 'list', '--directory', 'corp'])).code, 1)
  })
})
