import type { FactorKind, Instant, Locale } from '../kernel/index.ts'

export type ChannelKind = Extract<FactorKind, 'email' | 'sms' | 'dingtalk'>

/** One code for one person, ready to be put in words. */
export type CodeMessage = {
  readonly to: string
  readonly locale: Locale
  readonly code: string
  readonly validUntil: Instant
  readonly askedAt: Instant
  readonly application: string
  readonly username: string
  /** As the browser that opened the step-up said it; null where unknown. Untrusted text. */
  readonly from: { readonly browser: string | null; readonly ip: string | null }
  /** 1 for the first message of this challenge. */
  readonly message: number
}

/** What a person is told besides codes: that something happened in their name. It holds nothing that is worth stealing. */
export type NoticeMessage = {
  /** The same at every try. */
  readonly id: string
  readonly to: string
  readonly locale: Locale
  readonly kind:
    | 'locked'
    | 'codes-unused'
    | 'enrolled'
    | 'removed'
    | 'reset'
    | 'contacts'
    | 'code-made'
    | 'code-used'
  readonly factor: FactorKind | null
  readonly at: Instant
  readonly username: string
  readonly from: CodeMessage['from']
  /** An operator did it, and no browser. */
  readonly isOperators: boolean
}

/**
 * What became of it, in the words that decide what happens next: another gateway or another factor is offered
 * ('failed'), this person cannot be reached there ('recipient-refused'), or it went out ('accepted').
 */
export type Delivery = {
  readonly outcome: 'accepted' | 'recipient-refused' | 'failed'
  readonly provider: string
}

/** Also as `Delivery`; 'perhaps': it may have gone out, and whoever says it again may say it twice. */
export type NoticeOutcome = Delivery['outcome'] | 'perhaps'

/** As `Channel`, for notices. */
export type NoticeChannel = {
  tell(message: NoticeMessage): Promise<NoticeOutcome>
}

/** Never throws for what a gateway does; never takes longer than its own deadline. */
export type Channel = {
  readonly kind: ChannelKind
  send(message: CodeMessage): Promise<Delivery>
  /** For a stop: what is being sent has 'failed' now, and so has all that comes after. */
  end(): void
}
