import type { Actor, AuditEvent, AuditStore } from '../audit/index.ts'
import type { AccountStore, CodeStore, PeopleStore } from '../directories/index.ts'
import type { OperatorCodeStore } from '../factors/operator-code/index.ts'
import type { TotpStore } from '../factors/totp/index.ts'
import type { Instant } from '../kernel/index.ts'
import type { LeaseStore } from '../leases/index.ts'
import type { NoticeStore } from '../notices/index.ts'
import type { RequestStore, SigningKeyStore } from '../oidc/index.ts'
import type { PolicyStore } from '../policy/index.ts'
import type { StepUpStore } from '../stepup/index.ts'
import type { TrustStore } from '../trust/index.ts'

/** Everything that is kept, as the ports of the rooms that need it. */
export type Store = AsyncDisposable & {
  readonly stepUps: StepUpStore
  readonly requests: RequestStore
  readonly signingKeys: SigningKeyStore
  readonly audit: AuditStore
  readonly leases: LeaseStore
  readonly people: PeopleStore
  readonly accounts: AccountStore
  readonly policy: PolicyStore
  readonly totp: TotpStore
  readonly trust: TrustStore
  readonly operatorCodes: OperatorCodeStore & CodeStore
  readonly notices: NoticeStore

  /**
   * Takes away what has been over for an hour, at most `rowsMax` of each kind, so that nobody waits for it. A step-up
   * that never came to an end leaves `step-up.expired`. Call it again at once while a count is `rowsMax`.
   */
  sweep(now: Instant, limits: { readonly rowsMax: number }): Promise<Swept>

  /** Puts every sealed value under the newest key; says how many were under another, also in the audit unless none was. */
  reseal(actor: Actor): Promise<{ readonly resealed: number }>

  /** Whether a write and a read come through right now. */
  health(): Promise<'up' | 'down'>

  /** How far the clock of the database is ahead of ours, give or take half of the round trip. Null: it is this machine's. */
  clock(): Promise<{ readonly offsetSeconds: number; readonly roundTripSeconds: number } | null>

  /** From memory, so that it can be asked while the database is down. Null: there are no connections to count. */
  stats(): StoreStats | null
}

export type StoreStats = {
  /** Connections that somebody has, so none while none can be had, and those that wait for somebody. */
  readonly used: number
  readonly idle: number
  /** Who waits for a connection. */
  readonly waiting: number
  /** What was asked again since the start, by why. Every kind is there from the beginning. */
  readonly retries: Readonly<Record<string, number>>
}

export type Swept = {
  readonly stepUps: number
  readonly requests: number
  readonly assertions: number
  readonly consumed: number
  readonly sendBudgets: number
  readonly operatorCodes: number
  readonly knownBrowsers: number
  readonly grants: number
}

/** Of events that only the store could word (`factor.locked`, `authorization-code.…`, `step-up.expired` …), once committed. */
export type Heard = (events: readonly AuditEvent[]) => void
