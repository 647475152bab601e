import type { FactorKind } from '../kernel/index.ts'
import { createPolicy, type Policy } from './policy.ts'
import type { PolicyStore } from './policy-store.ts'
import type { PolicySettings } from './settings.ts'

export type Policies = {
  /** The policy of that version, or of a later one where it was changed meanwhile. Asks the store only where it is new. */
  at(version: number): Promise<Policy>
  /** The one that was asked for last; before the first that of the configuration. */
  latest(): Policy
}

/** The policy in force, put together once for each change. */
export function createPolicies(deps: {
  readonly store: Pick<PolicyStore, 'current'>
  /** Of the configuration: it holds until something is applied. */
  readonly first: PolicySettings
  readonly delegatedAmr: ReadonlyMap<string, readonly string[]>
  readonly timeZone: string
  readonly askable: readonly FactorKind[]
}): Policies {
  const { store, first } = deps
  const make = (settings: PolicySettings) => createPolicy({ ...deps, settings })
  let held = { version: 0, policy: make(first) }
  const loading = new Map<number, Promise<Policy>>()
  let [begun, kept] = [0, 0]

  async function load(): Promise<Policy> {
    const turn = ++begun
    const { version, settings } = await store.current()
    const policy = make(settings ?? first)
    // By who asked last and not by the number, which goes back with a store that was put back.
    if (turn < kept) return held.policy
    kept = turn
    held = { version, policy }
    return policy
  }

  return {
    latest: () => held.policy,
    async at(version) {
      if (version === held.version) return held.policy
      const under = loading.get(version)
      if (under !== undefined) return under
      const policy = load().finally(() => loading.delete(version))
      loading.set(version, policy)
      return policy
    },
  }
}
