import type { AuditEvent } from '../../src/audit/index.ts'
import type { KeyRing } from '../../src/kernel/index.ts'
import type { Store } from '../../src/store/index.ts'

/** A store of one test, empty at first. */
export type Bench = AsyncDisposable & {
  readonly store: Store
  /** The same data as another process would open it, with other field keys where it is given some. */
  another(keys?: KeyRing): Promise<Store>
  /** What the store said that it worded itself. */
  readonly heard: readonly AuditEvent[]
}

export type OpenBench = () => Promise<Bench>

/** All events, in the order of their commits. */
export async function eventsOf(store: Store): Promise<readonly AuditEvent[]> {
  return (await store.audit.unsealed(10_000)).map(({ text }) => JSON.parse(text))
}

export async function namesOf(store: Store): Promise<readonly string[]> {
  return (await eventsOf(store)).map(({ event }) => event)
}

/** How many said what. */
export function counted(answers: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1
  return counts
}

export const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n))

/** Two processes that take turns. */
export const turns =
  (one: Store, other: Store) =>
  (n: number): Store =>
    n % 2 === 0 ? other : one
