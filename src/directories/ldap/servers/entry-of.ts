import type { Entry } from '../wire.ts'
import { type Ber, TAG } from './ber.ts'

/** Without a guess: what is not UTF-8 stays bytes, and a mark at the beginning is part of the text. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const REPLACED = '\ufffd'

/**
 * What stands in a SearchResultEntry (RFC 4511 4.5.2), behind its tag. Throws NotBer.
 *
 * @param binary in lower case.
 */
export function entryOf(ber: Ber, limit: number, binary: ReadonlySet<string>): Entry {
  const dn = ber.text(limit)
  const end = ber.enter(TAG.sequence, limit)
  const values = new Map<string, (string | Uint8Array)[]>()
  while (ber.at < end) {
    const ofOne = ber.enter(TAG.sequence, end)
    const name = withoutOptions(ber.text(ofOne))
    const ofAll = ber.enter(TAG.set, ofOne)
    const all = values.get(name) ?? []
    const read = binary.has(name) ? bytesIn : textIn
    while (ber.at < ofAll) {
      const ofValue = ber.enter(TAG.octets, ofAll)
      all.push(read(ber.bytes, ber.at, ofValue))
      ber.at = ofValue
    }
    if (all.length > 0) values.set(name, all)
    ber.at = ofOne
  }
  return { dn, values }
}

function withoutOptions(description: string): string {
  const options = description.indexOf(';')
  return (options < 0 ? description : description.slice(0, options)).toLowerCase()
}

/** Of its own, so that one value does not keep all that came with it. */
const bytesIn = (bytes: Buffer, from: number, to: number): Uint8Array =>
  Buffer.from(bytes.subarray(from, to))

function textIn(bytes: Buffer, from: number, to: number): string | Uint8Array {
  const text = bytes.toString('utf8', from, to)
  if (!text.includes(REPLACED)) return text
  const value = bytesIn(bytes, from, to)
  try {
    return UTF_8.decode(value)
  } catch {
    return value
  }
}
