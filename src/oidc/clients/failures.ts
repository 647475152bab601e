import type { Clock } from '../../kernel/index.ts'

/** Why a client, or an object in its name, was not believed. The caller hears none of it. */
export const FAILURES = [
  ...(['nothing-given', 'several-ways', 'assertion-type', 'client-unknown', 'client-id'] as const),
  ...(['method', 'secret', 'replayed'] as const),
  ...(['malformed', 'algorithm', 'type', 'key-unknown', 'key-ambiguous'] as const),
  ...(['signature', 'claims'] as const),
] as const

export type Failure = (typeof FAILURES)[number]

/** Tells of a failure. `client` is null where none is registered by that name: what a stranger wrote is no label. */
export type Failed = (what: FailedPart, client: string | null, why: Failure) => void

export type FailedPart = 'client authentication failed' | 'request object not verified'

const BURST = 5
const PER_SECOND = 2

/**
 * All are counted and a few a second are logged, so that a provider with the wrong key is found at once and a stranger
 * who tries keys fills no disk. The next line says how many were left out.
 */
export function createFailed(deps: {
  readonly log: { warn(message: string, facts: object): void }
  readonly clock: Clock
  readonly count: (client: string | null, why: Failure) => void
}): Failed {
  const { log, clock, count } = deps
  let [left, filledAt, leftOut] = [BURST, clock.now(), 0]

  return (what, client, why) => {
    count(client, why)
    const now = clock.now()
    left = Math.min(BURST, left + (Math.max(0, now - filledAt) / 1000) * PER_SECOND)
    filledAt = now
    if (left < 1) {
      leftOut++
      return
    }
    left -= 1
    log.warn(what, { client, why, leftOut })
    leftOut = 0
  }
}
