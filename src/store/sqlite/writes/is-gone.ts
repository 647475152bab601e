import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { Keeping } from '../operations.ts'
import { given, prepare, type Query } from '../statements.ts'

/**
 * Whether an account of our own has no enabled person any more: removed, erased or disabled; and whether that of another
 * directory's person was erased. Whether that person is there is that directory's to say.
 */
export function createIsGone(
  db: Database,
  query: Query,
): (account: string | null, keeping: Keeping) => boolean {
  const account = given('account')
  const enabled = prepare(
    db,
    query
      .selectFrom('people')
      .select('account')
      .where('account', '=', account)
      .where('state', '=', sql.lit('enabled')),
  )
  const kept = prepare(
    db,
    query.selectFrom('accounts').select('account').where('account', '=', account),
  )
  return (of, { isOurs, isTheirs }) =>
    (isOurs && enabled.get({ account: of }) === undefined) ||
    (isTheirs && kept.get({ account: of }) === undefined)
}
