import type { FactorKind, Instant } from '../kernel/index.ts'
import type { Lane, LaneClass } from './step-up.ts'
import type { LockRule, Tally } from './step-up-store.ts'

export const classOf = (lane: Lane): LaneClass => (lane === 'unsigned' ? 'unsigned' : 'signed')

/** The tallies of the factor that come to one total with this lane's. */
const countedWith = (tallies: readonly Tally[], factor: FactorKind, lane: Lane) =>
  tallies.filter((tally) => tally.factor === factor && classOf(tally.lane) === classOf(lane))

const totalOf = (tallies: readonly Tally[]): number =>
  tallies.reduce((sum, { failures }) => sum + failures, 0)

/** What the lane of a known browser may still answer whatever was counted elsewhere. */
const ownLeft = (inLane: number, lane: Lane, { own }: LockRule): number =>
  lane.startsWith('browser:') ? own - inLane : 0

/** When the factor may be answered again in this lane: now (null), at a time, or once an operator frees it. */
export function lockedUntil(
  tallies: readonly Tally[],
  factor: FactorKind,
  lane: Lane,
  rule: LockRule,
  now: Instant,
): Instant | 'operator' | null {
  const counted = countedWith(tallies, factor, lane)
  const inLane = counted.find((tally) => tally.lane === lane)
  const isOut = ownLeft(inLane?.failures ?? 0, lane, rule) <= 0
  if (totalOf(counted) >= rule.cap && isOut) return 'operator'
  const until = inLane?.lockedUntil ?? null
  return until !== null && now < until ? until : null
}

/** Answers left before the lane locks, with where that leads; for the page, never for a decision. */
export function triesLeft(
  tallies: readonly Tally[],
  factor: FactorKind,
  lane: Lane,
  rule: LockRule,
): number {
  const counted = countedWith(tallies, factor, lane)
  const inLane = counted.find((tally) => tally.lane === lane)?.failures ?? 0
  const untilCap = Math.max(rule.cap - totalOf(counted), ownLeft(inLane, lane, rule))
  return Math.max(0, Math.min(rule.every - (inLane % rule.every), untilCap))
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
