import { Fault } from '../kernel/index.ts'

/** Finds a row where this store is being made the copy of another one. */
export const UNFINISHED = 'select 1 as unfinished from store_copies where finished_at is null'

/** Half of what was used up would be good again: so nobody opens a store before it is all there. */
export function refuseUnfinished(found: readonly unknown[]): void {
  if (found.length === 0) return
  throw new Fault(
    'configuration.unfit',
    'this store is the unfinished copy of another one: run the same `sallyport store copy` again until it says that every row is the same, or begin anew with an empty store',
  )
}
