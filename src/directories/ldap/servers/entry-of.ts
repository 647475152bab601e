import type { Entry } from '../wire.ts'
import { type Ber, TAG } from './ber.ts'

/** Without a guess: what is not UTF-8 stays bytes, and a mark at the beginning is part of the text. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const REPLACED = '\ufffd'

/** More names than anybody asks for are no names of attributes. */
const NAMES_MAX = 64

/** Attributes that were named before: they are called the same in each entry, and found again by the bytes of that. */
export type Names = { readonly written: Uint8Array; readonly name: string }[]

/**
 * What stands in a SearchResultEntry (RFC 4511 4.5.2), behind its tag. Throws NotBer.
 *
 * @param binary in lower case.
 */
export function entryOf(
  ber: Ber,
  limit: number,
  binary: ReadonlySet<string>,
  names: Names = [],
): Entry {
  const dn = ber.text(limit)
  const end = ber.enter(TAG.sequence, limit)
  const values = new Map<string, (string | Uint8Array)[]>()
  while (ber.at < end) {
    const ofOne = ber.enter(TAG.sequence, end)
    const name = nameIn(ber, ofOne, names)
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

function nameIn(ber: Ber, limit: number, names: Names): string {
  const to = ber.enter(TAG.octets, limit)
  const from = ber.at
  ber.at = to
  for (const { written, name } of names) if (isAt(ber.bytes, from, to, written)) return name
  const written = bytesIn(ber.bytes, from, to)
  const name = withoutOptions(written.toString('utf8'))
  if (names.length < NAMES_MAX) names.push({ written, name })
  return name
}

function isAt(bytes: Buffer, from: number, to: number, written: Uint8Array): boolean {
  if (to - from !== written.length) return false
  for (let n = 0; n < written.length; n++) if (bytes[from + n] !== written[n]) return false
  return true
}

function withoutOptions(description: string): string {
  const options = description.indexOf(';')
  return (options < 0 ? description : description.slice(0, options)).toLowerCase()
}

/** Of its own, so that one value does not keep all that came with it. */
const bytesIn = (bytes: Buffer, from: number, to: number): Buffer =>
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
