import type { Actor, AuditEvent, AuditStore, LeaseStore } from '../audit/index.ts'
import type { PeopleStore } from '../directories/index.ts'
import type { TotpStore } from '../factors/totp/index.ts'
import type { Instant } from '../kernel/index.ts'
import type { RequestStore, SigningKeyStore } from '../oidc/index.ts'
import type { StepUpStore } from '../stepup/index.ts'

/** Everything that is kept, as the ports of the rooms that need it. */
export type Store = AsyncDisposable & {
  readonly stepUps: StepUpStore
  readonly requests: RequestStore
  readonly signingKeys: SigningKeyStore
  readonly audit: AuditStore
  readonly leases: LeaseStore
  readonly people: PeopleStore
  readonly totp: TotpStore

  /**
   * Takes away what has been over for an hour, at most `rowsMax` of each kind, so that nobody waits for it. A step-up
   * that never came to an end leaves `step-up.expired`. Call it again at once while a count is `rowsMax`.
   */
  sweep(now: Instant, limits: { readonly rowsMax: number }): Promise<Swept>

  /** Puts every sealed value under the newest key; says how many were under another, also in the audit unless none was. */
  reseal(actor: Actor): Promise<{ readonly resealed: number }>

  /** Whether a write and a read come through right now. */
  health(): Promise<'up' | 'down'>
}

export type Swept = {
  readonly stepUps: number
  readonly requests: number
  readonly assertions: number
  readonly consumed: number
  readonly sendBudgets: number
}

/** Of events that only the store could word (`factor.locked`, `authorization-code.…`, `step-up.expired` …), once committed. */
export type Heard = (events: readonly AuditEvent[]) => void
