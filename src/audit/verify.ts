import type { KeyRing } from '../kernel/index.ts'
import type { AuditStore } from './audit-store.ts'
import { checkCheckpoint, checkLink, checkPruned, GENESIS } from './chain.ts'

/** `checked` links are in the chain; `unsealed` events are committed and wait for the sealer, which is no fault. */
export type AuditVerdict =
  | { readonly verdict: 'whole'; readonly checked: number; readonly unsealed: number }
  | {
      readonly verdict: 'broken' | 'missing'
      /** Where the first fault is. */
      readonly sequence: number
      readonly checked: number
      readonly unsealed: number
    }

const BATCH = 500
const UNSEALED_MAX = 100_000

/**
 * Reads the chain from its beginning, or from a link that was good, to its end, and holds its length against the last
 * checkpoint, so that links cut off at the end are missed too. What waits for the sealer is told apart: it is no fault.
 */
export async function verifyAudit(
  store: AuditStore,
  keys: KeyRing,
  after: number,
): Promise<AuditVerdict> {
  const unsealed = (await store.unsealed(UNSEALED_MAX)).length
  // Before the links: the sealer goes on meanwhile, and a checkpoint of what it adds is no sign of a missing link.
  const checkpoint = await store.lastCheckpoint()
  let before = { sequence: 0, mac: GENESIS }
  const [first] = await store.sealed(0, 1)
  if (after === 0 && first !== undefined && first.sequence > 1) {
    const pruned = await store.checkpointAt(first.sequence - 1)
    if (pruned === undefined || checkPruned(keys, pruned) !== 'genuine')
      return { verdict: 'missing', sequence: 1, checked: 0, unsealed }
    before = pruned
  }
  if (after > 0) {
    const [good] = await store.sealed(after - 1, 1)
    if (good?.sequence !== after)
      return { verdict: 'missing', sequence: after, checked: 0, unsealed }
    before = good
  }
  for (let checked = 0; ; ) {
    const links = await store.sealed(before.sequence, BATCH)
    for (const link of links) {
      const answer = checkLink(keys, before, link)
      if (answer !== 'whole')
        return { verdict: answer.fault, sequence: answer.sequence, checked, unsealed }
      before = link
      checked++
    }
    if (links.length === 0) return ended(before, checked)
  }

  function ended(
    { sequence, mac }: { readonly sequence: number; readonly mac: string },
    checked: number,
  ): AuditVerdict {
    if (checkpoint === undefined) return { verdict: 'whole', checked, unsealed }
    const at = { sequence: checkpoint.sequence, checked, unsealed }
    if (checkCheckpoint(keys, checkpoint) !== 'genuine') return { verdict: 'broken', ...at }
    if (checkpoint.sequence > sequence) return { verdict: 'missing', ...at, sequence: sequence + 1 }
    if (checkpoint.sequence === sequence && checkpoint.mac !== mac)
      return { verdict: 'broken', ...at }
    return { verdict: 'whole', checked, unsealed }
  }
}
