import type { RetryKind } from './faults.ts'
import type { Statement, Values } from './statements.ts'

/**
 * How statements reach the server, and what may be believed of their answers. Nothing waits longer than the deadline of an
 * operation, its place in the queue, its connection and every retry included; then it is Fault `store.unavailable`.
 */
export type Link = AsyncDisposable & {
  /** Changes nothing, so it is asked again after any fault of the world. */
  read<Row>(statement: Statement<Row>, values: Values): Promise<readonly Row[]>

  /**
   * One statement, one transaction. It is asked again with the same values after an error that undid it, and also when the
   * connection went before the answer came: so a second time it must change nothing that the first time did change. Then
   * `again` is true, and whoever asked has to find out whether the answer is about what the first time did.
   */
  write<Row>(statement: Statement<Row>, values: Values): Promise<Written<Row>>

  /**
   * The same beside the queue, on a connection that is there for it: so that its answer is about the database, and not about
   * how many wait. One at a time.
   */
  writeAside<Row>(statement: Statement<Row>, values: Values): Promise<Written<Row>>

  /**
   * A short transaction, READ COMMITTED. `work` may run more than once, and must do nothing but ask. Where the answer to
   * COMMIT was lost it is a Fault that says so: for what operators do, and what people do with what
   * is theirs; never for a sign-in.
   */
  transact<T>(work: (tx: Tx) => Promise<T>): Promise<T>
}

export type Written<Row> = { readonly rows: readonly Row[]; readonly again: boolean }

export type Tx = {
  /** One at a time. */
  run<Row>(statement: Statement<Row>, values: Values): Promise<readonly Row[]>
}

/** What a link tells of itself. */
export type Watched = {
  stats(): LinkStats
  /** The server's clock against ours, by one look at it. Throws as `read` does. */
  clock(): Promise<ClockReading>
}

export type LinkStats = {
  /** Connections that an operation has; none while none can be had, however many operations try. */
  readonly inUse: number
  /** Connections that wait for work. */
  readonly idle: number
  /** Operations that wait for their turn. */
  readonly waiting: number
  /** Since it was opened. */
  readonly retries: Readonly<Record<RetryKind, number>>
}

export type ClockReading = {
  /** How far the server is ahead of us. Right to half of `roundTripMs`. */
  readonly offsetMs: number
  readonly roundTripMs: number
}
