import type { Binding, Day, FactorKind, Instant, Locale } from '../kernel/index.ts'
import type { Rung } from './ladder.ts'

export type FirstEnrolment = 'contact' | 'bindCode' | 'open'

/** What operators change while Sallyport runs: one document, applied whole. */
export type PolicySettings = {
  /** Whether people are asked whom no rule and no setting of their own speaks of. */
  readonly enabled: boolean
  /** In the order in which they are offered. */
  readonly factors: readonly FactorKind[]
  readonly firstEnrolment: FirstEnrolment
  /** Whether the one code that could be sent at all goes out when the sign-in begins. */
  readonly sendAtOnce: boolean
  /** For whom neither their browser nor their directory says one. */
  readonly language: Locale
  /** Weakest first. */
  readonly acr: readonly Rung[]
  /** For which a factor that was proven counts again; 0: never. */
  readonly trustHours: number
  /** Where it counts again. */
  readonly trustBinding: Binding
  /** What was proven before counts no more: it was under another policy. Null: nothing was changed yet. */
  readonly trustSince: Instant | null
  /** The first that matches holds. */
  readonly rules: readonly Rule[]
}

/** Null: whatever it is. A list: any of these. */
export type Rule = {
  readonly name: string
  readonly clients: readonly string[] | null
  readonly directories: readonly string[] | null
  /** As the directory names them; DNs are compared as DNs. */
  readonly groups: readonly string[] | null
  /** CIDR. */
  readonly networks: readonly string[] | null
  readonly time: TimeWindow | null
  readonly then: 'require' | 'exempt' | 'deny'
  /** Instead of those of the policy. */
  readonly factors: readonly FactorKind[] | null
  /** Only factors that meet this rung or a stronger one. */
  readonly acr: string | null
  /** Instead of those of the policy. */
  readonly trustHours: number | null
}

/** In the time zone of the installation. Minutes since midnight; `to` at or before `from` is the next day, which counts as the day it began. */
export type TimeWindow = {
  readonly days: readonly Day[]
  readonly from: number
  readonly to: number
}

/** Of one person; null: as the rules and the policy have it. */
export type PersonSettings = {
  readonly status: 'global' | 'enabled' | 'disabled'
  readonly factors: readonly FactorKind[] | null
  readonly language: Locale | null
  readonly trustHours: number | null
}

export const NO_SETTINGS: PersonSettings = {
  ...{ status: 'global', factors: null, language: null, trustHours: null },
}
