import type { KeyRing } from '../kernel/index.ts'
import type { SealedEvents } from './audit-store.ts'
import {
  type ChainFault,
  type ChainPoint,
  checkCheckpoint,
  checkLink,
  checkPruned,
  GENESIS,
} from './chain.ts'

/** `checked` links are in the chain; `unsealed` events are committed and wait for the sealer, which is no fault. */
export type AuditVerdict = { readonly checked: number; readonly unsealed: number } & (
  | { readonly verdict: 'whole' }
  /** Where the first fault is. */
  | { readonly verdict: 'broken' | 'missing'; readonly sequence: number }
  | { readonly verdict: 'key-missing'; readonly sequence: number; readonly keyId: string }
  /** The checkpoint to compare with is older than what is kept, which begins after this sequence. */
  | { readonly verdict: 'pruned'; readonly sequence: number }
)

export type VerifyFrom = {
  /** Begins after this link, which was good; 0 begins at the beginning. */
  readonly after: number
  /** As it was logged, and kept where nobody could change it: the chain has to come to the same there. */
  readonly checkpoint: ChainPoint | null
}

const BATCH = 500
const UNSEALED_MAX = 100_000

/**
 * Reads the chain from its beginning, or from a link that was good, to its end, and holds it against the last checkpoint
 * and against one from elsewhere, so that links cut off at the end, and a chain that was made anew, are told too. What
 * waits for the sealer is told apart: it is no fault.
 */
export async function verifyAudit(
  store: SealedEvents,
  keys: KeyRing,
  { after, checkpoint: logged }: VerifyFrom,
): Promise<AuditVerdict> {
  const unsealed = (await store.unsealed(UNSEALED_MAX)).length
  // Before the links: the sealer goes on meanwhile, and a checkpoint of what it adds is no sign of a missing link.
  const last = await store.lastCheckpoint()
  let checked = 0

  const begun = await beginning()
  if ('fault' in begun) return bad(begun)
  if (last !== undefined) {
    const { sequence, keyId } = last
    const answer = checkCheckpoint(keys, last)
    if (answer === 'key-missing') return bad({ fault: answer, sequence, keyId })
    if (answer !== 'genuine') return bad({ fault: 'broken', sequence })
  }
  const expected = [last, logged ?? undefined].filter((one) => one !== undefined)
  if (logged !== null && logged.sequence < begun.sequence)
    return { verdict: 'pruned', sequence: begun.sequence, checked, unsealed }

  let before: ChainPoint = begun
  for (;;) {
    if (differs(before)) return bad({ fault: 'broken', sequence: before.sequence })
    const links = await store.sealed(before.sequence, BATCH)
    for (const link of links) {
      const answer = checkLink(keys, before, link)
      if (answer !== 'whole') return bad(answer)
      if (differs(link)) return bad({ fault: 'broken', sequence: link.sequence })
      before = link
      checked++
    }
    if (links.length === 0) break
  }
  const { sequence } = before
  if (expected.some((point) => point.sequence > sequence))
    return bad({ fault: 'missing', sequence: sequence + 1 })
  return { verdict: 'whole', checked, unsealed }

  function differs(at: ChainPoint): boolean {
    return expected.some(({ sequence, mac }) => sequence === at.sequence && mac !== at.mac)
  }

  async function beginning(): Promise<ChainPoint | ChainFault> {
    if (after > 0) {
      const [good] = await store.sealed(after - 1, 1)
      return good?.sequence === after ? good : { fault: 'missing', sequence: after }
    }
    const [first] = await store.sealed(0, 1)
    if (first === undefined || first.sequence === 1) return { sequence: 0, mac: GENESIS }
    const pruned = await store.checkpointAt(first.sequence - 1)
    if (pruned === undefined) return { fault: 'missing', sequence: 1 }
    const { sequence, keyId } = pruned
    if (keys.subkey('audit', keyId) === undefined) return { fault: 'key-missing', sequence, keyId }
    return checkPruned(keys, pruned) === 'genuine' ? pruned : { fault: 'missing', sequence: 1 }
  }

  function bad(found: ChainFault): AuditVerdict {
    const { sequence } = found
    return found.fault === 'key-missing'
      ? { verdict: found.fault, sequence, keyId: found.keyId, checked, unsealed }
      : { verdict: found.fault, sequence, checked, unsealed }
  }
}
