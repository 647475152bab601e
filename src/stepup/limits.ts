import type { LaneClass } from './step-up.ts'
import type { LockRule, SendRule } from './step-up-store.ts'

/** NIST SP 800-63B 3.2.2 allows 100 failures in a row; 50 leaves a thief of one password 1 chance in 10,000. */
export const LOCK_RULE: LockRule = { every: 10, seconds: [900, 1800, 3600, 7200], cap: 50 }

export const COOL_DOWN_SECONDS: readonly number[] = [30, 60, 120]

/**
 * Per account, channel and class of lanes since the last success there. A code that is asked for in vain is asked for no
 * more. For whoever signed nothing there are fewer: they may be a stranger who fills the person's mailbox.
 */
export const SEND_RULES: Readonly<Record<LaneClass, SendRule>> = {
  signed: { coolDownSeconds: COOL_DOWN_SECONDS, windowSeconds: 3600, sendsMax: 5 },
  unsigned: { coolDownSeconds: COOL_DOWN_SECONDS, windowSeconds: 3600, sendsMax: 2 },
}

/** Answers of any kind to one step-up, those that are no code at all included. */
export const ANSWERS_MAX = 30

/** A working day: what the client saw earlier than this, and without saying how old it may be, is no sign-in of today. */
export const DELEGATED_SECONDS_MAX = 12 * 3600

/** How often Try again plans anew. */
export const REPLANS_MAX = 5

/** A resent code keeps its first expiry, unless less than this is left: then a new one replaces it. */
export const RESEND_MARGIN_SECONDS = 60
