import { parseEmailAddress } from '../email-address.ts'
import { parsePhone } from '../phone.ts'
import { textsOf } from './entry.ts'
import type { LdapSettings } from './settings.ts'
import type { Entry } from './wire.ts'

/** What became of one value: what it was read as, or why it is none of the person's contacts. */
export type ContactRead = {
  readonly contact: 'phone' | 'email'
  readonly attribute: string
  /** Null where it is no text at all, or far too long. */
  readonly written: string | null
} & (
  | { readonly read: 'taken'; readonly as: string }
  | { readonly read: 'same-as-another' | 'unparseable' | 'no-text' | 'too-many' }
)

const CONTACTS_MAX = 20

type Settings = Pick<LdapSettings, 'attributes' | 'defaultCountry'>

/** In the order of the attributes in the configuration, and within one in the directory's. */
export function readContacts(
  entry: Entry,
  { attributes, defaultCountry }: Settings,
): readonly ContactRead[] {
  const phoneOf = (text: string) => {
    const phone = parsePhone(text, defaultCountry)
    return phone === 'unparseable' ? undefined : phone
  }
  return [
    ...readAll(entry, 'phone', attributes.phones, phoneOf),
    ...readAll(entry, 'email', attributes.emails, parseEmailAddress),
  ]
}

export const takenOf = (
  reads: readonly ContactRead[],
  contact: ContactRead['contact'],
): readonly string[] =>
  reads.flatMap((one) => (one.read === 'taken' && one.contact === contact ? [one.as] : []))

function readAll(
  entry: Entry,
  contact: ContactRead['contact'],
  attributes: readonly string[],
  parse: (text: string) => string | undefined,
): readonly ContactRead[] {
  const taken = new Set<string>()
  let looked = 0
  return attributes.flatMap((attribute): readonly ContactRead[] => {
    const { texts, unreadable } = textsOf(entry, attribute)
    const reads = texts.map((written): ContactRead => {
      const about = { contact, attribute, written }
      if (looked++ >= CONTACTS_MAX) return { ...about, read: 'too-many' }
      const as = parse(written)
      if (as === undefined) return { ...about, read: 'unparseable' }
      if (taken.has(as)) return { ...about, read: 'same-as-another' }
      taken.add(as)
      return { ...about, read: 'taken', as }
    })
    const lost = { contact, attribute, written: null, read: 'no-text' } as const
    return [...reads, ...Array.from({ length: unreadable }, (): ContactRead => lost)]
  })
}
