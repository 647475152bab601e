/**
 * What happened, for ever: the union of audit events, the sealer that numbers, chains and signs them, and the
 * check that tells broken, missing and not-yet-sealed apart. Events commit with the change that they are about;
 * this room never decides anything and never holds up a step-up.
 */
export type { AuditStore, Checkpoint, KeptEvent, Sealed, SealedEvents } from './audit-store.ts'

export type { Actor, AuditEvent, AuditEventName } from './events.ts'
export { type Exported, exportAudit } from './export.ts'
export { pruneAudit } from './prune.ts'
export {
  CHAIN_STATES,
  type ChainState,
  createSealer,
  type Sealer,
  type SealerDeps,
} from './sealer.ts'
export { type AuditVerdict, type VerifyFrom, verifyAudit } from './verify.ts'
