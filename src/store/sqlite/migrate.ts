import { closeSync, existsSync, openSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import type { Clock } from '../../kernel/index.ts'
import {
  type Applied,
  beyond,
  judgeSchema,
  refuseUnfit,
  type SchemaVerdict,
} from '../judge-schema.ts'
import {
  type Migrated,
  type Migration,
  type MigrationPlan,
  scriptOf,
  statementsOf,
} from '../migration.ts'
import { asFault } from './faults.ts'
import { first } from './migrations/0001-first.ts'
import { accountNames } from './migrations/0002-account-names.ts'
import { accountContacts } from './migrations/0003-account-contacts.ts'
import { policy } from './migrations/0004-policy.ts'
import { knownBrowsers } from './migrations/0005-known-browsers.ts'
import { trust } from './migrations/0006-trust.ts'
import { lastChoice } from './migrations/0007-last-choice.ts'
import { operatorCodes } from './migrations/0008-operator-codes.ts'
import { notices } from './migrations/0009-notices.ts'
import { severalApps } from './migrations/0010-several-apps.ts'

export const SQLITE_MIGRATIONS: readonly Migration[] = [
  first,
  accountNames,
  accountContacts,
  policy,
  knownBrowsers,
  trust,
  lastChoice,
  operatorCodes,
  notices,
  severalApps,
]
/** What this release makes and needs. */
export const SQLITE_SCHEMA = SQLITE_MIGRATIONS.at(-1)?.version ?? 0
const BUSY_MS = 10_000
const VERSIONS = `CREATE TABLE IF NOT EXISTS schema_versions (
  version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, compatible_from INTEGER NOT NULL,
  applied_at INTEGER NOT NULL) STRICT`

/**
 * Makes the file where there is none and brings its schema up to this release. Whoever comes second finds it done. A newer
 * schema is left as it is, and is refused where whoever made it says that this release is too old for it.
 */
export function migrateSqlite(
  file: string,
  clock: Clock,
  migrations: readonly Migration[] = SQLITE_MIGRATIONS,
): Migrated {
  return told(file, () => {
    // Contacts and sealed secrets are for this process alone; -wal and -shm take after the file.
    closeSync(openSync(file, 'a', 0o600))
    return withFile(file, (db) => {
      // Only this, before anything else is read or written, makes readers independent of the writer.
      db.pragma('journal_mode = WAL')
      db.pragma('synchronous = FULL')
      return db.transaction(() => migrate(db, clock, migrations)).immediate()
    })
  })
}

function migrate(db: Sqlite.Database, clock: Clock, migrations: readonly Migration[]): Migrated {
  const found = judge(db, migrations)
  if (found.verdict === 'beyond') throw beyond(found)
  const { version: from } = found
  if (found.verdict === 'fit') return { from, to: from }
  for (const sql of statementsOf(found, VERSIONS, clock.now())) db.exec(sql)
  return { from, to: found.missing.at(-1)?.version ?? from }
}

/** What `migrateSqlite` would do. It changes nothing, and makes no file. */
export function planSqlite(
  file: string,
  clock: Clock,
  migrations: readonly Migration[] = SQLITE_MIGRATIONS,
): MigrationPlan {
  const found = look(file, migrations)
  if (found.verdict === 'beyond') throw beyond(found)
  const { version: from } = found
  if (found.verdict === 'fit') return { from, to: from, sql: '' }
  const statements = statementsOf(found, VERSIONS, clock.now())
  const sql = scriptOf(['PRAGMA journal_mode = WAL', 'BEGIN IMMEDIATE', ...statements, 'COMMIT'])
  return { from, to: found.missing.at(-1)?.version ?? from, sql }
}

/** Refuses a schema that this release cannot run on as it is, and says what to do. */
export function checkSchemaSqlite(
  file: string,
  migrations: readonly Migration[] = SQLITE_MIGRATIONS,
): void {
  refuseUnfit(look(file, migrations))
}

function look(file: string, migrations: readonly Migration[]): SchemaVerdict {
  if (!existsSync(file)) return judgeSchema([], migrations)
  return told(file, () => withFile(file, (db) => judge(db, migrations)))
}

function judge(db: Sqlite.Database, migrations: readonly Migration[]): SchemaVerdict {
  const table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_versions'"
  if (db.prepare(table).get() === undefined) return judgeSchema([], migrations)
  const all = 'SELECT version, compatible_from AS compatibleFrom FROM schema_versions'
  return judgeSchema(db.prepare<[], Applied>(all).all(), migrations)
}

function withFile<T>(file: string, use: (db: Sqlite.Database) => T): T {
  const db = new Sqlite(file, { fileMustExist: true, timeout: BUSY_MS })
  try {
    return use(db)
  } finally {
    db.close()
  }
}

function told<T>(file: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    throw asFault(cause, `cannot open ${file}`)
  }
}
