import type { Database } from 'better-sqlite3'
import { type Expression, sql } from 'kysely'
import { given, prepare, type Query } from './statements.ts'
import { talliesOf } from './tallies.ts'

const ACCOUNT = [
  ...(['account', 'directory', 'immutable_id', 'name_key'] as const),
  ...(['emails', 'phones', 'seen_at', 'gone_at'] as const),
] as const

/** Reads of accounts whose people are kept elsewhere. */
export function accountReads(db: Database, query: Query) {
  const account = given('account')
  // Of people of our own the id is the account itself.
  const elsewhere = query
    .selectFrom('accounts')
    .where('directory', '=', given('directory'))
    .whereRef('immutable_id', '<>', 'account')
  const listed = elsewhere.select([...ACCOUNT, factorsOf('accounts.account').as('factors')])
  const views = listed.select([
    talliesOf(sql.ref('accounts.account')).as('tallies'),
    sendsOf('accounts.account').as('sends'),
    codesOf(sql.ref('accounts.account')).as('codes'),
  ])
  const seenAt = given<number>('after_seen_at')
  return {
    accountOf: prepare(
      db,
      elsewhere
        .select(['account', 'name_key', 'emails', 'phones', 'seen_at', 'gone_at'])
        .where('immutable_id', '=', given('immutable_id')),
    ),
    accountViews: {
      byAccount: prepare(db, views.where('account', '=', account)),
      byName: prepare(db, views.where('name_key', '=', given('name_key'))),
      byId: prepare(db, views.where('immutable_id', '=', given('immutable_id'))),
    },
    accounts: prepare(
      db,
      listed.where('account', '>', given('after')).orderBy('account').limit(given<number>('count')),
    ),
    unseen: prepare(
      db,
      elsewhere
        .select(['account', 'immutable_id', 'seen_at'])
        .where('gone_at', 'is', null)
        .where('seen_at', '<=', given<number>('before'))
        .where(sql<boolean>`(seen_at, account) > (${seenAt}, ${given('after')})`)
        .orderBy('seen_at')
        .orderBy('account')
        .limit(given<number>('count')),
    ),
  }
}

/** What an account has set up, as one JSON value. */
export const factorsOf = (account: string) => sql<string>`(
  select json_group_array(json_object(
    'kind', factor, 'id', id, 'name', name, 'place', place, 'provenance', provenance,
    'secretBits', secret_bits, 'at', at) order by place)
  from enrolments where enrolments.account = ${sql.ref(account)})`

/** Its messages, as one JSON value. */
export const sendsOf = (account: string) => sql<string>`(
  select json_group_array(json_object('channel', channel, 'lane', lane, 'nextAt', next_at))
  from send_budgets where send_budgets.account = ${sql.ref(account)})`

/** What operators handed out to it, as one JSON value. */
export const codesOf = (account: Expression<string | null>) => sql<string>`(
  select json_group_array(json_object('kind', kind, 'madeAt', made_at, 'madeBy', made_by,
    'expiresAt', expires_at, 'answers', answers, 'holder', holder))
  from operator_codes where operator_codes.account = ${account})`
