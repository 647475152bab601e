import type { FactorKind, Id, Locale } from '../kernel/index.ts'
import type { TrustOffer } from '../trust/index.ts'
import type { Judged } from './factor.ts'
import type { End } from './plan.ts'
import type { Asked, Lane, Offer, Pending, Proof, Proven, Sent } from './step-up.ts'

/** What an accepted answer leads to. */
export type Lead =
  | { readonly leadsTo: 'satisfied'; readonly proof: Proof; readonly earns: Earns | null }
  | { readonly leadsTo: 'managing'; readonly proven: Proven }
  | { readonly leadsTo: 'enrolling'; readonly pending: Pending }

/** The grant that is kept with it, as the audit says it. */
export type Earns = {
  readonly grant: Id<'trust'>
  readonly group: string
  readonly binding: string
  readonly hours: number
}

export type Move =
  | {
      readonly move: 'choose'
      readonly offer: Offer
      readonly challenge: Id<'challenge'>
      readonly sent: Sent | null
    }
  | ({ readonly move: 'resend'; readonly sent: Sent } & Asked)
  | ({
      readonly move: 'deliver'
      readonly outcome: 'accepted' | 'recipient-refused' | 'failed'
      readonly provider: string
      readonly to: string
    } & Asked)
  | ({ readonly move: 'spend' } & Asked)
  | ({
      readonly move: 'judge'
      readonly judged: Judged
      readonly lead: Lead | null
      /** Where the code had been sent; null where none was. */
      readonly to: string | null
    } & Asked)
  | ({ readonly move: 'replayed' } & Asked)
  | { readonly move: 'malformed' }
  /** The lane of a factor is locked: it is asked no more here, whatever was being asked. */
  | { readonly move: 'lock'; readonly factor: FactorKind }
  | { readonly move: 'enrol'; readonly pending: Pending }
  | {
      readonly move: 'confirm'
      readonly enrolment: Id<'enrolment'>
      readonly confirmed: 'right' | 'wrong'
      readonly proof: Proof
      readonly earns: Earns | null
    }
  /** What was proven for an enrolment under way is worth nothing any more. */
  | { readonly move: 'unprove'; readonly enrolment: Id<'enrolment'> }
  | Managing
  | { readonly move: 'replan'; readonly planned: Planned }
  | { readonly move: 'speak'; readonly locale: Locale }
  | { readonly move: 'cancel' | 'expire' }

/** What is done with one's own factors. */
export type Managing =
  | { readonly move: 'add'; readonly pending: Pending }
  /** Without having added one. */
  | { readonly move: 'back' }
  | { readonly move: 'rename' | 'remove'; readonly enrolment: Id<'enrolment'> }
  | { readonly move: 'done' }

/** What a new plan says for a blocked step-up. */
export type Planned = {
  readonly account: Id<'account'> | null
  readonly isOurs: boolean
  readonly isTheirs: boolean
  readonly lane: Lane
  readonly trust: TrustOffer | null
  readonly username: string
  readonly offered: readonly Offer[]
  readonly outcome:
    | { readonly plan: 'ask' }
    | { readonly plan: 'exempt' }
    | { readonly plan: 'delegated'; readonly proof: Proof }
    | End
}
