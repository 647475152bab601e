import type { AuditEvent } from '../audit/index.ts'
import type { Id, Instant } from '../kernel/index.ts'
import type { By, HelpDeskView } from './people-store.ts'

/** Whom a directory calls by an id that never changes. `nameKey`: the one spelling that the name comes down to there. */
export type Named = {
  readonly directory: string
  readonly immutableId: string
  readonly nameKey: string
}

/** What an operator added to what the directory says: E.164, addresses, each the preferred one first. */
export type OwnContacts = {
  readonly emails: readonly string[]
  readonly phones: readonly string[]
}

export type Account = {
  readonly account: Id<'account'>
  /** Null: nobody has been called anything under it, or somebody else is called so by now. */
  readonly nameKey: string | null
  readonly contacts: OwnContacts
  /** When the directory last had the person, give or take a day. */
  readonly seenAt: Instant
  /** Since when it is known to have them no more; null: they are there. */
  readonly goneAt: Instant | null
}

export type ListedAccount = Account &
  Pick<HelpDeskView, 'factors'> & { readonly directory: string; readonly immutableId: string }

/** With what holds its person up. */
export type AccountView = ListedAccount & Pick<HelpDeskView, 'tallies' | 'sends' | 'codes'>

export type AccountKey =
  | { readonly account: Id<'account'> }
  | { readonly immutableId: string }
  | { readonly nameKey: string }

/** Where a walk through those who were not seen for a while goes on. */
export type UnseenMark = { readonly seenAt: Instant; readonly account: Id<'account'> }

/** The accounts of people who are kept elsewhere. Those of our own store are made with the people. */
export type AccountStore = {
  /** One statement, a read. */
  find(directory: string, immutableId: string): Promise<Account | undefined>

  /**
   * The account of (directory, immutable id): the one that is there, else `account`, made now. However many ask at once, one
   * makes it and all hear the same. From then on its person was seen at `now`, and the name is theirs alone; what hangs on an
   * account never goes with a name. Commits with the audit, once each: `account.made` or `account.renamed`,
   * `account.returned` where it was gone, and `account.name-reused` where the name was another account's. One statement.
   */
  know(person: Named, account: Id<'account'>, now: Instant): Promise<Account>

  /** One account with all that the help desk asks about; one statement. */
  view(directory: string, by: AccountKey): Promise<AccountView | undefined>

  /** In order of account, after `after`; '' from the beginning. */
  list(directory: string, after: string, limit: number): Promise<readonly ListedAccount[]>

  /**
   * Where they are others than before, it ends what is under way, as a change of a person of our own does, and a notice for the
   * person is kept. With `seen` only what was seen is replaced, else it is 'stale'.
   */
  setContacts(
    directory: string,
    account: Id<'account'>,
    contacts: OwnContacts,
    events: readonly AuditEvent[],
    by: By,
    seen?: OwnContacts,
  ): Promise<'set' | 'unknown' | 'stale'>

  /** Whose person is there as far as is known and was seen at or before `before`, the longest unseen first, after `after`. */
  unseen(
    directory: string,
    before: Instant,
    after: UnseenMark | null,
    limit: number,
  ): Promise<readonly (UnseenMark & { readonly immutableId: string })[]>

  /**
   * The directory has the person no more. Unless they were seen after `seenAt`: then nothing changes. Leaves `account.left`;
   * from `now` on the time runs after which `eraseGone` takes the account.
   */
  leave(account: Id<'account'>, seenAt: Instant, now: Instant): Promise<'left' | 'seen-since'>
}
