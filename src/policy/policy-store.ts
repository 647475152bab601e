import type { AuditEvent } from '../audit/index.ts'
import type { Id, Instant } from '../kernel/index.ts'
import type { PersonSettings, PolicySettings } from './settings.ts'

/** `settings` null: nothing was applied yet, and the configuration's hold. */
export type AppliedPolicy = {
  /** Counts every change, of the document and of a person's own settings. 0: there was none. */
  readonly version: number
  readonly settings: PolicySettings | null
  readonly appliedAt: Instant | null
}

export type OwnSettings = {
  readonly account: Id<'account'>
  readonly directory: string
  /** What they are called, as far as is known. */
  readonly username: string | null
  readonly settings: PersonSettings
}

/**
 * What operators change at run time. The version goes up by one with each change, and commits with it and its audit events.
 * Every look at a person says the version (`StepUpStore.standing`), so whoever holds an older one knows at once.
 */
export type PolicyStore = {
  current(): Promise<AppliedPolicy>
  /** Of everybody who has some, in order of account. One statement. */
  people(): Promise<readonly OwnSettings[]>
  /**
   * Document and settings of all people, whole: of those who are not named none are left. 'stale': another change came first.
   * Whoever is in `changed` has other settings than before, and no trust from then on.
   */
  apply(
    seen: number,
    settings: PolicySettings,
    people: readonly { readonly account: Id<'account'>; readonly settings: PersonSettings }[],
    changed: readonly Id<'account'>[],
    events: readonly AuditEvent[],
    now: Instant,
  ): Promise<'applied' | 'stale' | 'unknown-account'>
  /**
   * Of one person, whose trust ends with it; null takes them away. With `seen` only what was seen is replaced, else it is
   * 'stale'.
   */
  set(
    account: Id<'account'>,
    settings: PersonSettings | null,
    events: readonly AuditEvent[],
    seen?: PersonSettings | null,
  ): Promise<'set' | 'unknown' | 'stale'>
}
