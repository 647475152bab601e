import type { Answer, How } from '../directories/index.ts'
import type { Id, Instant } from '../kernel/index.ts'
import type { Challenged, Lookup, Pending } from './step-up.ts'
import type { Enrolment } from './step-up-store.ts'

/** Who the subject is. Throws Fault `directory.unavailable` where that is not certain. */
export type Resolve = (
  lookup: Lookup,
  directories: readonly (string | readonly string[])[],
  how?: How,
) => Promise<Answer>

/** Puts the live code of a challenge in words and hands it to a gateway. */
export type CodeSender = {
  /** Of the key that a new code is derived under. */
  keyId(): string
  deliver(challenged: Challenged): Promise<{
    readonly outcome: 'accepted' | 'recipient-refused' | 'failed'
    readonly provider: string
    /** Masked, for the audit. */
    readonly to: string
  }>
}

/** Makes and confirms a new OTP app. The seed is derived from the pending enrolment, so none is kept before it is proven. */
export type Enroller = {
  begin(): Pick<Pending, 'enrolment' | 'keyId'>
  /** Undefined for what is no code. */
  parse(given: unknown): string | undefined
  confirm(
    of: {
      readonly stepUp: Id<'stepUp'>
      readonly account: Id<'account'>
      readonly pending: Pending
    },
    code: string,
    now: Instant,
  ): Enrolment | 'wrong'
}
