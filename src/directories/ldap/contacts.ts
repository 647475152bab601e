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

export function takenOf(
  reads: readonly ContactRead[],
  contact: ContactRead['contact'],
): readonly string[] {
  const taken: string[] = []
  for (const one of reads) if (one.read === 'taken' && one.contact === contact) taken.push(one.as)
  return taken
}

function readAll(
  entry: Entry,
  contact: ContactRead['contact'],
  attributes: readonly string[],
  parse: (text: string) => string | undefined,
): readonly ContactRead[] {
  const taken = new Set<string>()
  const all: ContactRead[] = []
  let looked = 0
  for (const attribute of attributes) {
    const { texts, unreadable } = textsOf(entry, attribute)
    for (const written of texts) {
      if (looked++ >= CONTACTS_MAX) all.push({ contact, attribute, written, read: 'too-many' })
      else all.push({ contact, attribute, written, ...readOne(parse(written), taken) })
    }
    for (let lost = 0; lost < unreadable; lost++)
      all.push({ contact, attribute, written: null, read: 'no-text' })
  }
  return all
}

function readOne(as: string | undefined, taken: Set<string>) {
  if (as === undefined) return { read: 'unparseable' } as const
  if (taken.has(as)) return { read: 'same-as-another' } as const
  taken.add(as)
  return { read: 'taken', as } as const
}
