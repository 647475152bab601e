import type { Check } from './management.ts'

/** More than this and somebody has to look after the time: a code of an OTP app lives 30 seconds. */
const SKEW_SECONDS_MAX = 2
/** A measurement is wrong by half of its round trip at most. */
const ROUND_TRIP_SECONDS_MAX = 1

export type ClockWatch = {
  /** For a loop. A measurement that took too long to say anything is left out. */
  look(): Promise<void>
  /** None where there is but one clock, or nothing was measured yet. */
  checks(): readonly Check[]
}

/**
 * Compares our clock with that of the database, which all replicas share. It changes nothing: every decision is by the
 * clock of the replica that makes it. So a skew is told, in the log once per crossing and in the body of health, and no more.
 */
export function createClockWatch(deps: {
  readonly measure: () => Promise<{
    readonly offsetSeconds: number
    readonly roundTripSeconds: number
  } | null>
  readonly observe: (seconds: number) => void
  readonly log: {
    info(message: string, facts: object): void
    warn(message: string, facts: object): void
  }
}): ClockWatch {
  let skewSeconds: number | undefined
  let isOff = false

  return {
    async look() {
      const measured = await deps.measure()
      if (measured === null || measured.roundTripSeconds > ROUND_TRIP_SECONDS_MAX) return
      skewSeconds = Math.round(measured.offsetSeconds * 1000) / 1000
      deps.observe(skewSeconds)
      const wasOff = isOff
      isOff = Math.abs(skewSeconds) > SKEW_SECONDS_MAX
      const facts = { skewSeconds, skewSecondsMax: SKEW_SECONDS_MAX }
      if (isOff && !wasOff) deps.log.warn('the clock is not that of the database', facts)
      if (wasOff && !isOff) deps.log.info('the clock is that of the database again', facts)
    },
    checks() {
      if (skewSeconds === undefined) return []
      const data = {
        ...{ skewSeconds, skewSecondsMax: SKEW_SECONDS_MAX },
        ...(isOff && { warning: 'the clock is not that of the database: look after NTP' }),
      }
      return [{ name: 'Clock', status: 'UP', data }]
    },
  }
}
