import type { LockRule, SendRule } from './step-up-store.ts'

/** NIST SP 800-63B 3.2.2 allows 100 failures in a row; 50 leaves a thief of one password 1 chance in 10,000. */
export const LOCK_RULE: LockRule = { every: 10, seconds: [900, 1800, 3600, 7200], cap: 50 }

/** Per account and channel since the last success. A code that is asked for in vain is asked for no more. */
export const SEND_RULE: SendRule = {
  coolDownSeconds: [30, 60, 120],
  windowSeconds: 3600,
  sendsMax: 5,
}

/** Answers of any kind to one step-up, those that are no code at all included. */
export const ANSWERS_MAX = 30

/** How often Try again plans anew. */
export const REPLANS_MAX = 5

/** A resent code keeps its first expiry, unless less than this is left: then a new one replaces it. */
export const RESEND_MARGIN_SECONDS = 60
