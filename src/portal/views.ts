import type { FactorKind, Instant, Locale, OperatorCodeKind } from '../kernel/index.ts'

/** What is asked of a person by this release and the next. */
export type Asking = Extract<FactorKind, 'totp' | 'email' | 'sms' | 'dingtalk' | OperatorCodeKind>

/** Nothing that is sent or shown by an app: somebody says it. */
export const isHanded = (factor: Asking | null): factor is OperatorCodeKind =>
  factor === 'bind-code' || factor === 'bypass-code'

/** A post to our own origin. Other fields are the page's own. */
export type Form = { readonly action: string; readonly proof: string }

/** What stands around every page. Null where it is not known or not offered. */
export type Frame = {
  readonly locale: Locale
  readonly application: string | null
  readonly username: string | null
  /** What they came for. */
  readonly purpose: 'sign-in' | 'enrol'
  readonly language: Form | null
  readonly cancel: Form | null
  readonly requestId: string
  readonly now: Instant
}

/** One way on. `to` are masked destinations; their place is what the form sends. */
export type Way =
  | {
      readonly use: 'ask'
      readonly factor: Asking
      readonly to: readonly string[]
      readonly standing: 'open' | 'down'
    }
  | {
      readonly use: 'enrol'
      readonly factor: 'totp'
      /** What is proven first; null: nothing. */
      readonly first: Asking | null
      /** Where a code goes first; empty where none is sent. */
      readonly to: readonly string[]
      readonly standing: 'open'
    }

/** What a person hears of what they just did. */
export type Message =
  | { readonly says: 'none' }
  | {
      readonly says: 'wrong'
      readonly left: number
      readonly then: 'new-code' | { readonly pauseMinutes: number }
    }
  | {
      readonly says:
        | 'format'
        | 'old'
        | 'sent-again'
        | 'code-replaced'
        | 'send-failed'
        | 'stale'
        | 'spent'
        | 'wrong-enrol'
        | 'name-refused'
        | 'apps-full'
        | 'last-way'
        | 'code-gone'
    }
  | { readonly says: 'too-soon'; readonly seconds: number }

export type ChooseView = {
  readonly choose: Form
  readonly ways: readonly Way[]
  readonly message: Message
  /** Where the sign-in began, when that is not where this browser is. */
  readonly signedInFrom: string | null
}

export type ChallengeView = {
  readonly factor: Asking
  readonly challenge: string
  readonly answer: Form
  readonly digits: number
  /** Where apps of several kinds are asked for at once, what else fits; null otherwise. */
  readonly also: { readonly digits: number | null; readonly periodSeconds: number | null }
  /** Masked; null where nothing is sent. */
  readonly to: string | null
  readonly validMinutes: number
  /** How long an OTP app shows a code. */
  readonly periodSeconds: number
  /** The smaller of challenge and lane. */
  readonly attemptsLeft: number
  readonly message: Message
  readonly resend: { readonly form: Form; readonly inSeconds: number } | null
  readonly others: readonly Way[]
  /** The address of the choice. */
  readonly ways: string
  /** What a right code earns: a box for this device, or for the network as it is. Null: nothing. */
  readonly trust:
    | { readonly by: 'box'; readonly hours: number; readonly isTicked: boolean }
    | NetworkTrust
    | null
  readonly leadsTo: 'signed-in' | 'enrol'
  readonly mailFrom: string | null
  readonly signedInFrom: string | null
}

/** What is earned by whoever comes from there, with no box. */
export type NetworkTrust = { readonly by: 'network'; readonly hours: number }
/** One of the person's own apps. */
export type OwnApp = {
  readonly enrolment: string
  /** Null: it is called by its place. */
  readonly name: string | null
  readonly place: number
  readonly at: Instant
  readonly usedAt: Instant | null
  readonly rename: string
  readonly remove: string
}

export type ManageView = {
  readonly apps: readonly OwnApp[]
  /** Null where there are as many as there may be. */
  readonly add: Form | null
  readonly done: Form
  readonly message: Message
}

export type OneAppView = {
  readonly app: OwnApp
  readonly form: Form
  /** What was written, where it is to be corrected. */
  readonly written: string | null
  readonly message: Message
  /** The address of all of them. */
  readonly back: string
}

export type EnrolView = {
  readonly enrolment: string
  readonly confirm: Form
  readonly digits: number
  /** Base32, as the app needs it. */
  readonly key: string
  readonly uri: string
  readonly account: string
  /** What was proven just before, in this step-up. */
  readonly provenBy: Asking | null
  /** A device is not offered where a factor is set up. */
  readonly trust: NetworkTrust | null
  /** Leads back to those that the person has already; null: it is the first. */
  readonly back: Form | null
  /** What was written as its name. */
  readonly written: string | null
  readonly message: Message
  readonly others: readonly Way[]
  readonly ways: string
}

export type BlockedView = {
  readonly why:
    | { readonly block: 'no-contact' | 'channel-down' }
    | {
        readonly block: 'factor-locked'
        readonly factor: Asking
        /** Until an operator frees it, or for so many minutes. */
        readonly until: 'operator' | { readonly minutes: number }
      }
  readonly ways: readonly Way[]
  readonly choose: Form | null
  readonly retry: Form | null
}

export type RefusedView = {
  readonly why: 'denied' | 'attempts-spent' | 'question-needed' | 'essential-acr-unmet'
  readonly resume: string
}

export type CancelledView = { readonly resume: string; readonly by: 'person' | 'operator' }
export type ExpiredView = { readonly resume: string; readonly openMinutes: number }

export type DoneView = {
  readonly url: string
  /** A factor was proven; nothing had to be asked; or the sign-in ended without one. */
  readonly how: 'proven' | 'passed' | 'ended'
}

export type ErrorView = {
  readonly says:
    | 'our-mistake'
    | 'try-again'
    | 'try-again-later'
    | 'not-understood'
    | 'too-large'
    | 'client-unknown'
    | 'not-found'
    | 'expired'
    | 'other-browser'
    | 'finished-elsewhere'
  readonly resume: string | null
  /** Where trying once more leads; null where that would not help. */
  readonly again: string | null
}
