import type { Entry } from './wire.ts'

const BYTES_MAX = 1024

/** What an attribute holds, and how many of its values were no text, or longer than anything of ours. */
export type Texts = { readonly texts: readonly string[]; readonly unreadable: number }

export function textsOf(entry: Entry, attribute: string): Texts {
  const values = valuesOf(entry, attribute)
  if (values.length === 0) return NOTHING
  const texts = values.map(textOf).filter((text) => text !== undefined)
  return { texts, unreadable: values.length - texts.length }
}

const NOTHING: Texts = { texts: [], unreadable: 0 }

/** 'several' where one was expected: which of them is meant can't be known. */
export type One = { readonly text: string } | 'none' | 'several' | 'unreadable'

export function oneOf(entry: Entry, attribute: string): One {
  const { texts, unreadable } = textsOf(entry, attribute)
  if (unreadable > 0) return 'unreadable'
  const [text, another] = texts
  if (text === undefined) return 'none'
  return another === undefined ? { text } : 'several'
}

/** Undefined unless there is just one value of that length. */
export function bytesOf(entry: Entry, attribute: string, length: number): Uint8Array | undefined {
  const [value, another] = valuesOf(entry, attribute)
  if (value === undefined || another !== undefined || typeof value === 'string') return undefined
  return value.length === length ? value : undefined
}

export const valuesOf = (entry: Entry, attribute: string): readonly (string | Uint8Array)[] =>
  entry.values.get(attribute.toLowerCase()) ?? []

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** Whoever decoded it before may have put U+FFFD where the bytes were no UTF-8. */
function textOf(value: string | Uint8Array): string | undefined {
  if (value.length > BYTES_MAX) return undefined
  const text = typeof value === 'string' ? value : decoded(value)
  if (text === undefined || text.includes('\ufffd')) return undefined
  // No character takes more than three bytes for each unit of its length.
  return text.length * 3 > BYTES_MAX && Buffer.byteLength(text) > BYTES_MAX ? undefined : text
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes)
  } catch {
    return undefined
  }
}
