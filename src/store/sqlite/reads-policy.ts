import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import { prepare, type Query } from './statements.ts'

export function policyReads(db: Database, query: Query) {
  return {
    policy: prepare(db, query.selectFrom('policy').select(['version', 'document', 'applied_at'])),
    ownSettings: prepare(
      db,
      query
        .selectFrom('person_settings')
        .innerJoin('accounts', 'accounts.account', 'person_settings.account')
        .leftJoin('people', 'people.account', 'person_settings.account')
        .select(['person_settings.account', 'person_settings.settings', 'accounts.directory'])
        .select(sql<string | null>`coalesce(people.username, accounts.name_key)`.as('username'))
        .orderBy('person_settings.account'),
    ),
  }
}
