import type { FactorKind, Instant } from '../kernel/index.ts'
import type { Challenged, Provenance } from './step-up.ts'

/** What an accepted answer uses up: nothing at or below `part` of `source` is ever good again. */
export type Consumption = { readonly source: string; readonly part: number }

export type Judged =
  | { readonly verdict: 'rejected' }
  | {
      readonly verdict: 'accepted'
      readonly consumption: Consumption
      readonly enrolledBy: Provenance
    }

export const rejected: Judged = { verdict: 'rejected' }

/** One question, with all that is needed to judge an answer without waiting for anything. */
export type Question = {
  /** Undefined for what is no answer at all: it costs no attempt and is never compared. */
  parse(given: unknown): string | undefined
  /** When no answer can be right any more; null while there is no such time. */
  readonly runsOutAt: Instant | null
  judge(answer: string, now: Instant): Judged
}

/** Says whether an answer is right and what it uses up, as data. It writes nothing, sends nothing, counts nothing. */
export type Factor = {
  readonly kind: FactorKind
  question(challenged: Challenged): Promise<Question>
}
