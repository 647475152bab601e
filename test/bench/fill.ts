import Database from 'better-sqlite3'
import { instantOf } from '../../src/kernel/index.ts'
import { migrateSqlite } from '../../src/store/index.ts'
import type { TestDatabase } from '../support/postgres-database.ts'
import type { Installation } from './installation.ts'
import { type Batch, type Has, peopleOf } from './people.ts'

/** Straight into the tables, by the product's own rows, because a million people are not imported within a minute. */
export async function fillWithPeople(
  installation: Installation,
  prefix: string,
  people: number,
  has: Has = 'app',
): Promise<void> {
  const batches = peopleOf(installation, prefix, people, has)
  const { postgres, database } = installation
  if (postgres === null) fillSqlite(database, batches)
  else await fillPostgres(postgres, batches)
}

const FAST = ['synchronous = OFF', 'locking_mode = EXCLUSIVE', 'cache_size = -200000']

function fillSqlite(file: string, batches: Iterable<Batch>): void {
  const now = instantOf(Date.now())
  migrateSqlite(file, { now: () => now })
  const db = new Database(file)
  for (const pragma of FAST) db.pragma(pragma)
  const statements = new Map<string, Database.Statement>()
  const insertInto = (table: string, row: object) => {
    const columns = Object.keys(row)
    const made = db.prepare(
      `INSERT INTO ${table} (${columns}) VALUES (${columns.map((name) => `@${name}`)})`,
    )
    statements.set(table, made)
    return made
  }
  const insert = db.transaction((batch: Batch) => {
    for (const [table, rows] of Object.entries(batch))
      for (const row of rows) (statements.get(table) ?? insertInto(table, row)).run(row)
  })
  for (const batch of batches) insert(batch)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

async function fillPostgres({ query }: TestDatabase, batches: Iterable<Batch>): Promise<void> {
  let inserted = Promise.resolve()
  for (const batch of batches) {
    // The next ones are made while the server is busy with these.
    await inserted
    inserted = insertAll(batch)
  }
  await inserted
  // As any database in service has had; and nothing is written late, at the cost of what is measured.
  await query('VACUUM (ANALYZE)')
  await query('CHECKPOINT')

  async function insertAll(batch: Batch): Promise<void> {
    for (const [table, [...rows]] of Object.entries(batch)) {
      const columns = Object.keys(rows[0] ?? {})
      await query(
        `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM json_populate_recordset(null::${table}, $1)`,
        [JSON.stringify(rows)],
      )
    }
  }
}
