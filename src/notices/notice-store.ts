import type { AuditEvent } from '../audit/index.ts'
import type { NoticeMessage } from '../channels/index.ts'
import type { FactorKind, Id, Instant, Locale } from '../kernel/index.ts'

/**
 * `locked`: wrong answers paused a factor or turned it off. `codes-unused`: every message of a budget was used up, and no code was
 * answered right. `enrolled`, `removed`: an OTP app, by the person; `reset`: by an operator. `contacts`: an operator changed how the
 * person is reached. `code-made`: an operator handed out a code. `code-used`: one that signs in was used.
 */
export type NoticeKind = NoticeMessage['kind']

const ALL: Readonly<Record<NoticeKind, true>> = {
  ...{ locked: true, 'codes-unused': true, enrolled: true, removed: true, reset: true },
  ...{ contacts: true, 'code-made': true, 'code-used': true },
}
export const NOTICE_KINDS: readonly string[] = Object.keys(ALL)

/**
 * Who brought it about, each with a budget of its own: a sign-in that was signed for, one that nobody signed, whoever proved to
 * be the person, or an operator. So nobody who only knows a password can use up what tells of an OTP app of theirs.
 */
export type NoticeLane = 'signed' | 'unsigned' | 'proven' | 'operator'

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
  /** Addresses and numbers of before the change: they are told too. */
  readonly former: readonly string[]
  /** Who is still to be told; null before the first try. */
  readonly remaining: readonly string[] | null
  readonly tries: number
  /** Of `codes-unused`: a code was answered right after all. */
  readonly isMoot: boolean
}

/** Notices of the same account and lane that were told lately, or begun: all, and those of the same kind and factor. */
export type Lately = { readonly all: number; readonly alike: number }

export type NoticeEnd =
  | { readonly state: 'waiting'; readonly remaining: readonly string[] }
  | { readonly state: 'told'; readonly at: Instant }
  | { readonly state: 'dropped' }

/** Notices come to be in the transaction of what they are about; this is how they go out. */
export type NoticeStore = {
  /** Whose time has come, the longest waiting first. What only a newer release has words for is left to it. */
  due(now: Instant, limit: number): Promise<readonly Notice[]>
  /**
   * For one try, after which it is due again at `nextAt`. Of all who saw the same number of tries exactly one gets it, and hears
   * what else the account was told since `since`.
   */
  claim(
    notice: Pick<Notice, 'id' | 'tries'>,
    nextAt: Instant,
    since: Instant,
  ): Promise<Lately | 'taken'>
  /** After the try with that number; the events commit with it. A notice that is gone, or was tried again, is 'stale'. */
  settle(
    notice: Pick<Notice, 'id' | 'tries'>,
    end: NoticeEnd,
    events: readonly AuditEvent[],
  ): Promise<'settled' | 'stale'>
  /** Takes away those from before, over or not; at most `rows`. */
  forget(before: Instant, rows: number): Promise<number>
}
