import type { Entry as LdaptsEntry } from 'ldapts'
import type { Entry, Search } from '../wire.ts'

/** Without a guess: what is not UTF-8 stays bytes, and a mark at the beginning is part of the text. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** What came, and not what was asked for: ldapts adds those as well, empty. */
export function entryOf(
  { dn, ...attributes }: LdaptsEntry,
  { binary }: Pick<Search, 'binary'>,
): Entry {
  const asBytes = new Set(binary.map((name) => name.toLowerCase()))
  const values = new Map<string, (string | Uint8Array)[]>()
  for (const [written, held] of Object.entries(attributes)) {
    const [name = ''] = written.toLowerCase().split(';')
    const all = Array.isArray(held) ? held : [held]
    if (all.length === 0) continue
    const read = asBytes.has(name) ? bytesOf : textOf
    values.set(name, [...(values.get(name) ?? []), ...all.map(read)])
  }
  return { dn, values }
}

const bytesOf = (value: string | Buffer): Uint8Array => Buffer.from(value)

function textOf(value: string | Buffer): string | Uint8Array {
  if (typeof value === 'string') return value
  try {
    return UTF_8.decode(value)
  } catch {
    return value
  }
}
