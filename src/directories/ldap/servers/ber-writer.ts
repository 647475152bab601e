import { TAG } from './ber.ts'

const BYTES = 512
/** Of a tag and a length. */
const HEAD_MAX = 6

/** Writes BER from its end to its beginning, so that every length is known by the time it is written. */
export class BerWriter {
  #bytes = Buffer.allocUnsafe(BYTES)
  #left = BYTES

  /** How much is written so far. */
  get length(): number {
    return this.#bytes.length - this.#left
  }

  text(value: string, tag: number = TAG.octets): void {
    const length = Buffer.byteLength(value)
    this.#room(length)
    this.#bytes.write(value, this.#left, 'utf8')
    this.#head(tag, length)
  }

  octets(value: Uint8Array): void {
    this.raw(value)
    this.#head(TAG.octets, value.length)
  }

  /** @param value from 0 to 2³¹-1. */
  integer(value: number, tag: number = TAG.integer): void {
    let length = 1
    // The highest bit is the sign.
    while (value >= 2 ** (8 * length - 1)) length++
    this.#room(length)
    this.#bytes.writeUIntBE(value, this.#left, length)
    this.#head(tag, length)
  }

  /** An element, or several, as they are. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#left)
  }

  /** Makes one element of all that was written since there were so many bytes. */
  around(tag: number, length: number): void {
    this.#head(tag, this.length - length)
  }

  /** All that is written. */
  whole(): Buffer {
    return this.#bytes.subarray(this.#left)
  }

  #head(tag: number, length: number): void {
    this.#room(0)
    if (length < 0x80) this.#byte(length)
    else {
      let bytes = 0
      for (let rest = length; rest > 0; rest = Math.floor(rest / 0x100), bytes++)
        this.#byte(rest % 0x100)
      this.#byte(0x80 | bytes)
    }
    this.#byte(tag)
  }

  #byte(value: number): void {
    this.#left -= 1
    this.#bytes[this.#left] = value
  }

  /** For so many bytes, and for a head before them. */
  #room(length: number): void {
    if (this.#left < length + HEAD_MAX) {
      const larger = Buffer.allocUnsafe(2 * this.#bytes.length + length)
      const left = larger.length - this.length
      this.#bytes.copy(larger, left, this.#left)
      this.#bytes = larger
      this.#left = left
    }
    this.#left -= length
  }
}
