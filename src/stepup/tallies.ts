import type { FactorKind, Instant } from '../kernel/index.ts'
import type { Lane } from './step-up.ts'
import type { LockRule, Tally } from './step-up-store.ts'

/** When the factor may be answered again in this lane: now (null), at a time, or once an operator frees it. */
export function lockedUntil(
  tallies: readonly Tally[],
  factor: FactorKind,
  lane: Lane,
  rule: LockRule,
  now: Instant,
): Instant | 'operator' | null {
  const ofFactor = tallies.filter((tally) => tally.factor === factor)
  if (ofFactor.reduce((sum, { failures }) => sum + failures, 0) >= rule.cap) return 'operator'
  const until = ofFactor.find((tally) => tally.lane === lane)?.lockedUntil ?? null
  return until !== null && now < until ? until : null
}

/** Answers left before the lane locks, with where that leads; for the page, never for a decision. */
export function triesLeft(
  tallies: readonly Tally[],
  factor: FactorKind,
  lane: Lane,
  rule: LockRule,
): number {
  const ofFactor = tallies.filter((tally) => tally.factor === factor)
  const total = ofFactor.reduce((sum, { failures }) => sum + failures, 0)
  const inLane = ofFactor.find((tally) => tally.lane === lane)?.failures ?? 0
  return Math.max(0, Math.min(rule.every - (inLane % rule.every), rule.cap - total))
}

/** Seconds of the lock that follows the next multiple of `every`. */
export function nextLockSeconds(
  tallies: readonly Tally[],
  factor: FactorKind,
  lane: Lane,
  rule: LockRule,
): number {
  const inLane = tallies.find((tally) => tally.factor === factor && tally.lane === lane)
  const nth = Math.floor((inLane?.failures ?? 0) / rule.every)
  return rule.seconds[Math.min(nth, rule.seconds.length - 1)] ?? 0
}
