/** Wrong answers: a pause after `every` of them, of `seconds[n]`, and off after `cap`. */
export type LocksConfig = {
  readonly every: number
  readonly seconds: readonly number[]
  readonly cap: number
  readonly own: number
  readonly answersMax: number
  readonly replansMax: number
}

/** Messages in a window, with `coolDownSeconds[n]` after the n-th. */
export type SendsConfig = {
  readonly coolDownSeconds: readonly number[]
  readonly windowSeconds: number
  readonly signedMax: number
  readonly unsignedMax: number
}

export type NoticesConfig = {
  /** What people are told by, where it is configured at all. */
  readonly channels: readonly ('email' | 'sms')[]
  readonly perDayMax: number
  readonly unsignedPerDayMax: number
}
