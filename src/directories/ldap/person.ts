import { Fault } from '../../kernel/index.ts'
import type { Person } from '../directory.ts'
import { nameKeyOf, plainNameOf } from '../name-key.ts'
import { isSeen } from '../person-fields.ts'
import { type ContactRead, readContacts, takenOf } from './contacts.ts'
import { textsOf } from './entry.ts'
import { immutableIdOf } from './immutable-id.ts'
import { localeOf } from './locale.ts'
import type { LdapSettings } from './settings.ts'
import type { Entry } from './wire.ts'

/** A person as a directory tells of them, before they have an account here. */
export type SeenPerson = {
  readonly dn: string
  readonly person: Omit<Person, 'account'>
  /** What every phone and every address was read as, also those that the person does not have. */
  readonly contacts: readonly ContactRead[]
}

const DISPLAY_NAME_MAX = 200

/** Somebody who is there and can't be told from others is a Fault: another directory may know somebody of the same name. */
export function personOf(
  entry: Entry,
  settings: LdapSettings,
  groups: readonly string[],
): SeenPerson {
  const { name, attributes } = settings
  const immutableId = immutableIdOf(entry, settings)
  if (immutableId === undefined) throw unreadable(name, 'id', attributes.id)
  const username = usernameOf(entry, attributes.username)
  if (username === undefined) throw unreadable(name, 'username', attributes.username)
  const contacts = readContacts(entry, settings)
  return {
    dn: entry.dn,
    contacts,
    person: {
      ...{ directory: name, immutableId, username, groups },
      displayName: displayNameOf(entry, attributes.displayName),
      emails: takenOf(contacts, 'email'),
      phones: takenOf(contacts, 'phone'),
      locale: localeOf(entry, attributes.locale),
    },
  }
}

function usernameOf(entry: Entry, attribute: string): string | undefined {
  return firstOf(entry, attribute, (text) =>
    nameKeyOf(text) === undefined ? undefined : plainNameOf(text),
  )
}

/** `cn` often has several values, any of which is a name of theirs. */
function displayNameOf(entry: Entry, attribute: string): string | null {
  const shown = firstOf(entry, attribute, (text) => {
    const name = text.trim().normalize('NFC')
    return name !== '' && name.length <= DISPLAY_NAME_MAX && isSeen(name) ? name : undefined
  })
  return shown ?? null
}

/** Values of LDAP have no order, so of several it is the first by code units: the same one each time. */
function firstOf(
  entry: Entry,
  attribute: string,
  read: (text: string) => string | undefined,
): string | undefined {
  let first: string | undefined
  for (const text of textsOf(entry, attribute).texts) {
    const one = read(text)
    if (one !== undefined && (first === undefined || one < first)) first = one
  }
  return first
}

const unreadable = (name: string, key: string, attribute: string): Fault =>
  new Fault(
    'directory.unavailable',
    `${name} has somebody without a ${attribute} that can be read: see directories.${name}.attributes.${key}, and what the account of directories.${name}.bind may read`,
  )
