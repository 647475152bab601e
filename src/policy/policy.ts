import type { Person } from '../directories/index.ts'
import type { FactorKind } from '../kernel/index.ts'
import type { Ladder } from './ladder.ts'

/** What holds for one person at one client, whatever it was put together from. */
export type Effective = {
  /** In the order in which they are offered. */
  readonly factors: readonly FactorKind[]
  readonly firstEnrolment: 'contact' | 'open'
  /** What the client may have seen proven itself, so that nothing is asked here. */
  readonly delegatedAmr: readonly string[]
}

export type Policy = {
  readonly ladder: Ladder
  effective(client: string, person: Person): Effective
}

/** Every person is asked, with the factors of the configuration. Rules and own settings of a person come between here. */
export function createPolicy(settings: {
  readonly factors: readonly FactorKind[]
  readonly firstEnrolment: 'contact' | 'open'
  readonly delegatedAmr: ReadonlyMap<string, readonly string[]>
  readonly ladder: Ladder
}): Policy {
  const { factors, firstEnrolment, delegatedAmr, ladder } = settings
  return {
    ladder,
    effective: (client) => ({
      factors,
      firstEnrolment,
      delegatedAmr: delegatedAmr.get(client) ?? [],
    }),
  }
}
