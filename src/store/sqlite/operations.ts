import type { LockRule, SendRule } from '../../stepup/index.ts'
import type {
  EnrolmentRow,
  RequestRow,
  SigningKeyRow,
  StepUpRow,
  TrustGrantRow,
} from '../schema.ts'
import type { Swept } from '../store.ts'
import type { AppOperations } from './operations-apps.ts'
import type { AsideOperations } from './operations-aside.ts'
import type { PeopleOperations } from './operations-people.ts'

/**
 * What the writer is asked to do, as plain as a message between threads must be: what is kept as JSON crosses as JSON.
 * Ids of events come along, since chance is not the writer's.
 */
export type Told = { readonly id: string; readonly event: string }
/** What an event says that only the writer can word. */
export type Spare = { readonly id: string }

/** When and by whom what is under way is ended, and the chance that the ids of its events are made of. */
export type EndingMessage = {
  readonly at: number
  readonly actor: string
  readonly spare: Spare
}

export type ChangeMessage = {
  readonly row: StepUpRow
  readonly told: readonly Told[]
}

/** Where there is to be a notice. */
export type NoticeMessage = { readonly id: string; readonly about: string }

export type ClaimMessage = {
  readonly account: string
  readonly channel: string
  readonly lane: string
  readonly rule: SendRule
}

type CounterMessage = {
  readonly account: string
  readonly factor: string
  readonly lane: string
}

export type ConsumedMessage = {
  readonly source: string
  readonly part: number
  readonly expires_at: number | null
}

/** Whose account it is, as far as the store can tell whether it is there. */
export type Keeping = { readonly isOurs: boolean; readonly isTheirs: boolean }

/** A code that an operator handed out, as the answer met it. */
export type TakenMessage = {
  readonly account: string
  readonly kind: string
  readonly id: string
  readonly browser: string
  readonly answers_max: number
}

export type EarnedMessage = {
  readonly browser: string
  readonly at: number
  readonly since: number
  readonly browsers_max: number
  readonly factor: string
  readonly destination: string | null
  readonly grant: GrantMessage | null
}

export type GrantMessage = TrustGrantRow & { readonly joins: 0 | 1; readonly grants_max: number }

export type TrustUseMessage = {
  readonly account: string
  readonly grant: string
  /** Null: no device is in it. */
  readonly series: string | null
  readonly generation: number | null
  readonly next: {
    readonly device_hash: string
    readonly key_id: string
    readonly rotated_at: number
    readonly rotated_ip: string | null
  } | null
}

export type EnrolmentMessage = { readonly row: EnrolmentRow; readonly consumed: ConsumedMessage }

export type OnceMessage = {
  readonly client: string
  readonly jti: string
  readonly expires_at: number
}

export type FoundMessage = {
  readonly version: number
  readonly value: string
  readonly tallies: string
}

type TooSoon = { readonly heard: 'too-soon'; readonly until: number }

/** A request with its step-up, both as JSON, and the event that was kept with the answer. */
type WithStepUp<Heard extends string> = {
  readonly heard: Heard
  readonly request: string
  readonly stepUp: string
  readonly event: string | null
}

type Elsewhere = PeopleOperations & AsideOperations & AppOperations

export type Operations = Elsewhere & {
  'stepUps.open'(of: {
    change: ChangeMessage
    keeping: Keeping
    claim: ClaimMessage | null
    notice: NoticeMessage
    now: number
  }):
    | { readonly heard: 'opened'; readonly tallies: string }
    | { readonly heard: 'found'; readonly at: FoundMessage }
    | { readonly heard: 'account-gone' }
    | TooSoon
  'stepUps.openTrusted'(of: {
    change: ChangeMessage
    keeping: Keeping
    use: TrustUseMessage
  }):
    | { readonly heard: 'opened'; readonly tallies: string }
    | { readonly heard: 'found'; readonly at: FoundMessage }
    | { readonly heard: 'account-gone' | 'trust-moved' }
  'stepUps.replace'(of: ChangeMessage): 'replaced' | 'stale'
  'stepUps.replan'(of: {
    change: ChangeMessage
    keeping: Keeping
  }): 'replaced' | 'stale' | 'account-gone'
  'stepUps.send'(of: {
    change: ChangeMessage
    claim: ClaimMessage
    notice: NoticeMessage
    now: number
  }): 'claimed' | 'stale' | TooSoon
  'stepUps.spend'(of: {
    change: ChangeMessage
    counter: CounterMessage
    rule: LockRule
    now: number
    client: string
    about: string
    spare: Spare
  }):
    | {
        readonly heard: 'spent'
        readonly locked: number | 'operator' | null
        readonly event: string | null
      }
    | { readonly heard: 'stale' }
    | { readonly heard: 'locked'; readonly until: number | 'operator' }
  'stepUps.settle'(of: {
    change: ChangeMessage
    counter: CounterMessage
    consumed: ConsumedMessage | null
    taken: TakenMessage | null
    earned: EarnedMessage | null
    /** Of a code that was used. */
    notice: (NoticeMessage & { readonly at: number }) | null
  }): 'settled' | 'stale' | 'used'
  'stepUps.enrol'(of: {
    change: ChangeMessage
    keeping: Keeping
    enrolment: EnrolmentMessage
    most: number
    earned: EarnedMessage | null
    about: string
  }): 'enrolled' | 'stale' | 'full' | 'code-gone' | 'account-gone'

  'requests.push'(of: {
    row: RequestRow
    once: OnceMessage | null
  }): 'pushed' | 'assertion-replayed' | 'nonce-replayed'
  'requests.park'(of: {
    row: RequestRow
    now: number
  }): { readonly request: string } | 'nonce-replayed' | 'expired'
  'requests.issue'(of: {
    step_up: string
    browser: string
    hash: string
    seconds: number
    now: number
    spare: Spare
  }):
    | WithStepUp<'issued' | 'again' | 'spent' | 'ended' | 'open'>
    | { readonly heard: 'unknown' }
    | { readonly heard: 'other-browser'; readonly event: string }
  'requests.redeem'(of: {
    hash: string
    client: string
    redirect_uri: string
    seconds: number
    verifier_hash: string
    token_hash: string
    token_expires_at: number
    once: OnceMessage | null
    now: number
    spare: Spare
  }):
    | WithStepUp<'redeemed'>
    | { readonly heard: 'replayed' | 'verifier-wrong'; readonly event: string }
    | { readonly heard: 'unknown' | 'expired' | 'assertion-replayed' }
  'requests.refuse'(of: Told): null

  'signingKeys.replaceSet'(of: {
    seen: readonly { readonly kid: string; readonly state: string }[]
    next: readonly SigningKeyRow[]
    told: readonly Told[]
  }): 'replaced' | 'stale'

  'audit.keep'(of: readonly Told[]): null
  'audit.seal'(of: {
    after: number
    links: readonly {
      readonly sequence: number
      readonly id: string
      readonly key_id: string
      readonly mac: string
    }[]
    checkpoint: {
      readonly sequence: number
      readonly mac: string
      readonly at: number
      readonly key_id: string
      readonly signature: string
    } | null
  }): 'sealed' | 'stale'
  'audit.prune'(of: { sequence: number; signature: string }): null
  'leases.claim'(of: { name: string; holder: string; now: number; until: number }): 'held' | 'taken'
  'leases.release'(of: { name: string; holder: string }): null

  'upkeep.sweep'(of: {
    now: number
    /** As many as may be taken of each kind. */
    spares: readonly Spare[]
  }): Swept & { readonly events: readonly string[] }
  /** Puts a value under another key where the row still holds the one that was seen. */
  'upkeep.reseal'(of: {
    changes: readonly {
      readonly table: 'enrolments' | 'signing_keys'
      readonly row: string
      readonly from: string
      readonly to: string
    }[]
    actor: string
    now: number
    spare: Spare
  }): { readonly resealed: number; readonly event: string | null }
  /** Whether the batch that this runs in waits for the disk (2, FULL) or not (1, NORMAL). */
  'upkeep.diagnose'(of: null): { readonly synchronous: number }
}

export type Operation = keyof Operations

/** One operation as it crosses to the writer. */
export type Message = {
  readonly seq: number
  readonly op: Operation
  readonly of: unknown
  readonly durability: Durability
}

export type Reply =
  | { readonly seq: number; readonly answer: unknown }
  | { readonly seq: number; readonly error: unknown; readonly code: string | null }

/** `durable`: the answer waits for the disk. `ordered`: a power cut may take it, with all that came after it. */
export type Durability = 'durable' | 'ordered'
