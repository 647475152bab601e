import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { NoticeRow } from '../../schema.ts'
import type { Operations } from '../operations.ts'
import { columns, given, prepare, type Query } from '../statements.ts'

type Fresh = Pick<NoticeRow, 'id' | 'account' | 'lane' | 'kind' | 'factor' | 'at' | 'about'> &
  Partial<Pick<NoticeRow, 'former' | 'next_at'>>

const ROW = [
  ...(['id', 'account', 'lane', 'kind', 'factor', 'at', 'about', 'former', 'remaining'] as const),
  ...(['state', 'tries', 'next_at', 'told_at'] as const),
] as const

/** Keeps what a person is to be told of in the transaction of what it is about. */
export function createNotices(db: Database, query: Query) {
  const insert = prepare(
    db,
    query
      .insertInto('notices')
      .values(columns(...ROW))
      .onConflict((clash) => clash.doNothing()),
  )
  const end = prepare(db, query.deleteFrom('notices').where('account', '=', given('account')))
  return {
    add(notice: Fresh): void {
      const fresh = { former: '[]', next_at: notice.at, ...notice }
      insert.run({ ...fresh, remaining: null, state: 'waiting', tries: 0, told_at: null })
    },
    end: (account: string) => end.run({ account }).changes,
  }
}

type NoticeOperations = Pick<Operations, Extract<keyof Operations, `notices.${string}`>>

export function noticeWrites(
  db: Database,
  query: Query,
  tell: (told: Parameters<Operations['notices.settle']>[0]['told']) => void,
): NoticeOperations {
  const claim = prepare(
    db,
    query
      .updateTable('notices')
      .set((eb) => ({ tries: eb('tries', '+', eb.lit(1)), next_at: given<number>('next_at') }))
      .where('id', '=', given('id'))
      .where('tries', '=', given<number>('tries'))
      .where('state', '=', sql.lit('waiting')),
  )
  const settle = prepare(
    db,
    query
      .updateTable('notices')
      .set(columns('state', 'remaining', 'told_at'))
      .where('id', '=', given('id'))
      .where('tries', '=', given<number>('tries'))
      .where('state', '=', sql.lit('waiting')),
  )
  const forget = prepare(
    db,
    query
      .deleteFrom('notices')
      .where(
        'id',
        'in',
        query
          .selectFrom('notices')
          .select('id')
          .where('at', '<=', given<number>('before'))
          .where('state', '!=', sql.lit('waiting'))
          .orderBy('at')
          .limit(given<number>('rows')),
      ),
  )
  return {
    'notices.claim': (of) => (claim.run(of).changes === 1 ? 'claimed' : 'taken'),
    'notices.settle'({ row, told }) {
      if (settle.run(row).changes === 0) return 'stale'
      tell(told)
      return 'settled'
    },
    'notices.forget': (of) => forget.run(of).changes,
  }
}
