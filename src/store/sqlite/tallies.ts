import { type Expression, type RawBuilder, sql } from 'kysely'
import { given, type Query } from './statements.ts'

/** The account's tallies over all factors and lanes, as one JSON value: so a look at a row is one statement, one moment. */
export function talliesOf(account: Expression<string | null>): RawBuilder<string> {
  return sql<string>`(
    select json_group_array(json_object(
      'factor', factor, 'lane', lane, 'failures', failures, 'lockedUntil', locked_until))
    from counters where counters.account = ${account})`
}

export function foundStepUp(query: Query) {
  return query
    .selectFrom('step_ups')
    .select(['version', 'value', talliesOf(sql.ref('step_ups.account')).as('tallies')])
    .where('id', '=', given('id'))
}
