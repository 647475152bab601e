import type { FactorKind, Instant } from '../kernel/index.ts'
import type { Limits } from './limits.ts'
import { shownCodes } from './operator-code.ts'
import type { Lane } from './step-up.ts'
import type { Tally } from './step-up-store.ts'
import { lockedUntil } from './tallies.ts'

/** What a help desk has to know of budgets and locks, without the rules behind them. */
export const createLocks = ({ lock, sends }: Limits) =>
  ({
    limits: {
      cap: lock.cap,
      sendsMax: { signed: sends.signed.sendsMax, unsigned: sends.unsigned.sendsMax },
    },
    pausedUntil: (tallies: readonly Tally[], factor: FactorKind, lane: Lane, now: Instant) =>
      lockedUntil(tallies, factor, lane, lock, now),
    shownCodes,
  }) as const
