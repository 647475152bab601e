import { type Id, type KeyRing, signParts, verifyParts } from '../kernel/index.ts'
import type { Offer } from './step-up.ts'
import type { KnownBrowser } from './step-up-store.ts'

/**
 * By which a destination is known again among those that a directory names; kept instead of it. A MAC, since whoever has a copy
 * of the store could try every number there is on a hash.
 */
export type Marks = {
  readonly of: (account: Id<'account'>, to: string) => string
  readonly isOf: (account: Id<'account'>, to: string, mark: string) => boolean
}

export const createMarks = (keys: KeyRing): Marks => ({
  of: (account, to) => signParts(keys, 'last-choice', [account, to]),
  isOf: (account, to, mark) => verifyParts(keys, 'last-choice', [account, to], mark) === 'genuine',
})

/** What the account completed last comes first, and where its code went before the other places. All else keeps its order. */
export function lastFirst(
  offered: readonly Offer[],
  account: Id<'account'>,
  knownBrowsers: readonly KnownBrowser[],
  marks: Pick<Marks, 'isOf'>,
): readonly Offer[] {
  const [last] = knownBrowsers
    .flatMap(({ at, chosen }) => (chosen === null ? [] : [{ at, ...chosen }]))
    .toSorted((one, other) => other.at - one.at)
  if (last === undefined) return offered
  const isLast = (offer: Offer) => offer.use === 'ask' && offer.factor === last.factor
  const isThere = (to: string) => last.to !== null && marks.isOf(account, to, last.to)
  return firstWhere(offered, isLast).map((offer) =>
    offer.use === 'ask' && isLast(offer) ? { ...offer, to: firstWhere(offer.to, isThere) } : offer,
  )
}

const firstWhere = <T>(all: readonly T[], isFirst: (one: T) => boolean): readonly T[] => [
  ...all.filter(isFirst),
  ...all.filter((one) => !isFirst(one)),
]
