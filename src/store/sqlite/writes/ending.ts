import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import { cancelledEvent, OF_ONE_STATE, type Spares } from '../../ending.ts'
import type { EndingMessage } from '../operations.ts'
import { given, prepare, type Query } from '../statements.ts'
import { createTell } from './tell.ts'

/** Ends what is under way for an account, wholly or as far as it relies on a factor; answers with the events it kept. */
export type EndSignIns = (of: {
  readonly account: string
  readonly factor: string | null
  /** A step-up that goes on. */
  readonly but?: string
  readonly ending: EndingMessage
  readonly spares: Spares
}) => readonly string[]

export function createEndSignIns(db: Database, query: Query): EndSignIns {
  const tell = createTell(db, query)
  const run = prepared(db, query)

  return ({ account, factor, but = '', ending, spares }) => {
    // Whatever ends a question ends that none is asked.
    run.trust.run({ account })
    // Tokens first: afterwards a step-up that was proven may be no longer what it was.
    run.tokens.run({ account, factor, but })
    if (spares === 'asked-nothing') run.touch.run({ account })
    const ended = run.stepUps.all({ account, factor, but, spares, at: ending.at })
    return ended.map(({ id, client }) => {
      run.code.run({ id })
      const told = cancelledEvent(ending, ending.spare, { id, client, account })
      tell([told])
      return told.event
    })
  }
}

function prepared(db: Database, query: Query) {
  const account = given('account')
  const factor = given<string | null>('factor')
  const at = given<number>('at')
  const spares = given<string>('spares')
  const isAskedNothing = sql<boolean>`(state = 'blocked' and json_array_length(value, '$.offered') = 0)`
  const paths = sql.join(OF_ONE_STATE.map((name) => sql.lit(`$.${name}`)))
  const isRedeemed = sql<boolean>`exists (
    select 1 from authorization_codes
    where authorization_codes.step_up = step_ups.id and redeemed_at is not null)`
  const isProvenBy = sql<boolean>`(${factor} is null or json_extract(step_ups.value, '$.factor') = ${factor})`
  const mayAsk = sql<boolean>`(${factor} is null or state in ('enrolling', 'managing') or exists (
    select 1 from json_each(step_ups.value, '$.offered') as way
    where json_extract(way.value, '$.factor') = ${factor}))`
  return {
    trust: prepare(db, query.deleteFrom('trust_grants').where('account', '=', account)),
    tokens: prepare(
      db,
      query
        .updateTable('authorization_codes')
        .set({ token_hash: sql.lit(null), token_expires_at: sql.lit(null) })
        .where(
          'step_up',
          'in',
          query
            .selectFrom('step_ups')
            .select('id')
            .where('account', '=', account)
            .where('state', '=', sql.lit('satisfied'))
            .where('id', '<>', given('but'))
            .where(isProvenBy),
        ),
    ),
    /** What is past its time is left to expire; what was proven and not yet told to the client is not told any more. */
    stepUps: prepare(
      db,
      query
        .updateTable('step_ups')
        .set({
          version: sql<number>`version + 1`,
          state: sql.lit('cancelled'),
          value: sql<string>`json_set(json_remove(value, ${paths}),
            '$.state', 'cancelled', '$.by', 'operator', '$.at', ${at})`,
        })
        .where('account', '=', account)
        .where('id', '<>', given('but'))
        .where(
          sql<boolean>`(state in ('choosing', 'challenged', 'enrolling', 'managing', 'blocked')
            and expires_at > ${at} and not (${spares} = 'asked-nothing' and ${isAskedNothing})
            and (${isProvenBy} or ${mayAsk})
            or state = 'satisfied' and not ${isRedeemed} and ${isProvenBy})`,
        )
        .returning(['id', sql<string>`json_extract(value, '$.request.client')`.as('client')]),
    ),
    /** Whoever plans one of them at this moment has looked before, and looks again. */
    touch: prepare(
      db,
      query
        .updateTable('step_ups')
        .set({ version: sql<number>`version + 1` })
        .where('account', '=', account)
        .where(isAskedNothing),
    ),
    code: prepare(db, query.deleteFrom('authorization_codes').where('step_up', '=', given('id'))),
  }
}
