import type { KeyRing } from '../kernel/index.ts'
import type { AuditStore, Checkpoint } from './audit-store.ts'
import {
  type ChainFault,
  type ChainPoint,
  checkCheckpoint,
  checkLink,
  checkPruned,
  GENESIS,
} from './chain.ts'

/** What this process knows of the chain, whatever the store says of it later. */
export type Known = { readonly link: ChainPoint; readonly checkpoint: Checkpoint | undefined }

const BATCH = 500

/** Where a process begins to follow: at the last checkpoint, if it is ours; what comes after it is checked like any other. */
export async function beginChain(store: AuditStore, keys: KeyRing): Promise<Known | ChainFault> {
  const checkpoint = await store.lastCheckpoint()
  if (checkpoint === undefined) return { link: { sequence: 0, mac: GENESIS }, checkpoint }
  return faultOf(keys, checkpoint) ?? { link: checkpoint, checkpoint }
}

/** A checkpoint that is not ours would keep the next one from being signed. */
function faultOf(keys: KeyRing, checkpoint: Checkpoint): ChainFault | undefined {
  const { sequence, keyId } = checkpoint
  const answer = checkCheckpoint(keys, checkpoint)
  if (answer === 'key-missing') return { fault: answer, sequence, keyId }
  return answer === 'genuine' ? undefined : { fault: 'broken', sequence }
}

/**
 * Whether the store still holds the chain that is known, and what was sealed on top of it since. Who can write to the
 * store and has no key could otherwise change an event, take away every link and checkpoint from there on, and have
 * the sealer seal it all anew.
 */
export async function followChain(
  store: AuditStore,
  keys: KeyRing,
  { link, checkpoint }: Known,
): Promise<Known | ChainFault> {
  const last = await store.lastCheckpoint()
  if (checkpoint !== undefined) {
    const { sequence, signature } = checkpoint
    if (last === undefined || last.sequence < sequence) return { fault: 'missing', sequence }
    if (last.sequence === sequence && last.signature !== signature)
      return { fault: 'broken', sequence }
  }
  const isNew = last !== undefined && last.sequence !== checkpoint?.sequence
  const forged = isNew ? faultOf(keys, last) : undefined
  if (forged !== undefined) return forged
  let at: ChainPoint = link
  for (;;) {
    const head = (await store.head()) ?? { sequence: 0, mac: GENESIS }
    if (head.sequence < at.sequence) return { fault: 'missing', sequence: head.sequence + 1 }
    if (head.sequence === at.sequence) {
      if (head.mac !== at.mac) return { fault: 'broken', sequence: at.sequence }
      if (last !== undefined && last.sequence > at.sequence)
        return { fault: 'missing', sequence: at.sequence + 1 }
      return { link: at, checkpoint: last }
    }
    const next = await further(store, keys, at)
    if ('fault' in next) return next
    at = next
  }
}

/** Another process sealed on top, or took the oldest stretch away as it may. */
async function further(
  store: AuditStore,
  keys: KeyRing,
  known: ChainPoint,
): Promise<ChainPoint | ChainFault> {
  const links = await store.sealed(Math.max(0, known.sequence - 1), BATCH)
  const first = links[0]?.sequence ?? 0
  let at = known
  if (first > Math.max(1, known.sequence)) {
    const beginning = await store.checkpointAt(first - 1)
    if (beginning === undefined || checkPruned(keys, beginning) !== 'genuine')
      return { fault: 'missing', sequence: Math.max(1, known.sequence) }
    at = beginning
  }
  for (const link of links) {
    if (link.sequence === known.sequence) {
      if (link.mac !== known.mac) return { fault: 'broken', sequence: link.sequence }
      continue
    }
    const answer = checkLink(keys, at, link)
    if (answer !== 'whole') return answer
    at = link
  }
  return at
}
