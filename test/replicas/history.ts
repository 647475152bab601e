import type { AuditEvent } from '../../src/audit/index.ts'

export type Asking = 'totp' | 'email'

/** What an answer would use up if it was accepted: the code of a time step, or the one that was mailed for a step-up. */
export type Proof =
  | { readonly of: 'app'; readonly who: string; readonly timeStep: number }
  | { readonly of: 'mail'; readonly stepUp: string; readonly code: string }

/** What somebody outside asked for. */
export type Asked =
  /** From the pushed request to the first page. */
  | { readonly asked: 'open' }
  | { readonly asked: 'choose'; readonly factor: Asking }
  | { readonly asked: 'resend' }
  | {
      readonly asked: 'answer'
      readonly factor: Asking
      readonly challenge: string
      /** Null: nobody ever had this code. */
      readonly proof: Proof | null
    }
  /** Sets up an OTP app with the code of this time step. */
  | { readonly asked: 'confirm'; readonly timeStep: number }
  | { readonly asked: 'resume' }
  | { readonly asked: 'redeem'; readonly code: string }

export type Heard =
  /** A page that goes on. */
  | { readonly heard: 'page' }
  | { readonly heard: 'accepted' | 'wrong' }
  | { readonly heard: 'code'; readonly code: string }
  | { readonly heard: 'token'; readonly idToken: string }
  /** Any other answer: too soon, over, paused, used already. */
  | { readonly heard: 'other'; readonly status: number }
  /** 503, or no answer at all: it may have been done or not. */
  | { readonly heard: 'later' | 'lost' }

/** Nobody was told what became of it. */
export const isUnheard = ({ heard }: Heard): boolean => heard === 'lost' || heard === 'later'

/** In milliseconds of one clock; `null` where no step-up was there yet. */
export type Operation = {
  readonly startedAt: number
  readonly endedAt: number
  readonly who: string
  readonly stepUp: string | null
} & Asked &
  Heard

export type Mailed = { readonly stepUp: string; readonly code: string }

/** How often an account failed at a factor in a row. */
export type Count = {
  readonly account: string
  readonly factor: string
  readonly failures: number
}

/** All that is known once it is over: what everybody outside wrote down, and what Sallyport did. */
export type Evidence = {
  readonly history: readonly Operation[]
  readonly mails: readonly Mailed[]
  /** In the order of the chain. */
  readonly audit: readonly { readonly id: string; readonly event: AuditEvent }[]
  /** What the command line says of the chain. */
  readonly chain: string
  /** Before the first and after the last operation. */
  readonly before: readonly Count[]
  readonly after: readonly Count[]
}

/** Those that were there before. */
export function twice(all: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  return all.filter((one) => seen.size === seen.add(one).size)
}
