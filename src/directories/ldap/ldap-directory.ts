import { type Clock, invariant } from '../../kernel/index.ts'
import type { AccountOf } from '../account-of.ts'
import type { Directory } from '../directory.ts'
import { nameKeyOf } from '../name-key.ts'
import type { ContactRead } from './contacts.ts'
import { createLookup, type Servers } from './lookup.ts'
import type { SeenPerson } from './person.ts'
import type { LdapSettings } from './settings.ts'

/** Told by the way; nothing depends on who hears it. */
export type LdapHeard = {
  /** Somebody has a phone or an address that is none. */
  readonly onDropped?: (
    contact: ContactRead['contact'],
    why: Exclude<ContactRead['read'], 'taken' | 'same-as-another'>,
  ) => void
  /** So many times the server pointed elsewhere, where nobody goes. */
  readonly onReferences?: (count: number) => void
}

/**
 * People of a company's own directory, asked at the moment. An account hangs on the immutable id alone, so that it outlives
 * a new name, a move to another branch and a changed mail, and does not pass on with a name.
 */
export function createLdapDirectory(
  settings: LdapSettings,
  deps: {
    readonly servers: Servers
    readonly accountOf: AccountOf
    readonly clock: Clock
  } & LdapHeard,
): Directory {
  const { accountOf, onDropped = () => {}, onReferences = () => {} } = deps
  const lookup = createLookup({ settings, ...deps })

  return {
    name: settings.name,
    async find(query, signal) {
      const looked = await lookup(query, signal)
      if (looked.references > 0) onReferences(looked.references)
      switch (looked.found) {
        case 'person':
          return { found: 'person', person: await withAccount(looked.seen) }
        case 'disabled':
          return { found: 'disabled', reason: looked.reason }
        case 'not-found':
        case 'ambiguous':
          return { found: looked.found }
      }
    },
  }

  async function withAccount({ person, contacts }: SeenPerson) {
    for (const { contact, read } of contacts)
      if (read !== 'taken' && read !== 'same-as-another') onDropped(contact, read)
    const nameKey = nameKeyOf(person.username)
    invariant(nameKey !== undefined, 'a username that was read is a name')
    const { directory, immutableId } = person
    return { ...person, account: await accountOf({ directory, immutableId, nameKey }) }
  }
}
