import type { FactorKind, Instant } from '../kernel/index.ts'
import { LOCK_RULE, SEND_RULES } from './limits.ts'
import type { Lane } from './step-up.ts'
import type { Tally } from './step-up-store.ts'
import { lockedUntil } from './tallies.ts'

/** What a help desk has to know of budgets and locks, without the rules behind them. */
export const LOCKS = {
  limits: {
    cap: LOCK_RULE.cap,
    sendsMax: { signed: SEND_RULES.signed.sendsMax, unsigned: SEND_RULES.unsigned.sendsMax },
  },
  pausedUntil: (tallies: readonly Tally[], factor: FactorKind, lane: Lane, now: Instant) =>
    lockedUntil(tallies, factor, lane, LOCK_RULE, now),
} as const
