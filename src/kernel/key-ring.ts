import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { Secret } from './secret.ts'

/** What a subkey is for. A value made for one purpose can never be taken for another. */
export type Purpose =
  | 'seal'
  | 'form'
  | 'step'
  | 'code'
  | 'seed'
  | 'authorization-code'
  | 'operator-code'
  | 'audit'
  | 'trust'
  | 'last-choice'
  | 'key-check'

const SUBKEY_BYTES = 32

/** The operator's field keys, newest first. The newest makes, all of them check. */
export type KeyRing = {
  readonly activeId: string
  readonly ids: readonly string[]
  /** 32 bytes by HKDF-SHA256 (RFC 5869), made once; undefined for an unknown key id. A KeyObject costs a MAC a fifth of what bytes do. */
  subkey(purpose: Purpose, id: string): KeyObject | undefined
}

/** @param keys at least one, newest first; secrets of 32 bytes or more. */
export function createKeyRing(
  keys: readonly { readonly id: string; readonly secret: Secret<Uint8Array> }[],
): KeyRing {
  const [active] = keys
  if (active === undefined) throw new Error('invariant broken: a key ring holds a key')
  const made = new Map<string, KeyObject>()

  return {
    activeId: active.id,
    ids: keys.map(({ id }) => id),
    subkey(purpose, id) {
      const name = `${purpose}\n${id}`
      const known = made.get(name)
      if (known !== undefined) return known
      const key = keys.find((one) => one.id === id)
      if (key === undefined) return undefined
      const label = `sallyport/v1/${purpose}`
      const bytes = hkdfSync('sha256', key.secret.reveal(), '', label, SUBKEY_BYTES)
      const subkey = createSecretKey(Buffer.from(bytes))
      made.set(name, subkey)
      return subkey
    },
  }
}

/** `keyId.mac`, the MAC over the length-prefixed parts, so that no two lists of parts collide. */
export function signParts(ring: KeyRing, purpose: Purpose, parts: readonly string[]): string {
  return `${ring.activeId}.${macOf(ring, purpose, ring.activeId, parts)}`
}

export function verifyParts(
  ring: KeyRing,
  purpose: Purpose,
  parts: readonly string[],
  given: unknown,
): 'genuine' | 'forged' {
  if (typeof given !== 'string' || given.length > 200) return 'forged'
  const dot = given.lastIndexOf('.')
  if (dot < 1) return 'forged'
  const mac = macOf(ring, purpose, given.slice(0, dot), parts)
  if (mac === undefined) return 'forged'
  const [is, should] = [Buffer.from(given.slice(dot + 1)), Buffer.from(mac)]
  return is.length === should.length && timingSafeEqual(is, should) ? 'genuine' : 'forged'
}

/** The MAC alone, under the key of that id; undefined where it is not in the ring. */
export function macOf(
  ring: KeyRing,
  purpose: Purpose,
  id: string,
  parts: readonly string[],
): string | undefined {
  const key = ring.subkey(purpose, id)
  return key && createHmac('sha256', key).update(framed(parts)).digest('base64url')
}

/** Each part with its length before it. */
export const framed = (parts: readonly string[]): string =>
  parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('')
