import { bytesOf, oneOf } from './entry.ts'
import { GUID_BYTES, guidText, parseGuid } from './guid.ts'
import type { LdapSettings } from './settings.ts'
import type { Entry, Filter } from './wire.ts'

/** Their values are the 16 bytes of a GUID; every other attribute that identifies somebody holds text. */
const GUIDS: ReadonlySet<string> = new Set(['objectguid', 'ms-ds-consistencyguid'])
const HEXADECIMAL = /^[0-9a-f-]+$/i
const TEXT = /^[\x21-\x7e]{1,128}$/

type Ids = Pick<LdapSettings, 'attributes'>

export const isGuid = ({ attributes }: Ids): boolean => GUIDS.has(attributes.id.toLowerCase())

/** Undefined where it is missing, can't be read, or is no one thing. */
export function immutableIdOf(entry: Entry, settings: Ids): string | undefined {
  const { id } = settings.attributes
  if (isGuid(settings)) {
    const bytes = bytesOf(entry, id, GUID_BYTES)
    return bytes && guidText(bytes)
  }
  const one = oneOf(entry, id)
  return typeof one === 'object' ? parseIdText(one.text) : undefined
}

/** The one spelling of an id that a client named, and what finds it. Undefined for what is the id of nobody here. */
export function askedById(
  value: string,
  settings: Ids,
): { readonly id: string; readonly filter: Filter } | undefined {
  const attribute = settings.attributes.id
  if (isGuid(settings)) {
    const bytes = parseGuid(value)
    if (bytes === undefined) return undefined
    return { id: guidText(bytes), filter: { is: 'equal', attribute, value: bytes } }
  }
  const id = parseIdText(value)
  return id === undefined ? undefined : { id, filter: { is: 'equal', attribute, value: id } }
}

/** Case says nothing in a UUID; in anything else it may be the whole difference between two people. */
function parseIdText(text: string): string | undefined {
  if (!TEXT.test(text)) return undefined
  return HEXADECIMAL.test(text) ? text.toLowerCase() : text
}
