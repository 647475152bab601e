import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import { isSameJson } from '../../to-rows.ts'
import type { Operations } from '../operations.ts'
import { columns, given, prepare, type Query } from '../statements.ts'
import { createTell } from './tell.ts'
import { createGrants } from './trust.ts'

type PolicyOperations = Pick<Operations, Extract<keyof Operations, `policy.${string}`>>

export function policyWrites(db: Database, query: Query): PolicyOperations {
  const tell = createTell(db, query)
  const grants = createGrants(db, query)
  const run = prepared(db, query)

  return {
    'policy.apply'({ seen, document, people, changed, told, now }) {
      if ((run.version.get({})?.version ?? 0) !== seen) return 'stale'
      if (people.some(({ account }) => run.known.get({ account }) === undefined))
        return 'unknown-account'
      run.count.run({})
      run.apply.run({ document, applied_at: now })
      run.clear.run({})
      for (const one of people) run.put.run(one)
      for (const account of changed) grants.end(account)
      tell(told)
      return 'applied'
    },

    'policy.set'({ account, settings, seen, told }) {
      if (run.known.get({ account }) === undefined) return 'unknown'
      const before = run.own.get({ account })?.settings ?? null
      if (seen !== null && !isSameJson(before, seen.settings)) return 'stale'
      run.count.run({})
      if (settings === null) run.take.run({ account })
      else run.put.run({ account, settings })
      grants.end(account)
      tell(told)
      return 'set'
    },
  }
}

function prepared(db: Database, query: Query) {
  const account = given('account')
  return {
    version: prepare(db, query.selectFrom('policy').select('version')),
    known: prepare(
      db,
      query.selectFrom('accounts').select('account').where('account', '=', account),
    ),
    count: prepare(
      db,
      query
        .insertInto('policy')
        .values({ id: sql.lit(1), version: sql.lit(1), document: sql`null`, applied_at: sql`null` })
        .onConflict((clash) =>
          clash.column('id').doUpdateSet({ version: sql<number>`policy.version + 1` }),
        ),
    ),
    apply: prepare(db, query.updateTable('policy').set(columns('document', 'applied_at'))),
    own: prepare(
      db,
      query.selectFrom('person_settings').select('settings').where('account', '=', account),
    ),
    clear: prepare(db, query.deleteFrom('person_settings')),
    put: prepare(
      db,
      query
        .insertInto('person_settings')
        .values(columns('account', 'settings'))
        .onConflict((clash) => clash.column('account').doUpdateSet(columns('settings'))),
    ),
    take: prepare(db, query.deleteFrom('person_settings').where('account', '=', account)),
  }
}
