import type { AuditEvent } from '../audit/index.ts'
import type { FactorKind, Id, Instant, Locale } from '../kernel/index.ts'
import type { Enrolment } from '../stepup/index.ts'

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

export type Summary = LocalPerson & {
  readonly factors: readonly {
    readonly kind: 'totp'
    readonly provenance: string
    readonly secretBits: number
    readonly at: Instant
  }[]
}

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
  ): Promise<Summary | undefined>
  /** All or nothing: a name key that exists already (or twice in the list) is named and nothing is added. */
  add(
    people: readonly { readonly person: LocalPerson; readonly enrolment: Enrolment | null }[],
    events: readonly AuditEvent[],
  ): Promise<
    { readonly heard: 'added' } | { readonly heard: 'exists'; readonly nameKeys: readonly string[] }
  >
  /** Replaces the row of the account. */
  set(person: LocalPerson, events: readonly AuditEvent[]): Promise<'set' | 'unknown' | 'exists'>
  /** In order of name key, after `after`. */
  list(directory: string, after: string, limit: number): Promise<readonly Summary[]>
  /** The person, its enrolments and tallies; audit events stay. `remove` keeps the account id's history, `erase` also ends every step-up and token of it. */
  remove(account: Id<'account'>, events: readonly AuditEvent[]): Promise<'removed' | 'unknown'>
  erase(account: Id<'account'>, events: readonly AuditEvent[]): Promise<'erased' | 'unknown'>
  /** Help desk: ends the enrolment of a kind, with its tallies. */
  resetFactor(
    account: Id<'account'>,
    factor: 'totp',
    events: readonly AuditEvent[],
  ): Promise<'reset' | 'unknown'>
  /** Help desk: all lanes of a factor (of all factors: null) start at zero again, hard locks included. */
  unlock(
    account: Id<'account'>,
    factor: FactorKind | null,
    events: readonly AuditEvent[],
  ): Promise<'unlocked' | 'not-locked'>
}
