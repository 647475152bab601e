import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { Client } from 'pg'
import { Fault } from '../../src/kernel/index.ts'
import type { StepUp } from '../../src/stepup/index.ts'
import type { Migration } from '../../src/store/migration.ts'
import { openPostgresStore, type PostgresSettings } from '../../src/store/postgres/index.ts'
import {
  checkSchemaPostgres,
  migratePostgres,
  POSTGRES_MIGRATIONS,
  POSTGRES_SCHEMA,
  planPostgres,
} from '../../src/store/postgres/migrate.ts'
import { openLink } from '../../src/store/postgres/open-link.ts'
import { stepUpIn } from '../../src/store/rows.ts'
import {
  checkSchemaSqlite,
  migrateSqlite,
  planSqlite,
  SQLITE_MIGRATIONS,
} from '../../src/store/sqlite/migrate.ts'
import { needs } from '../support/needs.ts'
import { startPgBouncer } from '../support/pgbouncer.ts'
import { sharedPostgres, startPostgres } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres-database.ts'
import { challengedSample, createSampler } from '../support/step-up.ts'
import { createFakeClock, createSeededRandom, createTestKeys, NOON } from '../support/world.ts'
import { type SchemaBench, schemaContract } from './schema.contract.ts'

const clock = createFakeClock()
const stopwatch = { seconds: () => performance.now() / 1000 }
const world = { clock, stopwatch, random: createSeededRandom('schema') }

async function sqlite(): Promise<SchemaBench> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-schema-'))
  const file = join(folder, 'sallyport.db')
  const using = <T>(use: (db: Sqlite.Database) => T): T => {
    const db = new Sqlite(file)
    try {
      return use(db)
    } finally {
      db.close()
    }
  }
  type Row = Readonly<Record<string, unknown>>
  const all = (sql: string) => using((db) => db.prepare<[], Row>(sql).all())
  return {
    migrate: async (migrations) => migrateSqlite(file, clock, migrations),
    async plan(migrations) {
      const wasThere = existsSync(file)
      const plan = planSqlite(file, clock, migrations)
      assert.equal(existsSync(file), wasThere)
      return plan
    },
    check: async (migrations) => checkSchemaSqlite(file, migrations),
    run: async (sql) => void using((db) => db.exec(sql)),
    tables: async () =>
      all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").map(({ name }) =>
        String(name),
      ),
    versions: async () => all('SELECT * FROM schema_versions ORDER BY version'),
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true })
    },
  }
}

/** @param over where it is asked: itself, or what stands before it. */
const benchOf = (
  database: TestDatabase,
  over: Partial<PostgresSettings> = {},
): SchemaBench & { readonly owner: PostgresSettings } => {
  const owner = { ...database.owner, ...over }
  return {
    owner,
    migrate: (migrations) => migratePostgres(owner, world, migrations),
    plan: (migrations) => planPostgres(owner, world, migrations),
    async check(migrations) {
      await using link = openLink(owner, world)
      await checkSchemaPostgres(link, owner.user, migrations)
    },
    run: async (sql) => void (await database.query(`SET ROLE ${owner.user};\n${sql}RESET ROLE`)),
    async tables() {
      const sql =
        "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
      return (await database.query<{ name: string }>(sql)).map(({ name }) => name)
    },
    versions: () => database.query('SELECT * FROM schema_versions ORDER BY version'),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

const postgres = async () => benchOf(await (await sharedPostgres()).database('empty'))
const table = (version: number, name: string): Migration => ({
  ...{ version, name, compatibleFrom: 1 },
  sql: `CREATE TABLE ${name} (id text);`,
})

schemaContract('sqlite', { skip: false }, sqlite)
schemaContract('postgres', needs('postgresql'), postgres)

for (const [backend, { skip }, open, migrations] of [
  ['sqlite', { skip: false }, sqlite, SQLITE_MIGRATIONS],
  ['postgres', needs('postgresql'), postgres, POSTGRES_MIGRATIONS],
] as const)
  test(`the schema: ${backend}: takes in what the first release kept, and no release that knows of one OTP app alone`, {
    skip,
  }, async () => {
    await using bench = await open()
    const insert = (account: string) =>
      bench.run(
        `INSERT INTO accounts (account, directory, immutable_id) VALUES ('${account}', 'local', '${account}');\n`,
      )
    await bench.migrate(migrations.slice(0, 1))
    await insert('acc_before')
    await bench.run(
      "INSERT INTO enrolments VALUES ('enr_1', 'acc_before', 'totp', 'import', 's', 160, 'sha1', 6, 30, 0);\n",
    )
    const to = migrations.at(-1)?.version
    assert.deepEqual(await bench.migrate(migrations), { from: 1, to })
    await assert.rejects(bench.check(migrations.slice(0, 9)), {
      code: 'store.unavailable',
      message:
        /^the store has schema 10, which needs a release that knows schema 10; this one knows up to 9/,
    })
    await insert('acc_after')
    // What was there has the first place, and another may come beside it.
    const another = (place: number) =>
      bench.run(
        `INSERT INTO enrolments VALUES ('enr_${place + 1}', 'acc_before', 'totp', 'import', 's', 160, 'sha1', 6, 30, 0, NULL, ${place});\n`,
      )
    await assert.rejects(another(1))
    await another(2)
    await bench.run(`UPDATE accounts SET name_key = 'ann' WHERE account = 'acc_before';\n`)
  })

for (const [backend, { skip }, open, migrations] of [
  ['sqlite', { skip: false }, sqlite, SQLITE_MIGRATIONS],
  ['postgres', needs('postgresql'), postgres, POSTGRES_MIGRATIONS],
] as const)
  test(`the schema: ${backend}: what is under way while several OTP apps come in says which one it asks for`, {
    skip,
  }, async () => {
    await using bench = await open()
    const sampler = createSampler('under way')
    const several = migrations.findIndex(({ name }) => name === 'several-apps')
    const [account, enrolment] = [sampler.id('account'), sampler.id('enrolment')]
    const asks = (app: object): StepUp => {
      const stepUp = challengedSample(createSampler('asked'), { account })
      const [first, ...others] = stepUp.offered
      return { ...stepUp, offered: [Object.assign({}, first, { app }), ...others] }
    }
    const code = { digits: 6, periodSeconds: 30 }
    const { id, browser, state, expiresAt } = asks(code)
    const tag = backend === 'postgres' ? ['tag, ', "'tag', "] : ['', '']
    await bench.migrate(migrations.slice(0, several))
    await bench.run(
      `INSERT INTO enrolments VALUES ('${enrolment}', '${account}', 'totp', 'import', 's', 160, 'sha1', 6, 30, 0);
      INSERT INTO step_ups (id, version, ${tag[0]}account, browser, state, expires_at, value)
      VALUES ('${id}', 1, ${tag[1]}'${account}', '${browser}', '${state}', ${expiresAt}, '${JSON.stringify(asks(code))}');\n`,
    )
    await bench.migrate(migrations)
    const after = JSON.stringify(asks({ enrolment, ...code }))
    assert.deepEqual(stepUpIn(after), asks({ enrolment, ...code }))
    // A key tells what is kept.
    await bench.run('CREATE TABLE kept (value TEXT PRIMARY KEY);\n')
    await bench.run('INSERT INTO kept SELECT value FROM step_ups;\n')
    await assert.rejects(bench.run(`INSERT INTO kept VALUES ('${after}');\n`))
    await bench.run(`INSERT INTO kept VALUES ('${JSON.stringify(asks(code))}');\n`)
  })

describe('the schema of postgres', needs('postgresql'), () => {
  test('is not changed by a role that may not, which is told so', async () => {
    await using database = await (await sharedPostgres()).database()
    const more = [table(1, 'first'), table(POSTGRES_SCHEMA + 1, 'mice')]
    await assert.rejects(migratePostgres(database.settings, world, more), {
      code: 'configuration.unfit',
      message:
        /^the role sallyport may not: permission denied for schema public\. docs\/postgresql\.md has what it needs; `sallyport migrate --user` takes another role$/,
    })
    // Where nothing is to be done, nobody needs a right to do it.
    assert.deepEqual(await migratePostgres(database.settings, world), {
      ...{ from: POSTGRES_SCHEMA, to: POSTGRES_SCHEMA },
    })
  })

  test('is waited for with other people in mind: 5 seconds, then all of it is undone', async () => {
    await using bench = await postgres()
    await bench.migrate([table(1, 'voles')])
    const more: Migration = {
      ...{ version: 2, name: 'more', compatibleFrom: 1 },
      sql: 'CREATE TABLE shrews (id text);\nALTER TABLE voles ADD COLUMN name text;',
    }
    const { hosts, user, database, password } = bench.owner
    const reader = new Client({ ...hosts[0], user, database, password: password?.() ?? '' })
    await reader.connect()
    await using reading = new AsyncDisposableStack()
    reading.defer(() => reader.end())
    await reader.query('BEGIN; SELECT 1 FROM voles')
    const begun = performance.now()
    await assert.rejects(bench.migrate([table(1, 'voles'), more]), { code: 'store.unavailable' })
    assert.ok(performance.now() - begun > 4_500)
    await reading.disposeAsync()
    assert.deepEqual(await bench.tables(), ['schema_versions', 'voles'])
    assert.deepEqual(await bench.migrate([table(1, 'voles'), more]), { from: 1, to: 2 })
  })

  test('of the release before serves on a newer one that says so', async () => {
    await using database = await (await sharedPostgres()).database()
    const later: Migration = {
      ...{ version: POSTGRES_SCHEMA + 1, name: 'later', compatibleFrom: POSTGRES_SCHEMA },
      sql: "ALTER TABLE step_ups ADD COLUMN region text NOT NULL DEFAULT 'here';\nCREATE TABLE regions (id text);",
    }
    const options = { settings: database.settings, migrate: 'manual', ...world } as const
    const stepUp = challengedSample(createSampler('schema'))
    // It serves while the other one changes the tables under it.
    await using store = await openPostgresStore({ ...options, keys: createTestKeys() })
    await store.stepUps.open(stepUp, [], null, NOON)
    await migratePostgres(database.owner, world, [...POSTGRES_MIGRATIONS, later])
    assert.deepEqual((await store.stepUps.find(stepUp.id))?.value, stepUp)
    await using again = await openPostgresStore({ ...options, keys: createTestKeys() })
    assert.deepEqual((await again.stepUps.find(stepUp.id))?.value, stepUp)
  })

  test('is asked of a database that is not there in vain, and not for long', async () => {
    await using cluster = await startPostgres()
    await using database = await cluster.database()
    await cluster.stop()
    const begun = performance.now()
    for (const act of [migratePostgres, planPostgres])
      await assert.rejects(act(database.owner, world), (error) => {
        return error instanceof Fault && error.code === 'store.unavailable'
      })
    assert.ok(performance.now() - begun < 10_000)
    await cluster.start()
  })
})

test(
  'the schema of postgres is changed once, also through a pooler in transaction mode',
  needs('postgresql', 'pgbouncer'),
  async () => {
    await using cluster = await startPostgres()
    await using pooler = await startPgBouncer(cluster)
    await using database = await cluster.database('empty')
    const bench = benchOf(database, { ...pooler.address, prepared: false })
    const all = [table(1, 'voles'), table(2, 'mice')]
    const race = Array.from({ length: 5 }, () => bench.migrate(all))
    assert.equal((await Promise.all(race)).filter(({ from }) => from === 0).length, 1)
    assert.deepEqual(await bench.tables(), ['mice', 'schema_versions', 'voles'])
    await bench.check(all)
  },
)
