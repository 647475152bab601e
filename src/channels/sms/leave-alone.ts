import type { Stopwatch } from '../../kernel/index.ts'

/** How long one that is away is passed over, each time longer. */
const [PAUSE_SECONDS, PAUSE_SECONDS_MAX] = [15, 120]

export type LeaveAlone = {
  /** In their order, but that those that are away come last: after all others certainly did not take it. */
  inOrder<G extends { readonly name: string }>(gateways: readonly G[]): readonly G[]
  /** One that is tried again is tried by one message: the others go on as if it were away. */
  asked(name: string): void
  away(name: string): void
  back(name: string): void
}

/**
 * A circuit breaker for each gateway: one that is away is passed over for a while, so that it costs one person its time-out and
 * not everybody. Nothing but a message can find out whether it is back, so the first one after the pause does.
 */
export function createLeaveAlone(
  stopwatch: Stopwatch,
  onState: (name: string, is: 'up' | 'down') => void,
): LeaveAlone {
  const circuits = new Map<string, { until: number; pause: number }>()
  return {
    inOrder(gateways) {
      const now = stopwatch.seconds()
      const isThere = ({ name }: { readonly name: string }) =>
        (circuits.get(name)?.until ?? now) <= now
      return [...gateways.filter(isThere), ...gateways.filter((one) => !isThere(one))]
    },
    asked(name) {
      const circuit = circuits.get(name)
      if (circuit !== undefined) circuit.until = stopwatch.seconds() + circuit.pause
    },
    away(name) {
      const before = circuits.get(name)
      const pause = Math.min(
        before === undefined ? PAUSE_SECONDS : before.pause * 2,
        PAUSE_SECONDS_MAX,
      )
      circuits.set(name, { until: stopwatch.seconds() + pause, pause })
      if (before === undefined) onState(name, 'down')
    },
    back(name) {
      if (circuits.delete(name)) onState(name, 'up')
    },
  }
}
