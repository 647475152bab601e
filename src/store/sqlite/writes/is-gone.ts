import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import { given, prepare, type Query } from '../statements.ts'

/**
 * Whether an account of our own has no enabled person any more: removed, erased or disabled. Whether that of another
 * directory is there is that directory's to say.
 */
export function createIsGone(db: Database, query: Query): (account: string | null) => boolean {
  const enabled = prepare(
    db,
    query
      .selectFrom('people')
      .select('account')
      .where('account', '=', given('account'))
      .where('state', '=', sql.lit('enabled')),
  )
  return (account) => enabled.get({ account }) === undefined
}
