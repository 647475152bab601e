import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { Operations } from '../operations.ts'
import { columns, given, prepare, type Query } from '../statements.ts'
import { createTell } from './tell.ts'

export function accountWrites(
  db: Database,
  query: Query,
): Pick<Operations, Extract<keyof Operations, `accounts.${string}`>> {
  const tell = createTell(db, query)
  const run = prepared(db, query)

  return {
    'accounts.know'({ directory, immutable_id, name_key, account: fresh, now, spares }) {
      const before = run.find.get({ directory, immutable_id })
      const account = before?.account ?? fresh
      if (before?.name_key === name_key) return { account, events: [] }
      const former = run.called.get({ directory, name_key })
      if (former !== undefined) run.name.run({ account: former.account, name_key: null })
      if (before === undefined) run.add.run({ account, directory, immutable_id, name_key })
      else run.name.run({ account, name_key })

      const about = { at: now, actor: 'system', account, directory }
      const named = before === undefined ? 'account.made' : 'account.renamed'
      const events = [
        JSON.stringify({ event: named, ...about }),
        ...(former === undefined
          ? []
          : [JSON.stringify({ event: 'account.name-reused', ...about, former: former.account })]),
      ]
      tell(
        spares.flatMap(({ id }, n) => {
          const event = events[n]
          return event === undefined ? [] : [{ id, event }]
        }),
      )
      return { account, events }
    },
  }
}

function prepared(db: Database, query: Query) {
  const directory = given('directory')
  return {
    find: prepare(
      db,
      query
        .selectFrom('accounts')
        .select(['account', 'name_key'])
        .where('directory', '=', directory)
        .where('immutable_id', '=', given('immutable_id')),
    ),
    called: prepare(
      db,
      query
        .selectFrom('accounts')
        .select('account')
        .where('directory', '=', directory)
        .where('name_key', '=', given('name_key')),
    ),
    add: prepare(
      db,
      query.insertInto('accounts').values({
        ...columns('account', 'directory', 'immutable_id', 'name_key'),
        gone_at: sql`null`,
      }),
    ),
    name: prepare(
      db,
      query
        .updateTable('accounts')
        .set({ name_key: given<string | null>('name_key') })
        .where('account', '=', given('account')),
    ),
  }
}
