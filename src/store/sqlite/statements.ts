import type { Database } from 'better-sqlite3'
import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely'
import { invariant } from '../../kernel/index.ts'
import type { Schema } from '../schema.ts'

/** Writes queries; it has no connection, since what it compiles is prepared once and run by the driver itself. */
export type Query = Kysely<Schema>

export function createQuery(): Query {
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}

/**
 * A value that is given by name when the statement runs; never `@name` alone. Where SQLite's planner looks at the value of a
 * parameter (beside `=`, in LIMIT, for a partial index), it has the statement compiled anew whenever that is bound again
 * (`sqlite3Reprepare`), which costs several times the run. It does not look into `likely()`, which is what is in it and costs
 * nothing. SQLITE_DBCONFIG_ENABLE_QPSG would say the same for a whole connection, but the driver cannot set it.
 */
export const given = <T extends string | number | null = string>(name: string): RawBuilder<T> =>
  sql<T>`${sql.raw(`likely(@${name})`)}`

/** An insert's values, each given under the name of its column. */
export function columns<const Name extends string>(...names: readonly Name[]) {
  const values = names.map((name) => [name, given<never>(name)] as const)
  return Object.fromEntries(values) as Record<Name, RawBuilder<never>>
}

type Values = Readonly<Record<string, string | number | null>>

/** Rows are typed by the schema, and STRICT tables hold SQLite to it. */
export type Prepared<Row> = {
  get(values: Values): Row | undefined
  all(values: Values): Row[]
  run(values: Values): { readonly changes: number }
}

const BARE = /(?<!likely\()@\w/

export function prepare<Row>(
  db: Database,
  query: { compile(): CompiledQuery<Row> },
): Prepared<Row> {
  const { sql: text, parameters } = query.compile()
  invariant(parameters.length === 0, `every value is given by name or is a literal: ${text}`)
  invariant(!BARE.test(text), `every value is given by \`given\`: ${text}`)
  return db.prepare<[Values], Row>(text)
}
