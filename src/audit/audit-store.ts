import type { Id, Instant } from '../kernel/index.ts'
import type { AuditEvent } from './events.ts'

/** An event as committed, in the very text that was committed; the sealer gives it its place in the chain. */
export type KeptEvent = { readonly id: Id<'event'>; readonly text: string }

/** `mac` = HMAC-SHA256(audit key, previous mac, sequence, id, text), base64url. */
export type Sealed = KeptEvent & {
  readonly sequence: number
  readonly keyId: string
  readonly mac: string
}

/** What the chain came to at a moment; logged, so that a shortened chain can be told. */
export type Checkpoint = {
  readonly sequence: number
  readonly mac: string
  readonly at: Instant
  readonly keyId: string
  readonly signature: string
}

export type AuditStore = {
  /** Adds events that belong to no other change (durable). */
  keep(events: readonly AuditEvent[]): Promise<void>
  /** Committed and not yet in the chain, oldest commit first. */
  unsealed(limit: number): Promise<readonly KeptEvent[]>
  /** How many those are, counted up to `max`. */
  countUnsealed(max: number): Promise<number>
  /** The last link; undefined before the first. */
  head(): Promise<{ readonly sequence: number; readonly mac: string } | undefined>
  /** Appends if the head is still at `after` (0 before the first link). Ordered; with a checkpoint durable. */
  seal(
    after: number,
    links: readonly Omit<Sealed, 'text'>[],
    checkpoint: Checkpoint | null,
  ): Promise<'sealed' | 'stale'>
  /** In order of sequence, starting after `after`. */
  sealed(after: number, limit: number): Promise<readonly Sealed[]>
  lastCheckpoint(): Promise<Checkpoint | undefined>
  checkpointAt(sequence: number): Promise<Checkpoint | undefined>
  /**
   * The newest checkpoint that is older than `before` and at most `rows` links from the beginning, else the next one after
   * those; never the last of all. Undefined where there is nothing to take away.
   */
  prunable(before: Instant, rows: number): Promise<Checkpoint | undefined>
  /** Takes away every link and event up to a checkpoint, whose new signature says that this was meant. Durable. */
  prune(sequence: number, signature: string): Promise<void>
}

/** What is asked to tell whether the chain is whole. */
export type SealedEvents = Pick<
  AuditStore,
  'unsealed' | 'sealed' | 'lastCheckpoint' | 'checkpointAt'
>
