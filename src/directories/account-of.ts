import { type Clock, type Id, newId, type Random } from '../kernel/index.ts'
import type { AccountStore, Named } from './account-store.ts'

/** Our stable id for a person of another directory. */
export type AccountOf = (person: Named) => Promise<Id<'account'>>

/** Whoever is known, under the name that we know, costs one read. */
export function createAccountOf(deps: {
  readonly store: AccountStore
  readonly clock: Clock
  readonly random: Random
}): AccountOf {
  const { store, clock, random } = deps
  return async (person) => {
    const known = await store.find(person.directory, person.immutableId)
    if (known?.nameKey === person.nameKey) return known.account
    return store.know(person, newId('account', random), clock.now())
  }
}
