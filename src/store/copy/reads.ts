import { type Instant, instantOf } from '../../kernel/index.ts'
import type { Batch, Cursor, Row, Source, Value } from './side.ts'
import { type Column, TABLES, type TableName } from './tables.ts'

/** How one engine gives out the rows of a table. */
export type Form = {
  readonly select: string
  readonly where?: string
  readonly groupBy?: string
  /** What rows are put in order by; all of it is selected. */
  readonly key: readonly Column[]
}

/** A table that this engine keeps as it is copied. */
export const plainForm = (name: TableName): Form => ({
  select: `select ${TABLES[name].columns.join(', ')} from ${name}`,
  key: TABLES[name].key,
})

/** What differs between the engines: how a statement is asked, and some statements. */
export type Engine = {
  readonly name: Source['engine']
  readonly known: number
  ask(name: string, sql: string, values: Readonly<Record<string, Value>>): Promise<readonly Row[]>
  readonly forms: Readonly<Record<TableName, Form>>
  /** Answers with a row where there is a schema. */
  readonly hasSchema: string
  /** As `latest`. */
  readonly latest: string
}

export function createReads(engine: Engine): Omit<Source, typeof Symbol.asyncDispose> {
  const { ask, forms } = engine
  return {
    ...{ engine: engine.name, known: engine.known },

    async schema() {
      const [there] = await ask('has_schema', engine.hasSchema, {})
      if (there === undefined) return null
      const [row] = await ask('schema', 'select max(version) as version from schema_versions', {})
      return row?.['version'] === undefined || row['version'] === null
        ? null
        : Number(row['version'])
    },

    async servedBy(now: Instant) {
      const held = 'select holder from leases where until > @now order by until desc limit 1'
      const [lease] = await ask('served_by', held, { now })
      return lease && `${lease['holder']}`
    },

    async latest() {
      const [row] = await ask('latest', engine.latest, {})
      return `${row?.['latest']}`
    },

    async copy() {
      const sql = 'select source, progress, finished_at from store_copies'
      const [row] = await ask('progress', sql, {})
      if (row === undefined) return undefined
      const finishedAt = row['finished_at'] ?? null
      return {
        source: `${row['source']}`,
        progress: `${row['progress']}`,
        finishedAt: finishedAt === null ? null : instantOf(Number(finishedAt)),
      }
    },

    async read(table, after, count) {
      const form = forms[table]
      const values = { count, ...(after && cursorValues(after)) }
      const name = `${table}_${after === null ? 'first' : 'next'}`
      return batchOf(table, form, await ask(name, selectOf(form, after !== null), values))
    },
  }
}

/** Standard SQL, which both engines take; both find the rows by the index of the key. */
function selectOf({ select, where, groupBy, key }: Form, isAfter: boolean): string {
  const names = key.map(({ name }) => name).join(', ')
  const marks = key.map(({ type }, n) => `cast(@after_${MARKS[n]} as ${type})`).join(', ')
  const conditions = [
    ...(where === undefined ? [] : [where]),
    ...(isAfter ? [`(${names}) > (${marks})`] : []),
  ]
  const filter = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : ''
  const group = groupBy === undefined ? '' : ` group by ${groupBy}`
  return `${select}${filter}${group} order by ${names} limit @count`
}

const MARKS = ['first', 'second', 'third'] as const

const cursorValues = (after: Cursor) =>
  Object.fromEntries(after.map((value, n) => [`after_${MARKS[n]}`, value]))

function batchOf(table: TableName, { key }: Form, found: readonly Row[]): Batch {
  const { columns } = TABLES[table]
  const rows = found.map((row) =>
    Object.fromEntries(columns.map((name) => [name, settled(name, row[name] ?? null)])),
  )
  const last = found.at(-1)
  return { rows, after: last && key.map(({ name }) => last[name] ?? '') }
}

/** Each engine has its own spelling of the same JSON. */
function settled(column: string, value: Value): Value {
  if (column !== 'lanes') return value
  const lanes: Record<string, unknown> = JSON.parse(`${value}`)
  return JSON.stringify(Object.fromEntries(Object.entries(lanes).sort(byName)))
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1
