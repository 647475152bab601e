import type { Stopwatch } from '../kernel/index.ts'

/**
 * For what comes many times at once and says the same each time: the first is told, and none for `seconds` after it. The next
 * one that is told says how many were left out.
 */
export function createSparing(deps: {
  readonly seconds: number
  readonly stopwatch: Stopwatch
  readonly tell: (facts: object) => void
}): (facts: object) => void {
  const { seconds, stopwatch, tell } = deps
  let quietUntil = Number.NEGATIVE_INFINITY
  let leftOut = 0
  return (facts) => {
    const now = stopwatch.seconds()
    if (now < quietUntil) {
      leftOut++
      return
    }
    tell({ ...facts, leftOut })
    quietUntil = now + seconds
    leftOut = 0
  }
}
