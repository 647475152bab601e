import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { stringify } from 'yaml'
import { run, type World } from '../../src/cli/index.ts'
import { migrateStore } from '../../src/compose-store.ts'
import { composeTools, inspect } from '../../src/compose-tools.ts'
import { fail, ok } from '../../src/kernel/index.ts'
import { SQLITE_SCHEMA } from '../../src/store/sqlite/migrate.ts'
import { hearing } from '../support/hearing.ts'
import { needs } from '../support/needs.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { OWNER, SERVING } from '../support/postgres-database.ts'
import { setUpSql } from '../support/postgres-setup.ts'
import { createFakeClock, createSeededRandom } from '../support/world.ts'

const ENV = {
  FIELD_KEY: Buffer.alloc(32, 7).toString('base64'),
  CLIENT_SECRET: 's'.repeat(40),
}

/** The command line on a store that the test names, with files that may change while it runs. */
function bench(store: Readonly<Record<string, unknown>>) {
  const files = new Map<string, string>([
    [
      'sallyport.yaml',
      stringify({
        issuer: 'http://localhost:8080',
        ...{ listen: { port: 0 }, management: { port: 0 }, store },
        encryption: { keys: [{ id: 'k1', env: 'FIELD_KEY' }] },
        clients: [
          {
            id: 'sso',
            auth: { method: 'client_secret_basic', secretEnv: 'CLIENT_SECRET' },
            redirectUris: ['https://sso.example.com/callback'],
            subject: { from: 'par' },
          },
        ],
        ...{ factors: ['totp'], firstEnrolment: 'open', logLevel: 'error' },
      }),
    ],
  ])
  const stopwatch = { seconds: () => performance.now() / 1000 }
  const sallyport = async (...line: readonly string[]) => {
    const said = { out: '', err: '' }
    const deps = { clock: createFakeClock(), random: createSeededRandom('migrate'), stopwatch }
    const world: World = {
      io: {
        ...hearing(said),
        readStdin: async () => ok(new Uint8Array()),
        readFile(path) {
          const text = files.get(path)
          return text === undefined ? fail('no such file') : ok(Buffer.from(text))
        },
        writeFile: () => fail('read only'),
      },
      ...{ ...deps, env: ENV, operator: 'ann', version: '0.0.0', inspect },
      migrateStore: (config, how) => migrateStore(deps)(config, how),
      copyStore: async () => ({ heard: 'stale' }),
      openKeycloak: () => Promise.reject(new Error('no test asks for this')),
      openTools: (config) =>
        composeTools(config, {
          ...{ ...deps, version: '0.0.0', logTo: 'stderr', pause: async () => {} },
        }),
      stopped: async () => {},
    }
    return { code: await run(['--config', 'sallyport.yaml', ...line], world), ...said }
  }
  return { files, sallyport }
}

const COMMANDS = [['serve'], ['user', 'list'], ['keys', 'list']] as const
const BEHIND =
  'the store has no tables that this release finds: run `sallyport migrate`, or set store.migrate: auto\n'
const VERSION_99 = "(99, 'from the future', 99, 0)"
const NEWER =
  /^unavailable \(store\.unavailable\): the store has schema 99, .*: run a newer release, or restore the backup from before it\n$/

describe('sallyport migrate: sqlite', () => {
  test('makes the tables that nothing else makes where it is manual, and `--dry-run` makes nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-migrate-'))
    using cleaning = new DisposableStack()
    cleaning.defer(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'sallyport.db')
    const { sallyport } = bench({ engine: 'sqlite', file, migrate: 'manual' })

    assert.equal((await sallyport('check')).code, 0)
    for (const line of COMMANDS)
      assert.deepEqual(await sallyport(...line), { code: 78, out: '', err: BEHIND })
    const dry = await sallyport('migrate', '--dry-run')
    assert.deepEqual([dry.code, dry.err], [0, ''])
    assert.ok(
      dry.out.startsWith(
        `-- From schema 0 to ${SQLITE_SCHEMA}. Nothing was changed.\n\nPRAGMA journal_mode`,
      ),
    )
    assert.match(dry.out, /\nCREATE TABLE step_ups \(\n {2}id TEXT NOT NULL PRIMARY KEY,\n/)
    assert.match(dry.out, /\nCOMMIT;\n$/)
    assert.equal(existsSync(file), false)

    const out = `The store has schema ${SQLITE_SCHEMA} now; it had none.\n`
    const made = { code: 0, out, err: '' }
    assert.deepEqual(await sallyport('migrate'), made)
    const again = await sallyport('migrate')
    assert.equal(again.out, `The store has schema ${SQLITE_SCHEMA} already.\n`)
    const left = await sallyport('migrate', '--dry-run')
    assert.equal(left.out, `-- The store has schema ${SQLITE_SCHEMA}: there is nothing to do.\n`)
    assert.equal((await sallyport('serve')).code, 0)
  })

  test('says what is wrong with the file, as every command does', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-migrate-'))
    using cleaning = new DisposableStack()
    cleaning.defer(() => rmSync(folder, { recursive: true }))
    const letter = join(folder, 'a-letter')
    writeFileSync(letter, 'This is a letter to nobody. '.repeat(400))
    for (const file of [letter, join(folder, 'nowhere', 'a.db')]) {
      const { code, out, err } = await bench({ engine: 'sqlite', file }).sallyport('migrate')
      assert.deepEqual([code, out], [69, ''])
      assert.match(err, /^unavailable \(store\.unavailable\): cannot open .*\n$/)
    }
  })
})

describe('the start on postgres', () => {
  test('says within the deadline that nobody answers, and which host it was', async () => {
    const there = { engine: 'postgres', hosts: ['127.0.0.1:1'], database: 'd', user: 'u' }
    const waits = { connectSeconds: 1, statementSeconds: 2, lockSeconds: 1, deadlineSeconds: 3 }
    const { sallyport } = bench({ ...there, ...waits })
    for (const line of [['serve'], ['migrate'], ['migrate', '--dry-run']]) {
      const begun = performance.now()
      const { code, out, err } = await sallyport(...line)
      assert.deepEqual([code, out], [69, ''])
      assert.match(
        err,
        /^unavailable \(store\.unavailable\): .*127\.0\.0\.1:1 was not reached.*\n$/,
      )
      assert.ok(performance.now() - begun < 6_000)
    }
  })
})

describe('sallyport migrate: postgres', needs('postgresql'), () => {
  async function empty() {
    await using opening = new AsyncDisposableStack()
    const database = opening.use(await (await sharedPostgres()).database('empty'))
    const given = { owner: 'x', serving: 'x', database: database.name }
    await database.query(setUpSql('database', given))
    const [host] = database.settings.hosts
    const made = bench({
      ...{ engine: 'postgres', hosts: [`${host?.host}:${host?.port}`], database: database.name },
      ...{ user: SERVING.user, passwordFile: 'password' },
    })
    made.files.set('password', `${SERVING.password}\n`)
    made.files.set('owner', `${OWNER.password}\n`)
    const grant = () =>
      database.query(`SET ROLE ${OWNER.user}; ${setUpSql('grants', given)} RESET ROLE`)
    const opened = opening.move()
    return { ...made, database, grant, [Symbol.asyncDispose]: () => opened.disposeAsync() }
  }
  const AS_OWNER = ['--user', OWNER.user, '--password-file', 'owner'] as const

  test('sets up what docs/postgresql.md describes, step by step, and then it serves', async () => {
    await using made = await empty()
    const { sallyport, database } = made
    assert.equal((await sallyport('check')).code, 0)
    for (const line of COMMANDS)
      assert.deepEqual(await sallyport(...line), { code: 78, out: '', err: BEHIND })

    const may = await sallyport('migrate')
    assert.deepEqual([may.code, may.out], [78, ''])
    assert.match(
      may.err,
      /^the role sallyport may not: .*; `sallyport migrate --user` takes another/,
    )

    const dry = await sallyport('migrate', '--dry-run', ...AS_OWNER)
    assert.equal(dry.code, 0)
    assert.ok(dry.out.startsWith(`-- From schema 0 to ${SQLITE_SCHEMA}. `))
    assert.match(dry.out, /^--.*\n\nBEGIN;\n[\s\S]*pg_advisory_xact_lock/)
    const tables =
      "SELECT 1 FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    assert.deepEqual(await database.query(tables), [])

    const done = await sallyport('migrate', ...AS_OWNER)
    const out = `The store has schema ${SQLITE_SCHEMA} now; it had none.\n`
    assert.deepEqual(done, { code: 0, out, err: '' })
    const ungranted = await sallyport('serve')
    assert.equal(ungranted.code, 78)
    assert.match(
      ungranted.err,
      /^the role sallyport may not: permission denied for table schema_versions\./,
    )

    await made.grant()
    for (const line of COMMANDS) assert.equal((await sallyport(...line)).code, 0, line.join(' '))
    assert.equal(
      (await sallyport('migrate')).out,
      `The store has schema ${SQLITE_SCHEMA} already.\n`,
    )
  })

  test('prints what somebody else may run in its place', async () => {
    await using made = await empty()
    const { out } = await made.sallyport('migrate', '--dry-run', ...AS_OWNER)
    await made.database.query(`SET ROLE ${OWNER.user};\n${out}\nRESET ROLE`)
    await made.grant()
    assert.equal(
      (await made.sallyport('migrate')).out,
      `The store has schema ${SQLITE_SCHEMA} already.\n`,
    )
    assert.equal((await made.sallyport('serve')).code, 0)
  })

  test('is refused, as is every command, by a schema that broke with this release', async () => {
    await using made = await empty()
    await made.sallyport('migrate', ...AS_OWNER)
    await made.grant()
    await made.database.query(`INSERT INTO schema_versions VALUES ${VERSION_99}`)
    const lines = [...COMMANDS, ['migrate', ...AS_OWNER], ['migrate', '--dry-run', ...AS_OWNER]]
    for (const line of lines) {
      const { code, out, err } = await made.sallyport(...line)
      assert.deepEqual([code, out], [69, ''])
      assert.match(err, NEWER)
    }
  })

  test('tells a wrong password, a role that is not there and a file that cannot be read apart', async () => {
    await using made = await empty()
    made.files.set('owner', 'wrong')
    const wrong = await made.sallyport('migrate', ...AS_OWNER)
    assert.equal(wrong.code, 69)
    assert.match(wrong.err, /rejects user 'sallyport_owner' \(28P01\)/)
    assert.doesNotMatch(wrong.err, /wrong/)
    const line = ['migrate', '--user', OWNER.user] as const
    const none = await made.sallyport(...line)
    assert.match(none.err, /asks for a password, and none is configured/)
    const gone = await made.sallyport(...line, '--password-file', 'gone')
    assert.deepEqual([gone.code, gone.err], [78, '--password-file cannot be read: no such file\n'])
    made.files.set('owner', '\n')
    const blank = await made.sallyport('migrate', ...AS_OWNER)
    assert.deepEqual([blank.code, blank.err], [78, '--password-file is empty\n'])
  })
})
