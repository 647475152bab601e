import type { Stopwatch } from '../../../kernel/index.ts'
import type { Wire } from '../wire.ts'

/** A wire on which it is seen how often a server is asked, and how long it takes. */
export type Counted = Wire & { readonly millis: readonly number[] }

export function counted(wire: Wire, stopwatch: Stopwatch): Counted {
  const millis: number[] = []
  const timed = async <T>(ask: () => Promise<T>): Promise<T> => {
    const since = stopwatch.seconds()
    try {
      return await ask()
    } finally {
      millis.push((stopwatch.seconds() - since) * 1000)
    }
  }
  return {
    ...{ millis, server: wire.server },
    get isOpen() {
      return wire.isOpen
    },
    search: (asked) => timed(() => wire.search(asked)),
    whoAmI: () => timed(() => wire.whoAmI()),
    close: () => wire.close(),
  }
}

/** `12 ms`, and of less than ten a part. */
export const inMillis = (millis: number): string =>
  `${millis < 10 ? millis.toFixed(1) : Math.round(millis)} ms`

export function summaryOf(millis: readonly number[]): string {
  const sorted = millis.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  return `${sorted.length}, ${inMillis(median)} at the median, ${inMillis(sorted.at(-1) ?? 0)} the slowest`
}
