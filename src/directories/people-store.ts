import type { Actor, AuditEvent } from '../audit/index.ts'
import type { FactorKind, Id, Instant, Locale } from '../kernel/index.ts'
import type { Enrolment, LaneClass, OperatorCodeFacts, Tally } from '../stepup/index.ts'

/** A person of a local directory. `nameKey` is the one spelling that all spellings of the name come down to. */
export type LocalPerson = {
  readonly account: Id<'account'>
  readonly directory: string
  readonly username: string
  readonly nameKey: string
  readonly displayName: string | null
  readonly emails: readonly string[]
  readonly phones: readonly string[]
  readonly locale: Locale | null
  readonly state: 'enabled' | 'disabled'
  readonly createdAt: Instant
}

/** One enrolment of a factor; null: all of them. */
export type WhichFactor = {
  readonly factor: 'totp'
  readonly enrolment: Id<'enrolment'> | null
}

export type Summary = LocalPerson & {
  readonly factors: readonly {
    readonly kind: 'totp'
    readonly id: Id<'enrolment'>
    /** Null: it is called by its place. */
    readonly name: string | null
    readonly place: number
    readonly provenance: string
    readonly secretBits: number
    readonly at: Instant
  }[]
}

/** A person with what holds them up: wrong answers in a row, and messages that may not be sent yet or for a while. */
export type HelpDeskView = Summary & {
  /** What operators handed out to them. */
  readonly codes: readonly OperatorCodeFacts[]
  readonly tallies: readonly Tally[]
  readonly sends: readonly {
    readonly channel: FactorKind
    readonly lane: LaneClass
    readonly nextAt: Instant
  }[]
}

/** Who ends what is under way, and when. */
export type By = { readonly at: Instant; readonly actor: Actor }

/** From where on a factor is locked for good, and the messages of a window are used up. */
export type UnlockLimits = {
  readonly cap: number
  readonly sendsMax: Readonly<Record<LaneClass, number>>
}

/**
 * "Ends what is under way": the account's open step-ups, and those that were proven while their code is not redeemed,
 * become `cancelled` by an operator; their codes and the account's access tokens are good no more. Each such step-up
 * leaves `step-up.cancelled` with the actor who ended it. It commits with the change that asks for it.
 */
export type PeopleStore = {
  /** By name key or by account id, in one directory; one statement. */
  find(
    directory: string,
    by: { readonly nameKey: string } | { readonly account: Id<'account'> },
  ): Promise<LocalPerson | undefined>
  /** The same person with what the help desk asks about; one statement. */
  summary(
    directory: string,
    by: { readonly nameKey: string } | { readonly account: Id<'account'> },
  ): Promise<HelpDeskView | undefined>
  /** All or nothing: a name key that exists already (or twice in the list) is named and nothing is added. */
  add(
    people: readonly { readonly person: LocalPerson; readonly enrolment: Enrolment | null }[],
    events: readonly AuditEvent[],
  ): Promise<
    { readonly heard: 'added' } | { readonly heard: 'exists'; readonly nameKeys: readonly string[] }
  >
  /**
   * Replaces the row of the account. Of who is not enabled codes of operators end. If contacts or state are others than before,
   * it ends what is under way; of contacts a notice for the person is kept, which remembers those of before. With `seen` only
   * what was seen is replaced: somebody else's change meanwhile is 'stale', and nothing changes.
   */
  set(
    person: LocalPerson,
    events: readonly AuditEvent[],
    by: By,
    seen?: LocalPerson,
  ): Promise<'set' | 'unknown' | 'exists' | 'stale'>
  /** In order of name key, after `after`. */
  list(directory: string, after: string, limit: number): Promise<readonly Summary[]>
  /**
   * Takes away the person, enrolments, codes of operators, tallies, send budgets and notices, and ends what is under way. Audit
   * events and the account id stay.
   */
  remove(
    account: Id<'account'>,
    events: readonly AuditEvent[],
    by: By,
  ): Promise<'removed' | 'unknown'>
  /** As `remove`, and every step-up, request and token of the account goes, and the account id. Also after `remove`. */
  erase(
    directory: string,
    account: Id<'account'>,
    events: readonly AuditEvent[],
    by: By,
  ): Promise<'erased' | 'unknown'>
  /**
   * As `erase`, for those who were removed at or before `before`, at most `rowsMax` of them, the longest gone first;
   * each leaves `person.erased` by the system. Says how many. Whoever is there is left alone.
   */
  eraseGone(before: Instant, at: Instant, limits: { readonly rowsMax: number }): Promise<number>
  /**
   * Help desk: ends the enrolments of a kind with its tallies, or one alone without them, and what is under way as far as it
   * relies on the factor: asks or offers it, sets one up, or was proven by it. A notice for the person is kept.
   */
  resetFactor(
    account: Id<'account'>,
    which: WhichFactor,
    events: readonly AuditEvent[],
    by: By,
  ): Promise<'reset' | 'unknown'>
  /**
   * Help desk: where a factor (any factor: null) is paused, has reached the cap, or has used up the messages of a
   * window, all its lanes and its send budgets start at zero again. Where nothing is, nothing changes: what counts
   * against somebody who guesses is not forgotten by the way.
   */
  unlock(
    account: Id<'account'>,
    factor: FactorKind | null,
    limits: UnlockLimits,
    now: Instant,
    events: readonly AuditEvent[],
  ): Promise<'unlocked' | 'not-locked'>
}
