import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import { given, prepare, type Query } from '../statements.ts'

/**
 * Whether an account of our own has no enabled person. Its immutable id is the account itself; that of an account of
 * another directory is not, and whether its person is there is that directory's to say.
 */
export function createIsGone(db: Database, query: Query): (account: string) => boolean {
  const gone = prepare(
    db,
    query
      .selectFrom('accounts')
      .leftJoin('people', 'people.account', 'accounts.account')
      .select('accounts.account')
      .where('accounts.account', '=', given('account'))
      .whereRef('accounts.immutable_id', '=', 'accounts.account')
      .where(sql<boolean>`people.state is not 'enabled'`),
  )
  return (account) => gone.get({ account }) !== undefined
}
