import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import { operatorCodeKindOf } from '../../../kernel/index.ts'
import type { Operations, TakenMessage } from '../operations.ts'
import { columns, given, prepare, type Query } from '../statements.ts'
import { createEnrolments } from './enrolments.ts'
import { createIsGone } from './is-gone.ts'
import { createNotices } from './notices.ts'
import { createTell } from './tell.ts'

type Of = { readonly account: string; readonly factor: string }

export type OperatorCodes = {
  /** One answer more, of a kind that operators hand out and where there is a code. */
  count(of: Of): void
  isGood(taken: TakenMessage): boolean
  take(taken: TakenMessage): void
  /** Whether there is a bind code that this browser holds. */
  isHeld(of: { readonly account: string; readonly browser: string }): boolean
  /** All of the account's, or those of one kind; says how many. */
  end(of: { readonly account: string; readonly kind: string | null }): number
}

export function createOperatorCodes(db: Database, query: Query): OperatorCodes {
  const run = prepared(db, query)
  return {
    count({ account, factor: kind }) {
      if (operatorCodeKindOf(kind) !== undefined) run.count.run({ account, kind })
    },
    isGood: (taken) => run.good.get(taken) !== undefined,
    take({ answers_max: _, ...of }) {
      run.take.run(of)
    },
    isHeld: (of) => run.held.get(of) !== undefined,
    end: (of) => run.end.run(of).changes,
  }
}

export function operatorCodeWrites(
  db: Database,
  query: Query,
): Pick<Operations, Extract<keyof Operations, `codes.${string}`>> {
  const tell = createTell(db, query)
  const enrolments = createEnrolments(db, query)
  const isGone = createIsGone(db, query)
  const codes = createOperatorCodes(db, query)
  const notices = createNotices(db, query)
  const run = prepared(db, query)

  return {
    'codes.give'({ row, keeping, told }) {
      const { account, kind } = row
      if (isGone(account, keeping)) return 'account-gone'
      const apps = enrolments.of({ account, factor: 'totp' })
      if (kind === 'bind-code' && apps.length > 0) return 'enrolled'
      run.put.run(row)
      run.untally.run({ account, kind })
      tell(told)
      notices.addOperators(account, 'code-made', { told, at: row.made_at, factor: kind })
      return 'given'
    },

    'codes.revoke'({ account, kind, told }) {
      if (codes.end({ account, kind }) === 0) return 'unknown'
      tell(told)
      return 'revoked'
    },
  }
}

function prepared(db: Database, query: Query) {
  const [account, kind] = [given('account'), given('kind')]
  const theirs = query.selectFrom('operator_codes').select('id').where('account', '=', account)
  return {
    put: prepare(
      db,
      query
        .insertInto('operator_codes')
        .values(columns('account', 'kind', ...REST))
        .onConflict((clash) => clash.columns(['account', 'kind']).doUpdateSet(columns(...REST))),
    ),
    untally: prepare(
      db,
      query.deleteFrom('counters').where('account', '=', account).where('factor', '=', kind),
    ),
    count: prepare(
      db,
      query
        .updateTable('operator_codes')
        .set({ answers: sql<number>`answers + 1` })
        .where('account', '=', account)
        .where('kind', '=', kind),
    ),
    /** Whoever gave it first goes on with a bind code; a bypass code was used then. */
    good: prepare(
      db,
      theirs
        .where('kind', '=', kind)
        .where('id', '=', given('id'))
        .where('answers', '<=', given<number>('answers_max'))
        .where(
          sql<boolean>`(holder is null or kind = 'bind-code' and holder = ${given('browser')})`,
        ),
    ),
    take: prepare(
      db,
      query
        .updateTable('operator_codes')
        .set({ holder: given('browser'), answers: sql<number>`answers - 1` })
        .where('account', '=', account)
        .where('kind', '=', kind)
        .where('id', '=', given('id')),
    ),
    held: prepare(
      db,
      theirs.where('kind', '=', sql.lit('bind-code')).where('holder', '=', given('browser')),
    ),
    end: prepare(
      db,
      query
        .deleteFrom('operator_codes')
        .where('account', '=', account)
        .where(
          sql<boolean>`(${given<string | null>('kind')} is null or kind = ${given<string | null>('kind')})`,
        ),
    ),
  }
}

const REST = [
  ...(['id', 'key_id', 'hash', 'made_at', 'made_by'] as const),
  ...(['expires_at', 'answers', 'holder'] as const),
] as const
