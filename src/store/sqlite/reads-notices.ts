import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import { type DueRow, NOTICE_KINDS } from '../rows-notices.ts'
import { given, prepare, type Query } from './statements.ts'

export function noticeReads(db: Database, query: Query) {
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
          sql<number>`not exists (select 1 from send_budgets b where b.account = n.account
            and b.channel = n.factor and b.lane = n.lane)`.as('answered'),
        ])
        .where('n.state', '=', sql.lit('waiting'))
        .where(
          'n.kind',
          'in',
          NOTICE_KINDS.map((kind) => sql.lit(kind)),
        )
        .where('n.next_at', '<=', given<number>('now'))
        .orderBy('n.next_at')
        .limit(given<number>('count'))
        .$castTo<DueRow>(),
    ),
  }
}
