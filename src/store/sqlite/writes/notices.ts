import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { NoticeRow } from '../../schema.ts'
import type { Operations, Told } from '../operations.ts'
import { columns, given, prepare, type Query } from '../statements.ts'

type Fresh = Pick<NoticeRow, 'id' | 'account' | 'lane' | 'kind' | 'factor' | 'at' | 'about'> &
  Partial<Pick<NoticeRow, 'former' | 'next_at'>>

type OperatorsDoing = {
  readonly told: readonly Told[]
  readonly at: number
  readonly factor?: string | null
  /** As JSON. */
  readonly former?: string
}

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
    add,
    /** What an operator did, named after the event that tells of it. */
    addOperators(
      account: string,
      kind: string,
      { told, factor = null, former = '[]', at }: OperatorsDoing,
    ): void {
      const [event] = told
      if (event === undefined) return
      const lane = 'operator'
      add({ id: event.id, account, lane, kind, factor, at, about: 'null', former })
    },
    end: (account: string) => end.run({ account }).changes,
  }

  function add(notice: Fresh): void {
    const fresh = { former: '[]', next_at: notice.at, ...notice }
    insert.run({ ...fresh, remaining: null, state: 'waiting', tries: 0, told_at: null })
  }
}

type NoticeOperations = Pick<Operations, Extract<keyof Operations, `notices.${string}`>>

export function noticeWrites(
  db: Database,
  query: Query,
  tell: (told: readonly Told[]) => void,
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
  const lately = prepare(
    db,
    query
      .selectFrom('notices as n')
      .innerJoin('notices as other', (on) =>
        on
          .onRef('other.account', '=', 'n.account')
          .onRef('other.lane', '=', 'n.lane')
          .onRef('other.id', '!=', 'n.id'),
      )
      .where('n.id', '=', given('id'))
      .where((eb) =>
        eb.or([
          eb('other.told_at', '>', given<number>('since')),
          eb.and([eb('other.state', '=', sql.lit('waiting')), eb('other.tries', '>', eb.lit(0))]),
        ]),
      )
      .select((eb) => [
        eb.fn.countAll<number>().as('all'),
        sql<number>`count(*) filter (where other.kind = n.kind and other.factor is n.factor)`.as(
          'alike',
        ),
      ]),
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
          .orderBy('at')
          .limit(given<number>('rows')),
      ),
  )
  return {
    'notices.claim'({ since, ...of }) {
      if (claim.run(of).changes === 0) return 'taken'
      return lately.get({ id: of.id, since }) ?? { all: 0, alike: 0 }
    },
    'notices.settle'({ row, told }) {
      if (settle.run(row).changes === 0) return 'stale'
      tell(told)
      return 'settled'
    },
    'notices.forget': (of) => forget.run(of).changes,
  }
}
