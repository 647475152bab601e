import type { Stopwatch } from '../../../kernel/index.ts'
import type { Bound } from './bound.ts'

/** So that certificates and rights that were changed come to be used, and what stands between forgets nobody unheard. */
const LIFETIME_SECONDS = 300
const IDLE_SECONDS = 60

/** Wires to one server that nobody is using. */
export type Pool = {
  readonly idle: number
  /** The one that was used last; undefined where none is fit to be used. */
  take(): Bound | undefined
  /** For the next one, unless it is gone or was open long enough. */
  giveBack(wire: Bound): void
  /** All of them: what they led to is not what it was. */
  drop(): void
}

export function createPool(stopwatch: Stopwatch): Pool {
  const opened = new WeakMap<Bound, number>()
  const idle: { readonly wire: Bound; readonly since: number }[] = []

  const drop = (): void => {
    for (const { wire } of idle.splice(0)) wire.close()
  }
  const isFit = (wire: Bound, now: number): boolean =>
    wire.isOpen && now - (opened.get(wire) ?? now) < LIFETIME_SECONDS

  return {
    get idle() {
      return idle.filter(({ wire }) => wire.isOpen).length
    },
    take() {
      const now = stopwatch.seconds()
      // Those below the last were idle for longer still.
      const last = idle.pop()
      if (last === undefined) return undefined
      if (now - last.since < IDLE_SECONDS && isFit(last.wire, now)) return last.wire
      last.wire.close()
      if (now - last.since < IDLE_SECONDS) return this.take()
      drop()
      return undefined
    },
    giveBack(wire) {
      const since = stopwatch.seconds()
      if (!opened.has(wire)) opened.set(wire, since)
      if (isFit(wire, since)) idle.push({ wire, since })
      else wire.close()
    },
    drop,
  }
}
