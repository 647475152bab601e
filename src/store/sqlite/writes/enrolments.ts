import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { ConsumedMessage, EnrolmentMessage } from '../operations.ts'
import { columns, given, prepare, type Query } from '../statements.ts'

type Of = { readonly account: string; readonly factor: string }

export type Enrolments = {
  /** By their places, the first ones first. */
  of(of: Of): readonly { readonly id: string; readonly place: number }[]
  isThere(id: string): boolean
  add(enrolment: EnrolmentMessage): void
  rename(of: { readonly account: string; readonly id: string; readonly name: string }): void
  /** With what it used up: the id is gone with it, so no code of it can come again. Says how many. */
  end(of: {
    readonly account: string
    readonly factor: string | null
    /** One alone; null: all of them. */
    readonly id: string | null
  }): number
  usedPart(source: string): number | undefined
  consume(consumed: ConsumedMessage): void
}

export function createEnrolments(db: Database, query: Query): Enrolments {
  const isOf = sql<boolean>`account = ${given('account')}
    and (${given<string | null>('factor')} is null or factor = ${given<string | null>('factor')})
    and (${given<string | null>('id')} is null or id = ${given<string | null>('id')})`
  const find = prepare(
    db,
    query
      .selectFrom('enrolments')
      .select(['id', 'place'])
      .where('account', '=', given('account'))
      .where('factor', '=', given('factor'))
      .orderBy('place'),
  )
  const insert = prepare(
    db,
    query
      .insertInto('enrolments')
      .values(
        columns(
          ...(['id', 'account', 'factor', 'provenance', 'secret', 'secret_bits'] as const),
          ...(['algorithm', 'digits', 'period_seconds', 'at', 'name', 'place'] as const),
        ),
      ),
  )
  const forget = prepare(
    db,
    query
      .deleteFrom('consumed')
      .where('source', 'in', query.selectFrom('enrolments').select('id').where(isOf)),
  )
  const remove = prepare(db, query.deleteFrom('enrolments').where(isOf))
  const there = prepare(
    db,
    query.selectFrom('enrolments').select('id').where('id', '=', given('id')),
  )
  const named = prepare(
    db,
    query
      .updateTable('enrolments')
      .set(columns('name'))
      .where('account', '=', given('account'))
      .where('id', '=', given('id')),
  )
  const used = prepare(
    db,
    query.selectFrom('consumed').select('part').where('source', '=', given('source')),
  )
  // The condition stands here too, so that no way of writing can ever make an old part good again.
  const consume = prepare(
    db,
    query
      .insertInto('consumed')
      .values(columns('source', 'part', 'expires_at'))
      .onConflict((clash) =>
        clash
          .column('source')
          .doUpdateSet(columns('part', 'expires_at'))
          .where('consumed.part', '<', sql<number>`excluded.part`),
      ),
  )

  return {
    of: ({ account, factor }) => find.all({ account, factor }),
    isThere: (id) => there.get({ id }) !== undefined,
    rename: (of) => void named.run(of),
    add({ row, consumed }) {
      insert.run(row)
      consume.run(consumed)
    },
    end(of) {
      forget.run(of)
      return remove.run(of).changes
    },
    usedPart: (source) => used.get({ source })?.part,
    consume(consumed) {
      consume.run(consumed)
    },
  }
}
