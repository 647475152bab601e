import type { Actor } from '../audit/index.ts'
import type { Id, Instant, OperatorCodeKind } from '../kernel/index.ts'

/** What is known of a code that an operator handed out, but for the code itself. An account has at most one of a kind. */
export type OperatorCodeFacts = {
  readonly kind: OperatorCodeKind
  readonly madeAt: Instant
  readonly madeBy: Actor
  readonly expiresAt: Instant
  /** Answers that were given since, wherever and by whomever; one that was right is taken back. */
  readonly answers: number
  /** SHA-256 of the cookie of the browser that gave it first, which alone goes on with it. */
  readonly holder: string | null
}

/** As it is kept: the code itself is known to whoever it was handed to, and to nobody else. */
export type OperatorCode = OperatorCodeFacts & {
  readonly id: Id<'operatorCode'>
  readonly account: Id<'account'>
  readonly keyId: string
  /** A MAC under a field key. */
  readonly hash: string
}

/** So many answers, and it is dead: 5 in 2^60. */
export const CODE_ANSWERS_MAX = 5

/** `dead`: its answers are used up. `used-before`: it signed somebody in. */
export type OperatorCodeState = 'live' | 'expired' | 'dead' | 'used-before'

/** Why an answer was not taken, for operators; a person hears the same of all. */
export type CodeRefusal =
  | 'none'
  | 'wrong'
  | 'held-by-another'
  | 'changed-meanwhile'
  | Exclude<OperatorCodeState, 'live'>

/** What the next answer meets. */
export function stateOfCode(
  { kind, answers, expiresAt, holder }: Omit<OperatorCodeFacts, 'madeAt' | 'madeBy'>,
  now: Instant,
): OperatorCodeState {
  // A bypass code signs in once; a bind code lasts until what it is for is done.
  if (kind === 'bypass-code' && holder !== null) return 'used-before'
  if (answers >= CODE_ANSWERS_MAX) return 'dead'
  return now < expiresAt ? 'live' : 'expired'
}

/** What help desks see of it. */
export type ShownCode = Omit<OperatorCodeFacts, 'holder'> & { readonly state: OperatorCodeState }

export const shownCodes = (
  codes: readonly OperatorCodeFacts[],
  now: Instant,
): readonly ShownCode[] =>
  codes.map(({ holder, ...code }) => ({ ...code, state: stateOfCode({ ...code, holder }, now) }))
