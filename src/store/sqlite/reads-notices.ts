import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { DueRow } from '../rows-notices.ts'
import { given, prepare, type Query } from './statements.ts'

export function noticeReads(db: Database, query: Query) {
  const since = given<number>('since')
  const like = sql`kind = n.kind and factor is n.factor`
  return {
    due: prepare(
      db,
      query
        .selectFrom('notices as n')
        .leftJoin('accounts', 'accounts.account', 'n.account')
        .select([
          ...(['n.id', 'n.account', 'n.lane', 'n.kind', 'n.factor', 'n.at', 'n.about'] as const),
          ...(['n.former', 'n.remaining', 'n.tries'] as const),
          ...(['accounts.directory', 'accounts.immutable_id'] as const),
          told(sql`true`).as('lately'),
          told(like).as('lately_like'),
          sql<number>`not exists (select 1 from send_budgets b where b.account = n.account
            and b.channel = n.factor and b.lane = n.lane)`.as('answered'),
        ])
        .where('n.state', '=', sql.lit('waiting'))
        .where('n.next_at', '<=', given<number>('now'))
        .orderBy('n.next_at')
        .limit(given<number>('count'))
        .$castTo<DueRow>(),
    ),
  }

  function told(also: ReturnType<typeof sql>) {
    return sql<number>`(select count(*) from notices where account = n.account and lane = n.lane
      and told_at > ${since} and ${also})`
  }
}
