import type { AuditEvent } from '../audit/index.ts'
import type { Id } from '../kernel/index.ts'
import type { Grant } from './grant.ts'

/** What operators and alarms do to grants. They are made and used with step-ups, in the transaction of each. */
export type TrustStore = {
  /** Of the account, newest first; those that are over too, until they are swept. */
  list(account: Id<'account'>): Promise<readonly Grant[]>
  /** Takes away those, and tells of it unless there were none; says how many. Whoever shows such a device is asked again. */
  revoke(
    account: Id<'account'>,
    which: 'all' | { readonly id: Id<'trust'> } | { readonly series: string },
    events: readonly AuditEvent[],
  ): Promise<number>
}
