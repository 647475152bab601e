import type { Instant } from '../../kernel/index.ts'
import type { TableName } from './tables.ts'

export type Value = string | number | null
export type Row = Readonly<Record<string, Value>>

/** Where a reader stands in a table of one engine: after the row with this key. */
export type Cursor = readonly (string | number)[]

/** `after` is undefined where there was no row. */
export type Batch = { readonly rows: readonly Row[]; readonly after: Cursor | undefined }

/** That a store is a copy of another one, and how far it has come. */
export type Copy = {
  /** What it is a copy of. */
  readonly source: string
  /** Text of whoever copies. */
  readonly progress: string
  readonly finishedAt: Instant | null
}

/** A store as rows. Nothing here changes it. */
export type Source = AsyncDisposable & {
  readonly engine: 'sqlite' | 'postgres'
  /** The number of the schema that this release makes there. */
  readonly known: number
  /** The number of its schema; null where there is none. Nothing else may be asked before it is the one that is known. */
  schema(): Promise<number | null>
  /** Whoever holds a lease that has not run out. */
  servedBy(now: Instant): Promise<string | undefined>
  /** The end of its chain and the last event that waits: another text after whatever leaves an event. */
  latest(): Promise<string>
  copy(): Promise<Copy | undefined>
  /** The next rows in the order of the key, at most `count`. */
  read(table: TableName, after: Cursor | null, count: number): Promise<Batch>
}

/** A store that becomes a copy. Rows and how far they bring it commit together; whoever thought it elsewhere is `stale`. */
export type Target = Source & {
  /** Only what holds nothing becomes a copy. */
  begin(copy: Omit<Copy, 'finishedAt'>): Promise<'begun' | 'not-empty' | 'stale'>
  /** `before` rows of this table are there already. */
  append(rows: Appended, from: string, to: string): Promise<'appended' | 'stale'>
  finish(from: string, at: Instant): Promise<'finished' | 'stale'>
}

export type Appended = {
  readonly table: TableName
  readonly rows: readonly Row[]
  readonly before: number
}
