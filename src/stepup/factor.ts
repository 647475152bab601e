import type { Actor } from '../audit/index.ts'
import type { FactorKind, Id, Instant, OperatorCodeKind } from '../kernel/index.ts'
import type { CodeRefusal } from './operator-code.ts'
import type { Challenged, Provenance } from './step-up.ts'

/**
 * What an accepted answer uses up: nothing at or below `part` of `source` is ever good again; or a code of an operator's, as
 * far as it is still that one, live, and nobody else's.
 */
export type Consumption =
  | { readonly source: string; readonly part: number }
  | {
      readonly code: Id<'operatorCode'>
      readonly kind: OperatorCodeKind
      readonly madeBy: Actor
      /** So many answers at most may have been given, this one among them. */
      readonly answersMax: number
    }

export type Judged =
  | {
      readonly verdict: 'rejected'
      /** Of a code that an operator handed out; null of all others. */
      readonly why: CodeRefusal | null
    }
  | {
      readonly verdict: 'accepted'
      readonly consumption: Consumption
      readonly enrolledBy: Provenance
    }

export const rejected: Judged = { verdict: 'rejected', why: null }

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
