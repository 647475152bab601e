/** These bytes are no BER as LDAP writes it (RFC 4511 5.1). */
export class NotBer extends Error {}

const CONSTRUCTED = 0x20
const LONG_TAG = 0x1f
const DEPTH_MAX = 16
const LENGTH_BYTES_MAX = 4

export const TAG = {
  ...{ boolean: 1, integer: 2, octets: 4, enumerated: 10 },
  ...{ sequence: 0x30, set: 0x31 },
} as const

/** How many bytes follow the first one of a length (X.690 8.1.3); undefined where none of LDAP begins so. */
export function lengthBytesAfter(first: number): number | undefined {
  if (first < 0x80) return 0
  const count = first & 0x7f
  return count === 0 || count > LENGTH_BYTES_MAX ? undefined : count
}

/** Reads one element after the other, none of which is longer than what it is part of. Throws NotBer. */
export class Ber {
  readonly bytes: Buffer
  at: number

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  /** The tag of the next element before `limit`; undefined behind the last. */
  next(limit: number): number | undefined {
    return this.at < limit ? this.bytes[this.at] : undefined
  }

  /** To the content of the next element, which has to have this tag; says where it ends. */
  enter(tag: number, limit: number): number {
    const { bytes, at } = this
    const first = bytes[at + 1]
    if (bytes[at] !== tag || first === undefined) throw new NotBer()
    const more = lengthBytesAfter(first)
    const from = at + 2 + (more ?? 0)
    if (more === undefined || from > limit) throw new NotBer()
    const end = from + (more === 0 ? first : bytes.readUIntBE(at + 2, more))
    if (end > limit) throw new NotBer()
    this.at = from
    return end
  }

  integer(limit: number, tag: number = TAG.integer): number {
    const end = this.enter(tag, limit)
    const length = end - this.at
    if (length < 1 || length > 4) throw new NotBer()
    const value = this.bytes.readIntBE(this.at, length)
    this.at = end
    return value
  }

  /** What is no UTF-8 in it is replaced. */
  text(limit: number): string {
    const end = this.enter(TAG.octets, limit)
    const text = this.bytes.toString('utf8', this.at, end)
    this.at = end
    return text
  }
}

/** Whether every element ends within what it is part of. Whoever reads on until an end that never comes needs to know. */
export function isSound(message: Buffer): boolean {
  try {
    walk(new Ber(message), message.length, DEPTH_MAX)
    return true
  } catch (error) {
    if (error instanceof NotBer) return false
    throw error
  }
}

function walk(ber: Ber, limit: number, depth: number): void {
  for (let tag = ber.next(limit); tag !== undefined; tag = ber.next(limit)) {
    if ((tag & LONG_TAG) === LONG_TAG || depth === 0) throw new NotBer()
    const end = ber.enter(tag, limit)
    if ((tag & CONSTRUCTED) === 0) ber.at = end
    else walk(ber, end, depth - 1)
  }
}
