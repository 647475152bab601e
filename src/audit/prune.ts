import type { Instant, KeyRing } from '../kernel/index.ts'
import type { AuditStore } from './audit-store.ts'
import { checkCheckpoint, prunedSignature } from './chain.ts'

const ROWS = 2_000

/**
 * Takes away the oldest stretch of the chain that is older than `before`, up to a checkpoint that is then signed as its new
 * beginning. A checkpoint that is not ours is left alone, with all before it: that is for `verify` to show.
 */
export async function pruneAudit(
  store: AuditStore,
  keys: KeyRing,
  before: Instant,
): Promise<'pruned' | 'nothing'> {
  const checkpoint = await store.prunable(before, ROWS)
  if (checkpoint === undefined || checkCheckpoint(keys, checkpoint) !== 'genuine') return 'nothing'
  await store.prune(checkpoint.sequence, prunedSignature(keys, checkpoint))
  return 'pruned'
}
