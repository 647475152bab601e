import type { LaneClass } from './step-up.ts'
import type { LockRule, SendRule } from './step-up-store.ts'

/** The numbers of budgets and locks, as an operator set them. */
export type Limits = {
  /** NIST SP 800-63B 3.2.2 allows 100 failures in a row; 50 leaves a thief of one password 1 chance in 10,000. */
  readonly lock: LockRule
  /**
   * Per account, channel and class of lanes since the last success there. A code that is asked for in vain is asked for no
   * more. For whoever signed nothing there are fewer: they may be a stranger who fills the person's mailbox.
   */
  readonly sends: Readonly<Record<LaneClass, SendRule>>
  /** Answers of any kind to one step-up, those that are no code at all included. */
  readonly answersMax: number
  /** How often Try again plans anew. */
  readonly replansMax: number
}

type Set = {
  readonly locks: LockRule & Pick<Limits, 'answersMax' | 'replansMax'>
  readonly sends: Omit<SendRule, 'sendsMax'> & {
    readonly signedMax: number
    readonly unsignedMax: number
  }
}

export function createLimits({ locks, sends }: Set): Limits {
  const { answersMax, replansMax, ...lock } = locks
  const { signedMax, unsignedMax, ...rule } = sends
  return {
    ...{ lock, answersMax, replansMax },
    sends: {
      signed: { ...rule, sendsMax: signedMax },
      unsigned: { ...rule, sendsMax: unsignedMax },
    },
  }
}

/** A working day: what the client saw earlier than this, and without saying how old it may be, is no sign-in of today. */
export const DELEGATED_SECONDS_MAX = 12 * 3600

/** A resent code keeps its first expiry, unless less than this is left: then a new one replaces it. */
export const RESEND_MARGIN_SECONDS = 60
