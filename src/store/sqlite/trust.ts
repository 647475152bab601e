import { type Expression, type RawBuilder, sql } from 'kysely'
import { GRANT_COLUMNS } from '../rows-trust.ts'

/** What an account has been granted, as one JSON value. */
export function grantsOf(account: Expression<string | null>): RawBuilder<string> {
  const fields = sql.join(GRANT_COLUMNS.flatMap((name) => [sql.lit(name), sql.ref(name)]))
  return sql<string>`(
    select json_group_array(json_object(${fields})) from trust_grants
    where trust_grants.account = ${account})`
}
