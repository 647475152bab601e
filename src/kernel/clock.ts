declare const instant: unique symbol

/** Milliseconds since 1970, UTC. */
export type Instant = number & { readonly [instant]: true }

export type Clock = { now(): Instant }

/** Seconds since some moment, never going back; for how long something took, never for when it was. */
export type Stopwatch = { seconds(): number }

export const instantOf = (milliseconds: number): Instant => milliseconds as Instant
export const later = (from: Instant, seconds: number): Instant => instantOf(from + seconds * 1000)
/** Whole seconds since 1970, as JWTs and TOTP count them. */
export const secondsOf = (at: Instant): number => Math.floor(at / 1000)
