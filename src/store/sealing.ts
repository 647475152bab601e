import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { Fault, invariant, type KeyRing, type Random } from '../kernel/index.ts'

/** Where a sealed value stands. It opens nowhere else: a row copied over another one's is told. */
export type Place = {
  readonly table: string
  readonly column: string
  readonly row: string
}

export type Sealing = {
  /** `v1.keyId.iv.ciphertext+tag`, under the newest key. */
  seal(place: Place, plain: Uint8Array): string
  /** Throws where it was not sealed by one of our keys for this very place. */
  unseal(place: Place, sealed: string): Buffer
  /** The same value under the newest key; undefined where it is already. */
  reseal(place: Place, sealed: string): string | undefined
}

const IV_BYTES = 12
const TAG_BYTES = 16

/** AES-256-GCM. Ivs are random: 2^32 seals under one key stay below a collision chance of 2^-32. */
export function createSealing(keys: KeyRing, random: Random): Sealing {
  return {
    seal,
    unseal,
    reseal(place, sealed) {
      return partsOf(sealed).keyId === keys.activeId
        ? undefined
        : seal(place, unseal(place, sealed))
    },
  }

  function seal(place: Place, plain: Uint8Array): string {
    const iv = random.bytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', keyOf(keys.activeId), iv)
    cipher.setAAD(associated(place))
    const body = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    return `v1.${keys.activeId}.${Buffer.from(iv).toString('base64url')}.${body.toString('base64url')}`
  }

  function unseal(place: Place, sealed: string): Buffer {
    const { keyId, iv, body } = partsOf(sealed)
    const options = { authTagLength: TAG_BYTES }
    const decipher = createDecipheriv('aes-256-gcm', keyOf(keyId), iv, options)
    decipher.setAAD(associated(place))
    decipher.setAuthTag(body.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()])
  }

  function keyOf(id: string): KeyObject {
    const key = keys.subkey('seal', id)
    if (key === undefined)
      throw new Fault(
        'configuration.unfit',
        `encryption.keys has no '${id}', which a sealed value needs`,
      )
    return key
  }
}

/** A key id may hold dots; the rest may not. */
function partsOf(sealed: string) {
  const match = /^v1\.(.{1,200})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/.exec(sealed)
  const [, keyId, iv, body] = match ?? []
  invariant(keyId !== undefined && iv !== undefined && body !== undefined, 'a sealed value is v1')
  return { keyId, iv: Buffer.from(iv, 'base64url'), body: Buffer.from(body, 'base64url') }
}

function associated({ table, column, row }: Place): Buffer {
  return Buffer.from([table, column, row].map((part) => `${part.length}:${part}`).join(''))
}
