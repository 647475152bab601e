import { invariant } from '../../kernel/index.ts'
import type { Given } from './asked.ts'

/** What a statement is given, by name. Instants are milliseconds. */
export type Values = Readonly<Record<string, Given>>

/**
 * One statement of SQL, kept prepared on each connection under its name. `Row` is what it answers with: the tables are
 * typed, and the contract suites read every column.
 */
export type Statement<Row> = {
  readonly name: string
  /** With `$1`, `$2` … for the names. */
  readonly text: string
  readonly names: readonly string[]
  /** Never there: it carries the type. */
  readonly row?: Row
}

const GIVEN = /@([a-z_]+)/g

/** `@name` stands for a value; the same name is the same value. Each needs its type where PostgreSQL cannot infer one. */
export function statement<Row = never>(name: string, sql: string): Statement<Row> {
  const names: string[] = []
  const text = sql.replace(GIVEN, (_, given: string) => {
    const at = names.indexOf(given)
    return `$${at < 0 ? names.push(given) : at + 1}`
  })
  return { name: `sallyport_${name}`, text: text.replace(/\s+/g, ' ').trim(), names }
}

export function valuesOf({ name, names }: Statement<unknown>, values: Values): Given[] {
  return names.map((given) => {
    const value = values[given]
    if (value === undefined) invariant(false, `${name} is given '${given}'`)
    return value
  })
}
