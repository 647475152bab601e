import { type Clock, type Id, newId, type Random } from '../kernel/index.ts'
import type { Account, AccountStore, Named } from './account-store.ts'

/** What is ours of a person of another directory: the stable id, and what an operator added. */
export type AccountOf = (person: Named) => Promise<Pick<Account, 'account' | 'contacts'>>

const DAY_MS = 86_400_000

/** Whoever is known under the name that we know, and was seen within a day, costs one read. */
export function createAccountOf(deps: {
  readonly store: Pick<AccountStore, 'find' | 'know'>
  readonly clock: Clock
  readonly random: Random
}): AccountOf {
  const { store, clock, random } = deps
  return async (person) => {
    const known = await store.find(person.directory, person.immutableId)
    const now = clock.now()
    const isAsItWas =
      known?.nameKey === person.nameKey && known.goneAt === null && now - known.seenAt < DAY_MS
    if (known !== undefined && isAsItWas) return known
    const fresh: Id<'account'> = newId('account', random)
    return store.know(person, fresh, now)
  }
}
