import type { FactorKind, Id, Instant, Locale } from '../kernel/index.ts'
import type { TrustOffer } from '../trust/index.ts'

export type Lane = 'signed' | 'unsigned' | `browser:${string}`

/** What nobody signed is counted apart from all the rest, so that a stranger takes nothing from who it names. */
export type LaneClass = 'signed' | 'unsigned'

/** How a factor came to be. A rung of the acr ladder may ask for some of these. */
export type Provenance =
  | 'open'
  | `contact:${string}`
  | 'bind-code'
  | 'operator'
  | 'import'
  | `factor:${string}`

/** What the client asked, in words of no protocol. */
export type StepUpRequest = {
  readonly client: string
  readonly lane: 'signed' | 'unsigned'
  /** As the client named it; echoed to it whatever happens in between. */
  readonly subject: string
  readonly lookup: Lookup
  /** An inner list is of equal rank. */
  readonly directories: readonly (string | readonly string[])[]
  readonly application: { readonly id: string | null; readonly name: string }
  /** Essential without a value: any rung, but really proven here. */
  readonly acr: { readonly wanted: readonly string[]; readonly essential: boolean }
  readonly maxAgeSeconds: number | null
  readonly prompt: 'none' | 'login' | null
  readonly uiLocales: string | null
  readonly purpose: 'sign-in' | 'enrol'
  /** What the client itself saw proven, signed by it. */
  readonly upstream: { readonly amr: readonly string[]; readonly authTime: number | null } | null
  readonly signedIp: string | null
}

export type Lookup =
  | { readonly by: 'name'; readonly value: string }
  | { readonly by: 'immutableId'; readonly directory: string; readonly value: string }

/** How the codes of an OTP app look: an imported one keeps what it was made with. */
export type AppCode = { readonly digits: 6 | 8; readonly periodSeconds: 30 | 60 }

/** One way that may be asked, and the acr that it would bring. */
export type Offer = Way & { readonly acr: string }

/** `to` are destinations in the directory's order; empty where nothing is sent. */
export type Way =
  | {
      readonly factor: FactorKind
      readonly use: 'ask'
      readonly to: readonly string[]
      /** Which of the person's own apps, and what it shows; null where a code is sent. */
      readonly app: (AppCode & { readonly enrolment: Id<'enrolment'> }) | null
    }
  | {
      readonly factor: 'totp'
      readonly use: 'enrol'
      /** What must be proven first: nothing, a code over this channel, or one from an operator. */
      readonly first: {
        readonly channel: 'email' | 'sms' | 'bind-code'
        readonly to: readonly string[]
      } | null
    }

/** Which question a move is about. */
export type Asked = { readonly factor: FactorKind; readonly challenge: Id<'challenge'> }

/** What the client hears that was proven, and when. */
export type Proof = {
  readonly acr: string
  readonly amr: readonly string[]
  readonly at: Instant | null
}

/** The live code of a challenge. One at a time: another generation ends the former. */
export type Sent = {
  readonly to: string
  readonly keyId: string
  readonly generation: number
  readonly messages: number
  readonly sentAt: Instant
  readonly expiresAt: Instant
  readonly resendAt: Instant
}

/** A seed that is shown and not yet confirmed. It is derived, so that nothing is kept until it is. */
export type Pending = {
  readonly enrolment: Id<'enrolment'>
  readonly keyId: string
  readonly provenance: Provenance
  /** What the step-up is worth once confirmed: never more than its own proof. Null: the new factor itself. */
  readonly credit: { readonly factor: FactorKind; readonly proof: Proof } | null
}

/** What was proven by who manages their factors, and how that came to be. */
export type Proven = {
  readonly factor: FactorKind
  readonly provenance: Provenance
  readonly proof: Proof
}

export type Block = 'no-contact' | 'factor-locked' | 'channel-down'
export type Refusal = 'denied' | 'attempts-spent' | 'question-needed' | 'essential-acr-unmet'

type Always = {
  readonly id: Id<'stepUp'>
  readonly request: StepUpRequest
  /** SHA-256 of the cookie of the one browser that may go on with it. */
  readonly browser: string
  readonly ip: string | null
  readonly userAgent: string | null
  readonly account: Id<'account'> | null
  /** The account's person is kept by us, so that the store itself knows whether they are still there. */
  readonly isOurs: boolean
  /** The account is kept by us for a person of another directory, so that the store itself knows whether it was erased. */
  readonly isTheirs: boolean
  /** To show and to put in messages; the subject's own spelling where nobody was found. */
  readonly username: string
  readonly lane: Lane
  readonly locale: Locale
  /** What a success here earns, so that the next step-up need not ask; null where nothing. */
  readonly trust: TrustOffer | null
  readonly offered: readonly Offer[]
  readonly attemptsMax: number
  /** Answers of any kind that may still come in, malformed ones included. */
  readonly answersLeft: number
  readonly replansLeft: number
  readonly openedAt: Instant
  readonly expiresAt: Instant
}

export type Challenged = Always &
  Asked & {
    readonly state: 'challenged'
    readonly attemptsLeft: number
    readonly unjudged: number
    readonly sent: Sent | null
    /** A contact is proven first where a new factor is about to be enrolled. */
    readonly leadsTo: 'satisfied' | 'enrolling'
  }

/** No optional fields: each state carries exactly what is true in it. */
export type StepUp =
  | (Always & { readonly state: 'choosing' })
  | Challenged
  | (Always & {
      readonly state: 'enrolling'
      readonly pending: Pending
      /** Of who adds one beside those that they have; null: it is their first. */
      readonly proven: Proven | null
    })
  /** Looks after their own factors, until they are done. */
  | (Always & { readonly state: 'managing'; readonly proven: Proven })
  | (Always & {
      readonly state: 'blocked'
      readonly why: Block
      readonly factor: FactorKind | null
    })
  | (Always & {
      readonly state: 'satisfied'
      readonly how: 'factor' | 'trust' | 'exempt' | 'delegated'
      readonly factor: FactorKind | null
      readonly proof: Proof
      readonly at: Instant
    })
  | (Always & { readonly state: 'refused'; readonly reason: Refusal; readonly at: Instant })
  | (Always & {
      readonly state: 'cancelled'
      readonly by: 'person' | 'operator'
      readonly at: Instant
    })
  | (Always & { readonly state: 'expired'; readonly at: Instant })

export type Held = Always
