import { closeSync, openSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { type Clock, Fault } from '../../kernel/index.ts'
import { asFault } from './faults.ts'
import { first } from './migrations/0001-first.ts'
import type { Migration } from './migrations/migration.ts'

const MIGRATIONS: readonly Migration[] = [first]
const BUSY_MS = 10_000

export type Migrated = { readonly from: number; readonly to: number }

/**
 * Makes the file where there is none and brings its schema up to this release. Whoever comes second finds it done. A newer
 * schema is left as it is, and is refused where whoever made it says that this release is too old for it.
 */
export function migrateSqlite(
  file: string,
  clock: Clock,
  migrations: readonly Migration[] = MIGRATIONS,
): Migrated {
  try {
    // Contacts and sealed secrets are for this process alone; -wal and -shm take after the file.
    closeSync(openSync(file, 'a', 0o600))
    const db = new Sqlite(file, { timeout: BUSY_MS })
    try {
      // Only this, before anything else is read or written, makes readers independent of the writer.
      db.pragma('journal_mode = WAL')
      db.pragma('synchronous = FULL')
      return db.transaction(() => migrate(db, clock, migrations)).immediate()
    } finally {
      db.close()
    }
  } catch (cause) {
    throw asFault(cause, `cannot open ${file}`)
  }
}

function migrate(db: Sqlite.Database, clock: Clock, migrations: readonly Migration[]): Migrated {
  db.exec(`CREATE TABLE IF NOT EXISTS schema_versions (
    version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, compatible_from INTEGER NOT NULL,
    applied_at INTEGER NOT NULL) STRICT`)
  const newest = 'SELECT coalesce(max(version), 0) FROM schema_versions'
  const from = Number(db.prepare(newest).pluck().get())
  const known = migrations.at(-1)?.version ?? 0
  if (from > known) {
    const oldest = 'SELECT max(compatible_from) FROM schema_versions WHERE version > ?'
    const needed = Number(db.prepare(oldest).pluck().get(known))
    if (needed <= known) return { from, to: from }
    throw new Fault(
      'store.unavailable',
      `the store has schema ${from}, which needs a release that knows schema ${needed}; this one knows up to ${known}: run a newer release, or restore the backup from before it`,
    )
  }
  const note = db.prepare('INSERT INTO schema_versions VALUES (?, ?, ?, ?)')
  for (const { version, name, compatibleFrom, sql } of migrations) {
    if (version <= from) continue
    db.exec(sql)
    note.run(version, name, compatibleFrom, clock.now())
  }
  return { from, to: known }
}
