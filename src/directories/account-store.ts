import type { Id, Instant } from '../kernel/index.ts'

/** Whom a directory calls by an id that never changes. `nameKey`: the one spelling that the name comes down to there. */
export type Named = {
  readonly directory: string
  readonly immutableId: string
  readonly nameKey: string
}

/** The accounts of people who are kept elsewhere. Those of our own store are made with the people. */
export type AccountStore = {
  /** `nameKey` null: nobody has been called anything under it, or somebody else is called so by now. One statement, a read. */
  find(
    directory: string,
    immutableId: string,
  ): Promise<{ readonly account: Id<'account'>; readonly nameKey: string | null } | undefined>

  /**
   * The account of (directory, immutable id): the one that is there, else `account`, made now. However many ask at once, one
   * makes it and all hear the same. From then on the name is theirs alone; what hangs on an account never goes with a name.
   * Commits with the audit, once each: `account.made` or `account.renamed`, and `account.name-reused` where the name was
   * another account's. Nothing changes where all is as it was. One statement.
   */
  know(person: Named, account: Id<'account'>, now: Instant): Promise<Id<'account'>>
}
