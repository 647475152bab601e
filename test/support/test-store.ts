import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openSqliteStore, type SqliteOptions, type Store } from '../../src/store/index.ts'
import { openPostgresStore, type PostgresSettings } from '../../src/store/postgres/index.ts'
import { sharedPostgres } from './postgres.ts'
import { SERVING, type TestDatabase } from './postgres-database.ts'
import { STOPWATCH } from './world.ts'

/** What keeps everything while the tests of this process run. They are the same on both. */
export const engine = engineFrom(process.env['SALLYPORT_TEST_STORE'] ?? 'sqlite')

/** Where one test keeps everything, and what can be done to it behind everybody's back. */
export type TestStore = AsyncDisposable & {
  /** As `store` of a configuration. */
  readonly config: Readonly<Record<string, unknown>>
  /** The same as by another process. */
  open(options: Omit<SqliteOptions, 'file' | 'onFault'>): Promise<Store>
  /** `?` stands for what is given. */
  query<Row>(sql: string, ...given: readonly unknown[]): Promise<readonly Row[]>
  /** How many rows it changed. */
  change(sql: string, ...given: readonly unknown[]): Promise<number>
  tables(): Promise<readonly string[]>
  /** All that can be read of it without asking Sallyport, by the name of the place. */
  places(): Promise<ReadonlyMap<string, string>>
}

/** To be in the environment of whoever reads `config`. */
export const STORE_ENV = { STORE_PASSWORD: SERVING.password }

/** @param folder for what an embedded store writes. */
export function openTestStore(folder: string): Promise<TestStore> {
  return engine === 'sqlite' ? openOnSqlite(folder) : openOnPostgres()
}

/** The words of whichever engine it is, for what cannot be said in the same. */
export const spelled = <T>(words: Readonly<Record<typeof engine, T>>): T => words[engine]

function engineFrom(given: string): 'sqlite' | 'postgres' {
  if (given === 'sqlite' || given === 'postgres') return given
  throw new Error(`SALLYPORT_TEST_STORE=${given}: there are sqlite and postgres`)
}

export async function openOnSqlite(folder: string): Promise<TestStore> {
  const file = join(folder, 'sallyport.db')
  const inFile = <T>(act: (db: Database.Database) => T): T => {
    const db = new Database(file)
    try {
      return act(db)
    } finally {
      db.close()
    }
  }
  return {
    config: { engine: 'sqlite', file },
    open: (options) => openSqliteStore({ ...options, file }),
    query: async <Row>(sql: string, ...given: readonly unknown[]) =>
      inFile((db) => db.prepare<unknown[], Row>(sql).all(...given)),
    change: async (sql, ...given) => inFile((db) => db.prepare(sql).run(...given).changes),
    async tables() {
      const named = "SELECT name FROM sqlite_master WHERE type = 'table'"
      return inFile((db) => db.prepare<[], { name: string }>(named).all()).map(({ name }) => name)
    },
    async places() {
      const names = readdirSync(folder).filter((name) => name.startsWith('sallyport.db'))
      return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'latin1')]))
    },
    async [Symbol.asyncDispose]() {},
  }
}

const TABLES = `SELECT relname AS name, oid FROM pg_class
  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname`
/** Of a table and of what is kept beside it because it is long, as far as it was written down. */
const FILES = `SELECT pg_read_binary_file(pg_relation_filepath(oid)) AS bytes FROM pg_class
  WHERE pg_relation_filepath(oid) IS NOT NULL AND relkind IN ('r', 't', 'i')
    AND (oid = $1 OR oid = (SELECT reltoastrelid FROM pg_class WHERE oid = $1)
      OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = $1))`
const LOG = `SELECT pg_read_file(current_setting('data_directory') || '/../postgres.log') AS said`

/**
 * @param over laid over what Sallyport is told of the server, where something stands between.
 * @param made a database that is there already.
 */
export async function openOnPostgres(
  over: Partial<Pick<PostgresSettings, 'hosts' | 'prepared'>> = {},
  made?: TestDatabase,
): Promise<TestStore> {
  const database = made ?? (await (await sharedPostgres()).database())
  const { query } = database
  const settings = { ...database.settings, ...over }
  const { hosts, user, prepared } = settings
  /** `?` and not `$1`: the same words are for SQLite. */
  const numbered = (sql: string) => {
    let given = 0
    return sql.replace(/\?/g, () => `$${++given}`)
  }
  const store: TestStore = {
    config: {
      engine: 'postgres',
      hosts: hosts.map(({ host, port }) => `${host}:${port}`),
      ...{ database: database.name, user, passwordEnv: 'STORE_PASSWORD', prepared },
    },
    open: (options) =>
      openPostgresStore({ ...options, settings, migrate: 'manual', stopwatch: STOPWATCH }),
    query: <Row>(sql: string, ...given: readonly unknown[]) => query<Row>(numbered(sql), given),
    change: (sql, ...given) => database.change(numbered(sql), given),
    tables: async () => (await query<{ name: string }>(TABLES)).map(({ name }) => name),
    async places() {
      await query('CHECKPOINT')
      const places = new Map<string, string>()
      for (const { name, oid } of await query<{ name: string; oid: number }>(TABLES)) {
        const rows = await query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`)
        places.set(`rows of ${name}`, rows.map(({ row }) => row).join('\n'))
        const files = await query<{ bytes: Buffer }>(FILES, [oid])
        places.set(`files of ${name}`, files.map(({ bytes }) => bytes.toString('latin1')).join())
      }
      // Others write there as well, each line with the name of their database.
      const [log] = await query<{ said: string }>(LOG)
      const lines = log?.said
        .split(/\n(?=\S)/)
        .filter((line) => line.includes(` ${database.name} `))
      return places.set('log of the database', lines?.join('\n') ?? '')
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
  return store
}
