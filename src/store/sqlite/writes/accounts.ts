import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import { invariant } from '../../../kernel/index.ts'
import { formerOf, isAsSeen } from '../../to-rows.ts'
import type { Operations } from '../operations.ts'
import { columns, given, prepare, type Query } from '../statements.ts'
import { createEndSignIns } from './ending.ts'
import { createNotices } from './notices.ts'
import { createTell } from './tell.ts'
import { createGrants } from './trust.ts'

type AccountOperations = Pick<Operations, Extract<keyof Operations, `accounts.${string}`>>

export function accountWrites(db: Database, query: Query): AccountOperations {
  const tell = createTell(db, query)
  const endSignIns = createEndSignIns(db, query)
  const grants = createGrants(db, query)
  const notices = createNotices(db, query)
  const run = prepared(db, query)

  return {
    'accounts.know'({ directory, immutable_id, name_key, account: fresh, now, spares }) {
      const id = { directory, immutable_id }
      const before = run.find.get(id)
      const account = before?.account ?? fresh
      const names: { readonly event: string; readonly former?: string }[] = []
      if (before === undefined) names.push({ event: 'account.made' })
      else if (before.name_key !== name_key) names.push({ event: 'account.renamed' })
      if (before !== undefined && before.gone_at !== null) names.push({ event: 'account.returned' })
      const former = run.called.get({ directory, name_key })
      if (former !== undefined && former.account !== account) {
        run.unname.run({ account: former.account })
        names.push({ event: 'account.name-reused', former: former.account })
      }
      if (before === undefined) run.add.run({ ...id, account, name_key, now })
      else run.see.run({ account, name_key, now })

      const about = { at: now, actor: 'system', account, directory }
      const events = names.map(({ event, ...more }) => JSON.stringify({ event, ...about, ...more }))
      tell(
        spares.flatMap(({ id }, n) => {
          const event = events[n]
          return event === undefined ? [] : [{ id, event }]
        }),
      )
      const row = run.find.get(id)
      invariant(row !== undefined, 'an account that was written is there')
      return { row, events }
    },

    'accounts.setContacts'({ directory, account, emails, phones, seen, ending, told }) {
      const before = run.contacts.get({ directory, account })
      if (before === undefined) return { heard: 'unknown', events: [] }
      if (seen !== null && !isAsSeen(before, seen)) return { heard: 'stale', events: [] }
      run.setContacts.run({ account, emails, phones })
      tell(told)
      const isAsBefore = before.emails === emails && before.phones === phones
      if (!isAsBefore)
        notices.addOperators(account, 'contacts', { told, at: ending.at, former: formerOf(before) })
      const events = isAsBefore
        ? []
        : endSignIns({ account, factor: null, ending, spares: 'asked-nothing' })
      return { heard: 'set', events }
    },

    'accounts.leave'({ account, seen_at, now, spare }) {
      const left = run.leave.get({ account, seen_at, now })
      if (left === undefined) return { heard: 'seen-since', events: [] }
      grants.end(account)
      const about = { at: now, actor: 'system', account, directory: left.directory }
      const event = JSON.stringify({ event: 'account.left', ...about })
      tell([{ id: spare.id, event }])
      return { heard: 'left', events: [event] }
    },
  }
}

function prepared(db: Database, query: Query) {
  const [account, directory] = [given('account'), given('directory')]
  const now = given<number>('now')
  const update = query.updateTable('accounts').where('account', '=', account)
  return {
    find: prepare(
      db,
      query
        .selectFrom('accounts')
        .select(['account', 'name_key', 'emails', 'phones', 'seen_at', 'gone_at'])
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
        ...{ gone_at: sql`null`, emails: sql.lit('[]'), phones: sql.lit('[]'), seen_at: now },
      }),
    ),
    unname: prepare(db, update.set({ name_key: sql.lit(null) })),
    /** The clock may have gone back. */
    see: prepare(
      db,
      update.set({
        name_key: given<string | null>('name_key'),
        seen_at: sql<number>`max(seen_at, ${now})`,
        gone_at: sql.lit(null),
      }),
    ),
    contacts: prepare(
      db,
      query
        .selectFrom('accounts')
        .select(['emails', 'phones'])
        .where('account', '=', account)
        .where('directory', '=', directory),
    ),
    setContacts: prepare(db, update.set(columns('emails', 'phones'))),
    leave: prepare(
      db,
      update
        .set({ gone_at: now })
        .where('gone_at', 'is', null)
        .where('seen_at', '<=', given<number>('seen_at'))
        .returning('directory'),
    ),
  }
}
