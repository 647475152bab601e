import { isIP } from 'node:net'

/** As it was written. `ldap` is in clear until something secures it. */
export type ServerUrl = {
  readonly scheme: 'ldaps' | 'ldap'
  readonly host: string
  /** Null: not written. */
  readonly port: number | null
  readonly label: string
}

const URL = /^(ldaps?):\/\/(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?\/?$/i

/** Of RFC 4516 only what says where a server is. */
export function serverOf(written: string): ServerUrl | undefined {
  const [, scheme, six, name, digits] = URL.exec(written) ?? []
  const host = six ?? name
  const port = digits === undefined ? null : Number(digits)
  if (host === undefined || (six !== undefined && isIP(six) !== 6)) return undefined
  if (port !== null && (port < 1 || port > 65_535)) return undefined
  return {
    scheme: scheme?.toLowerCase() === 'ldaps' ? 'ldaps' : 'ldap',
    host,
    port,
    label: written,
  }
}

/** A short name, or numbers with dots (RFC 4512 §1.4), without options. */
export const ATTRIBUTE = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)$/

const RDN = /^\s*(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)\s*=\s*(?:\\.|[^\\,+"<>;\0])+$/

/** RFC 4514, as far as a base is ever written. */
export const isDn = (text: string): boolean => partsOfDn(text).every((part) => RDN.test(part))

/** `corp.example.com` of `OU=People,DC=corp,DC=example,DC=com`; undefined where it has no such parts. */
export function domainOf(dn: string): string | undefined {
  const parts = partsOfDn(dn).flatMap(
    (part) => /^\s*DC\s*=\s*([A-Za-z0-9-]+)\s*$/i.exec(part)?.[1] ?? [],
  )
  return parts.length === 0 ? undefined : parts.join('.').toLowerCase()
}

/** A comma that a backslash stands before is part of a value. */
function partsOfDn(dn: string): readonly string[] {
  const parts = ['']
  for (const [piece] of dn.matchAll(/\\.|[^\\]/gs))
    if (piece === ',') parts.push('')
    else parts.push(`${parts.pop()}${piece}`)
  return parts
}

/** RFC 4515 §3: an item, with its value escaped. */
const ITEM =
  /\((?:[A-Za-z0-9.;-]+|(?=:))(?::dn)?(?::[A-Za-z0-9.-]+)?[~<>:]?=(?:[^()\\\0]|\\[0-9a-fA-F]{2})*\)/y
const NESTED_MAX = 32

/** RFC 4515, as an operator writes it. */
export const isFilter = (text: string): boolean =>
  endOfFilter(text.trim(), 0, 0) === text.trim().length

/** Where the filter that begins at `at` ends; undefined where none does. */
function endOfFilter(text: string, at: number, depth: number): number | undefined {
  const sign = text[at + 1]
  if (text[at] !== '(' || depth > NESTED_MAX) return undefined
  if (sign !== '&' && sign !== '|' && sign !== '!') {
    ITEM.lastIndex = at
    return ITEM.test(text) ? ITEM.lastIndex : undefined
  }
  let end = at + 2
  let count = 0
  while (text[end] === '(') {
    const next = endOfFilter(text, end, depth + 1)
    if (next === undefined) return undefined
    end = next
    count++
  }
  const isWhole = text[end] === ')' && (sign === '!' ? count === 1 : count > 0)
  return isWhole ? end + 1 : undefined
}
