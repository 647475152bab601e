import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { Client } from 'pg'
import { timeOutsOf } from '../../src/store/postgres/connection.ts'
import { openPostgresStore, type PostgresSettings } from '../../src/store/postgres/index.ts'
import type { Statement } from '../../src/store/postgres/statements.ts'
import { needs } from '../support/needs.ts'
import { type Cluster, startPostgres } from '../support/postgres.ts'
import { settingsOf } from '../support/postgres-database.ts'
import { setUpSql } from '../support/postgres-setup.ts'
import { createFakeClock, createSeededRandom, createTestKeys, STOPWATCH } from '../support/world.ts'

const SRC = new URL('../../src/store/postgres/', import.meta.url).pathname

/** Every statement that the role asks while it serves. */
async function statements(): Promise<readonly Statement<unknown>[]> {
  const files = globSync('{statements/*,check-*,upkeep}.ts', { cwd: SRC })
  const rooms: object[] = await Promise.all(files.map((file) => import(`${SRC}${file}`)))
  return rooms.flatMap((exported) => Object.values(exported)).filter(isStatement)
}

const isStatement = (value: unknown): value is Statement<unknown> =>
  typeof value === 'object' && value !== null && 'text' in value && 'names' in value

/** The server judges rights before the first row, so a plan is enough, and nothing is changed. */
async function connect(settings: PostgresSettings, all: readonly Statement<unknown>[]) {
  const [{ host, port } = { host: '', port: 0 }] = settings.hosts
  const { user, database, password } = settings
  const client = new Client({ host, port, user, database, password: password?.() ?? '' })
  await client.connect()
  for (const { name, text } of all) await client.query(`PREPARE ${name} AS ${text}`)
  return {
    query: (sql: string) => client.query(sql),
    /** The names of those that it may not ask. */
    async refused(): Promise<readonly string[]> {
      const refused: string[] = []
      for (const { name, names } of all) {
        const values = names.length === 0 ? '' : `(${names.map(() => 'NULL').join(', ')})`
        await client.query(`EXPLAIN EXECUTE ${name}${values}`).catch((error: unknown) => {
          assert.ok(isRefusal(error), `${name}: ${String(error)}`)
          refused.push(name)
        })
      }
      return refused
    },
    [Symbol.asyncDispose]: () => client.end(),
  }
}

const isRefusal = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === '42501'

describe('the roles of docs/postgresql.md', needs('postgresql'), () => {
  let started: Promise<Cluster> | undefined
  const cluster = () => {
    started ??= startPostgres()
    return started
  }
  after(async () => (await started)?.[Symbol.asyncDispose]())

  test('suffice for every statement, and nothing that is granted is not needed', async () => {
    await using database = await (await cluster()).database()
    const all = await statements()
    assert.ok(all.length > 80)
    await using serving = await connect(database.settings, all)
    assert.deepEqual(await serving.refused(), [])

    const granted = await database.query<{ table: string; privilege: string }>(
      `SELECT table_name AS table, privilege_type AS privilege
      FROM information_schema.role_table_grants WHERE grantee = 'sallyport'`,
    )
    assert.ok(granted.length > 50)
    const idle: string[] = []
    for (const { table, privilege } of granted) {
      await database.query(`REVOKE ${privilege} ON ${table} FROM sallyport`)
      if ((await serving.refused()).length === 0) idle.push(`${privilege} ON ${table}`)
      await database.query(`GRANT ${privilege} ON ${table} TO sallyport`)
    }
    assert.deepEqual(idle, [])
  })

  test('let the one that serves do nothing else: no table is made, changed, emptied or owned', async () => {
    await using database = await (await cluster()).database()
    await using serving = await connect(database.settings, [])
    for (const sql of [
      'CREATE TABLE mine (id text)',
      'CREATE SCHEMA sallyport',
      'ALTER TABLE people ADD COLUMN mine text',
      'DROP INDEX requests_by_nonce',
      'TRUNCATE consumed',
      "UPDATE audit_links SET event = ''",
      "UPDATE audit_waiting SET event = ''",
      'DELETE FROM key_checks',
      'UPDATE schema_versions SET compatible_from = 1',
      'SET ROLE sallyport_owner',
      'SET session_replication_role = replica',
    ])
      await assert.rejects(serving.query(sql), isRefusal, sql)
  })

  test('give it the tables that a later release adds, and nobody else anything', async () => {
    await using database = await (await cluster()).database()
    await using owner = await connect(database.owner, [])
    await owner.query('CREATE TABLE regions (id text PRIMARY KEY)')
    await using serving = await connect(database.settings, [])
    await serving.query("INSERT INTO regions VALUES ('here')")
    const others = await database.query(
      `SELECT table_name, privilege_type FROM information_schema.role_table_grants
      WHERE table_schema = 'public' AND grantee NOT IN ('sallyport', 'sallyport_owner')`,
    )
    assert.deepEqual(others, [])
  })

  test('let nobody but the two into the database', async () => {
    const here = await cluster()
    await using database = await here.database('empty')
    const given = { owner: 'x', serving: 'x', database: database.name }
    await database.query(setUpSql('database', given))
    await here.query("CREATE ROLE stranger LOGIN PASSWORD 'stranger'")
    const stranger = { user: 'stranger', password: 'stranger' }
    const settings = settingsOf(here.address, database.name, stranger)
    await assert.rejects(connect(settings, []), isRefusal)
    await using serving = await connect(database.settings, [])
    assert.equal((await serving.query('SELECT current_schema AS at')).rows[0]?.at, 'public')
  })

  test('open a store that serves, also with the time-outs that a pooler needs', async () => {
    const here = await cluster()
    await using database = await here.database()
    const adviceFor = async (prepared: boolean) => {
      const advice: string[] = []
      await using store = await openPostgresStore({
        ...({ settings: { ...database.settings, prepared }, migrate: 'manual' } as const),
        ...{ keys: createTestKeys(), random: createSeededRandom('roles') },
        ...{ clock: createFakeClock(), stopwatch: STOPWATCH },
        advise: (saying) => void advice.push(saying),
      })
      assert.equal(await store.health(), 'up')
      return advice
    }
    assert.deepEqual(await adviceFor(true), [])
    const [without = '', ...others] = await adviceFor(false)
    assert.match(without, /^the role sallyport has no statement_timeout.*docs\/postgresql.md/)
    assert.deepEqual(others, [])

    await here.query(setUpSql('timeouts', { owner: 'x', serving: 'x', database: 'x' }))
    assert.deepEqual(await adviceFor(false), [])
    await using serving = await connect(database.settings, [])
    for (const [name, milliseconds] of Object.entries(timeOutsOf(database.settings))) {
      const { rows } = await serving.query(
        `SELECT setting::integer AS is FROM pg_settings WHERE name = '${name}'`,
      )
      assert.deepEqual(rows, [{ is: milliseconds }], name)
    }
  })
})
