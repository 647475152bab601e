import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import {
  openPostgresSource,
  openPostgresTarget,
  openSqliteSource,
  openSqliteTarget,
  type Source,
  type Target,
} from '../../src/store/copy/index.ts'
import { openSqliteStore, type Store } from '../../src/store/index.ts'
import {
  openLink,
  openPostgresStore,
  type PostgresSettings,
} from '../../src/store/postgres/index.ts'
import { sharedPostgres } from './postgres.ts'
import {
  createFakeClock,
  createSeededRandom,
  createTestKeys,
  type FakeClock,
  STOPWATCH,
} from './world.ts'

/** Where a store is or will be: to be served, or to be copied from or to. */
export type StorePlace = AsyncDisposable & {
  serve(keys?: ReturnType<typeof createTestKeys>): Promise<Store>
  source(): Promise<Source>
  target(): Promise<Target>
  change(sql: string): Promise<void>
}

export type SqlitePlace = StorePlace & {
  readonly file: string
  /** Every row of every table that is not about this store alone. */
  rows(): Readonly<Record<string, readonly unknown[]>>
}

let opened = 0
const random = () => createSeededRandom(`place ${opened++}`)

/** Of a process, and of the store itself. */
const OWN = new Set(['leases', 'schema_versions', 'store_copies'])

export function sqlitePlace(clock: FakeClock = createFakeClock()): SqlitePlace {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-copy-'))
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
    file,
    serve: (keys = createTestKeys()) => openSqliteStore({ file, keys, clock, random: random() }),
    source: () => openSqliteSource(file),
    target: () => openSqliteTarget(file, clock),
    change: async (sql) => void inFile((db) => db.exec(sql)),
    rows: () =>
      inFile((db) => {
        const named = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        const names = db.prepare<[], { name: string }>(named).all()
        return Object.fromEntries(
          names
            .filter(({ name }) => !OWN.has(name))
            .map(({ name }) => [name, inOrder(db.prepare(`SELECT * FROM ${name}`).all())]),
        )
      }),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
  }
}

const inOrder = (rows: readonly unknown[]): readonly unknown[] =>
  rows.map((row) => JSON.stringify(row)).sort()

export async function postgresPlace(clock: FakeClock = createFakeClock()): Promise<StorePlace> {
  const database = await (await sharedPostgres()).database()
  const { settings, owner } = database
  const link = (of: PostgresSettings) =>
    openLink(of, { clock, random: random(), stopwatch: STOPWATCH })
  return {
    serve: (keys = createTestKeys()) =>
      openPostgresStore({
        ...({ settings, migrate: 'manual', keys, clock } as const),
        ...{ random: random(), stopwatch: STOPWATCH },
      }),
    source: async () => openPostgresSource(link(settings)),
    // The role that serves may not say how far a copy has come.
    target: async () => openPostgresTarget(link(owner)),
    change: async (sql) => void (await database.query(sql)),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}
