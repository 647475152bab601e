import type { AuditEvent } from '../audit/index.ts'
import type { Id, OperatorCodeKind } from '../kernel/index.ts'
import type { OperatorCode } from '../stepup/index.ts'

/** Codes that operators hand out. Change and events commit together. */
export type CodeStore = {
  /**
   * Takes the place of the account's former one of that kind; what was counted against answers with it starts at zero. For an
   * account of our own whose person is gone or not enabled, and for one that nobody knows: 'account-gone'. A bind code for
   * somebody who has an OTP app: 'enrolled'. With either nothing changes. A notice for the person is kept.
   */
  give(
    code: OperatorCode,
    isOurs: boolean,
    events: readonly AuditEvent[],
  ): Promise<'given' | 'enrolled' | 'account-gone'>
  /** 'unknown' where there is none. */
  revoke(
    account: Id<'account'>,
    kind: OperatorCodeKind,
    events: readonly AuditEvent[],
  ): Promise<'revoked' | 'unknown'>
}
