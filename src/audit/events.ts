import type { FactorKind, Id, Instant, OperatorCodeKind } from '../kernel/index.ts'

/** Who caused it: the person in the browser, a client's request, an operator by name, or Sallyport itself. */
export type Actor = 'person' | 'client' | 'system' | `operator:${string}`

type At = { readonly at: Instant; readonly actor: Actor }

/** `account` is null while nobody was found for the subject. */
type AboutStepUp = At & {
  readonly stepUp: Id<'stepUp'>
  readonly client: string
  readonly account: Id<'account'> | null
}

type AboutAccount = At & { readonly account: Id<'account'> }

/**
 * Past tense, dotted, never reused with a new meaning. Nothing secret and no contact in clear:
 * events are exported and kept for years.
 */
export type AuditEvent =
  | (AboutStepUp & {
      readonly event: 'step-up.opened'
      readonly lane: string
      readonly offered: readonly FactorKind[]
      readonly purpose: 'sign-in' | 'enrol'
      /** Of the browser that opened it, and as the client signed it. */
      readonly ip: string | null
      readonly signedIp: string | null
    })
  | (AboutStepUp & { readonly event: 'step-up.challenged'; readonly factor: FactorKind })
  | (AboutStepUp & {
      readonly event: 'code.sent'
      readonly factor: FactorKind
      readonly outcome: 'accepted' | 'recipient-refused' | 'failed'
      /** Of the gateway, from its configuration. */
      readonly provider: string
      readonly to: string
    })
  | (AboutStepUp & { readonly event: 'answer.spent'; readonly factor: FactorKind })
  | (AboutStepUp & {
      readonly event: 'answer.judged'
      readonly factor: FactorKind
      readonly verdict: 'accepted' | 'rejected' | 'replayed'
    })
  | (AboutStepUp & {
      readonly event: 'factor.locked'
      readonly factor: FactorKind
      readonly lane: string
      readonly failures: number
      readonly until: Instant | 'operator'
    })
  | (AboutStepUp & {
      readonly event: 'step-up.blocked'
      readonly why: 'no-contact' | 'factor-locked' | 'channel-down'
      /** The exact reason, for the operator; pages say less. */
      readonly reason: string
    })
  | (AboutStepUp & {
      readonly event: 'step-up.satisfied'
      readonly how: 'factor' | 'trust' | 'exempt' | 'delegated'
      readonly factor: FactorKind | null
      readonly acr: string
      /** Seconds from opening to here. */
      readonly seconds: number
    })
  /** Nobody need be asked again, for so long and under that binding; and nobody was asked, by a grant that was earned `at`. */
  | (AboutStepUp & {
      readonly event: 'trust.granted'
      readonly grant: Id<'trust'>
      readonly group: string
      readonly binding: string
      readonly hours: number
    })
  | (AboutStepUp & {
      readonly event: 'trust.used'
      readonly grant: Id<'trust'>
      readonly earnedAt: Instant
    })
  /** By an operator, or because the cookie of a device came again that was good no more: somebody may have copied it. */
  | (AboutAccount & {
      readonly event: 'trust.revoked'
      readonly why: 'operator' | 'replayed'
      readonly which: string
    })
  | (AboutStepUp & { readonly event: 'step-up.refused'; readonly reason: string })
  | (AboutStepUp & { readonly event: 'step-up.cancelled' | 'step-up.expired' })
  | (AboutStepUp & {
      readonly event: 'factor.enrolled'
      readonly factor: FactorKind
      readonly enrolment: Id<'enrolment'>
      readonly provenance: string
    })
  /** A code that an operator handed out was taken: made by whom, given where. */
  | (AboutStepUp & {
      readonly event: 'operator-code.used'
      readonly kind: OperatorCodeKind
      readonly madeBy: Actor
      readonly ip: string | null
      readonly signedIp: string | null
    })
  /** Beside the verdict: the exact reason, for the operator; pages say less. */
  | (AboutStepUp & {
      readonly event: 'operator-code.refused'
      readonly kind: OperatorCodeKind
      readonly why:
        | 'none'
        | 'wrong'
        | 'expired'
        | 'dead'
        | 'used-before'
        | 'held-by-another'
        | 'changed-meanwhile'
      readonly ip: string | null
    })
  /** By the person, among those that are their own. A name is theirs, and is not repeated here. */
  | (AboutStepUp & {
      readonly event: 'factor.renamed' | 'factor.removed'
      readonly factor: FactorKind
      readonly enrolment: Id<'enrolment'>
    })
  | (AboutStepUp & { readonly event: 'authorization-code.issued' | 'authorization-code.redeemed' })
  | (AboutStepUp & { readonly event: 'authorization-code.replayed' })
  | (AboutStepUp & { readonly event: 'step-up.other-browser' })
  | (At & { readonly event: 'request.refused'; readonly client: string; readonly reason: string })
  | (AboutAccount & {
      readonly event:
        | 'person.added'
        | 'person.changed'
        | 'person.disabled'
        | 'person.enabled'
        | 'person.removed'
        /** What an operator adds to a person who is kept elsewhere. */
        | 'account.contacts-set'
      /** Names of the fields that changed, never their values. */
      readonly fields: readonly string[]
    })
  | (AboutAccount & {
      readonly event: 'person.policy-set'
      /** Names of the settings that are the person's own from now on. */
      readonly fields: readonly string[]
    })
  /** The whole document, with the settings of people. What it holds is not repeated here: it names people. */
  | (At & {
      readonly event: 'policy.applied'
      readonly version: number
      readonly changed: readonly string[]
    })
  | (AboutAccount & { readonly event: 'person.erased' })
  /**
   * Of a person whom a directory of the company answers for: asked for first, called otherwise than before, there no more,
   * and there again.
   */
  | (AboutAccount & {
      readonly event: 'account.made' | 'account.renamed' | 'account.left' | 'account.returned'
      readonly directory: string
    })
  /** The name was that of `former`, of which nothing carries over. */
  | (AboutAccount & {
      readonly event: 'account.name-reused'
      readonly directory: string
      readonly former: Id<'account'>
    })
  /** An operator looked at a person's contacts in full; null: nobody has asked for them yet. */
  | (At & {
      readonly event: 'contacts.revealed'
      readonly account: Id<'account'> | null
      readonly directory: string
      readonly immutableId: string
    })
  | (AboutAccount & { readonly event: 'factor.imported'; readonly factor: FactorKind })
  /** `enrolment` null: all of that factor. */
  | (AboutAccount & {
      readonly event: 'factor.reset'
      readonly factor: FactorKind
      readonly enrolment: Id<'enrolment'> | null
    })
  | (AboutAccount & {
      readonly event: 'operator-code.made'
      readonly kind: OperatorCodeKind
      readonly expiresAt: Instant
    })
  | (AboutAccount & { readonly event: 'operator-code.revoked'; readonly kind: OperatorCodeKind })
  | (AboutAccount & { readonly event: 'factor.unlocked'; readonly factor: FactorKind })
  /** Of what a person was told besides codes, or why not; `to` masked. */
  | (AboutAccount & {
      readonly event: 'notice.sent'
      readonly notice: string
      readonly factor: FactorKind | null
      readonly lane: string
      readonly channels: readonly FactorKind[]
      readonly to: readonly string[]
    })
  | (AboutAccount & {
      readonly event: 'notice.dropped'
      readonly notice: string
      readonly factor: FactorKind | null
      readonly lane: string
      readonly why: 'too-many' | 'no-contact' | 'undelivered'
    })
  /** How many values were sealed anew under the newest field key. */
  | (At & { readonly event: 'field-keys.resealed'; readonly count: number })
  | (At & {
      readonly event:
        | 'signing-key.made'
        | 'signing-key.activated'
        | 'signing-key.retired'
        | 'signing-key.removed'
      readonly kid: string
      readonly alg: string
    })

export type AuditEventName = AuditEvent['event']
