import type { AuditEvent } from '../audit/index.ts'
import type { FactorKind, Id, Instant, Locale } from '../kernel/index.ts'

/**
 * `locked`: wrong answers paused a factor or turned it off. `codes-unused`: every message of a budget was used up, and no code was
 * answered right. `enrolled`, `removed`: an OTP app, by the person; `reset`: by an operator. `contacts`: an operator changed how the person is reached.
 */
export type NoticeKind = 'locked' | 'codes-unused' | 'enrolled' | 'removed' | 'reset' | 'contacts'
export const NOTICE_KINDS: readonly NoticeKind[] = [
  ...(['locked', 'codes-unused', 'enrolled', 'removed', 'reset', 'contacts'] as const),
]

/** Who brought it about: a sign-in that was signed for, one that nobody signed, or an operator. */
export type NoticeLane = 'signed' | 'unsigned' | 'operator'

/** Of the step-up; all of it untrusted text but the locale. */
export type NoticeAbout = {
  readonly username: string
  readonly locale: Locale
  readonly ip: string | null
  readonly userAgent: string | null
}

export type Notice = {
  /** Of what caused it, so that nothing causes two. */
  readonly id: string
  readonly account: Id<'account'>
  /** Who knows the person, and by which id; null: nobody does any more. */
  readonly whose: { readonly directory: string; readonly immutableId: string } | null
  readonly lane: NoticeLane
  readonly kind: NoticeKind
  readonly factor: FactorKind | null
  readonly at: Instant
  /** Null: an operator's doing. */
  readonly about: NoticeAbout | null
  /** Addresses that the change took away: they are told too. */
  readonly former: readonly string[]
  /** Who is still to be told; null before the first try. */
  readonly remaining: readonly string[] | null
  readonly tries: number
  /** Notices of this lane that the account was told of lately, and those among them of this very kind and factor. */
  readonly lately: number
  readonly latelyLike: number
  /** Of `codes-unused`: a code was answered right after all. */
  readonly isMoot: boolean
}

export type NoticeEnd =
  | { readonly state: 'waiting'; readonly remaining: readonly string[] }
  | { readonly state: 'told'; readonly at: Instant }
  | { readonly state: 'dropped' }

/** Notices come to be in the transaction of what they are about; this is how they go out. */
export type NoticeStore = {
  /** Whose time has come, the longest waiting first. `lately` is since then. */
  due(now: Instant, since: Instant, limit: number): Promise<readonly Notice[]>
  /** For one try, after which it is due again at `nextAt`. Of all who saw the same number of tries exactly one gets it. */
  claim(notice: Pick<Notice, 'id' | 'tries'>, nextAt: Instant): Promise<'claimed' | 'taken'>
  /** After the try with that number; the events commit with it. A notice that is gone, or was tried again, is 'stale'. */
  settle(
    notice: Pick<Notice, 'id' | 'tries'>,
    end: NoticeEnd,
    events: readonly AuditEvent[],
  ): Promise<'settled' | 'stale'>
  /** Takes away those that are over and from before; at most `rows`. */
  forget(before: Instant, rows: number): Promise<number>
}
