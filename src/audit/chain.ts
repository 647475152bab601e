import { timingSafeEqual } from 'node:crypto'
import { type Instant, invariant, type KeyRing, macOf } from '../kernel/index.ts'
import type { Checkpoint, KeptEvent, Sealed } from './audit-store.ts'

/** The mac before the first link. */
export const GENESIS = ''

/** One link: HMAC-SHA256 over the link before, its number, its id and what it says. */
export function linkOf(
  keys: KeyRing,
  before: ChainPoint,
  kept: KeptEvent,
  keyId = keys.activeId,
): Omit<Sealed, 'text'> {
  const sequence = before.sequence + 1
  const mac = macOver(keys, keyId, ['link', before.mac, `${sequence}`, kept.id, kept.text])
  invariant(mac !== undefined, 'the audit key is in the ring')
  return { id: kept.id, sequence, keyId, mac }
}

export function checkpointOf(
  keys: KeyRing,
  { sequence, mac }: ChainPoint,
  at: Instant,
): Checkpoint {
  const signature = macOver(keys, keys.activeId, ['checkpoint', `${sequence}`, mac, `${at}`])
  invariant(signature !== undefined, 'the audit key is in the ring')
  return { sequence, mac, at, keyId: keys.activeId, signature }
}

/** Signed in place of a checkpoint's own signature when all that came before it was taken away on purpose. */
export function prunedSignature(keys: KeyRing, { sequence, mac, at, keyId }: Checkpoint): string {
  const signature = macOver(keys, keyId, ['pruned', `${sequence}`, mac, `${at}`])
  invariant(signature !== undefined, 'the audit key is in the ring')
  return signature
}

/** Whether the chain may begin after this checkpoint: who has the file and no key cannot make it look so. */
export function checkPruned(
  keys: KeyRing,
  { sequence, mac, at, keyId, signature }: Checkpoint,
): 'genuine' | 'forged' {
  const parts = ['pruned', `${sequence}`, mac, `${at}`]
  return isSame(macOver(keys, keyId, parts), signature) ? 'genuine' : 'forged'
}

/** Whether a checkpoint is ours. */
export function checkCheckpoint(
  keys: KeyRing,
  { sequence, mac, at, keyId, signature }: Checkpoint,
): 'genuine' | 'forged' | 'key-missing' {
  if (keys.subkey('audit', keyId) === undefined) return 'key-missing'
  const parts = ['checkpoint', `${sequence}`, mac, `${at}`]
  return isSame(macOver(keys, keyId, parts), signature) ? 'genuine' : 'forged'
}

/** A place in the chain, and what all before it came to there. */
export type ChainPoint = { readonly sequence: number; readonly mac: string }

/** `key-missing`: nothing can be said of it, because the key that sealed it is not configured. */
export type ChainFault =
  | { readonly fault: 'broken' | 'missing'; readonly sequence: number }
  | { readonly fault: 'key-missing'; readonly sequence: number; readonly keyId: string }

/** Whether this link follows that one: a gap in the numbers is 'missing', anything else that differs is 'broken'. */
export function checkLink(keys: KeyRing, before: ChainPoint, link: Sealed): ChainFault | 'whole' {
  if (link.sequence > before.sequence + 1)
    return { fault: 'missing', sequence: before.sequence + 1 }
  if (link.sequence !== before.sequence + 1) return { fault: 'broken', sequence: link.sequence }
  if (keys.subkey('audit', link.keyId) === undefined)
    return { fault: 'key-missing', sequence: link.sequence, keyId: link.keyId }
  const { mac } = linkOf(keys, before, link, link.keyId)
  return isSame(mac, link.mac) ? 'whole' : { fault: 'broken', sequence: link.sequence }
}

const macOver = (keys: KeyRing, keyId: string, parts: readonly string[]): string | undefined =>
  macOf(keys, 'audit', keyId, parts)

function isSame(one: string | undefined, other: string): boolean {
  if (one === undefined) return false
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}
