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
  let loading: { readonly version: number; readonly policy: Promise<Policy> } | undefined

  async function load(): Promise<Policy> {
    const { version, settings } = await store.current()
    // Of two who load at once the older answer may come last.
    if (version >= held.version) held = { version, policy: make(settings ?? first) }
    return held.policy
  }

  return {
    latest: () => held.policy,
    async at(version) {
      if (version <= held.version) return held.policy
      if (loading === undefined || loading.version < version) {
        const policy = load().finally(() => {
          if (loading?.policy === policy) loading = undefined
        })
        loading = { version, policy }
      }
      return loading.policy
    },
  }
}
