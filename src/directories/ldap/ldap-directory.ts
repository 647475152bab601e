import type { Clock } from '../../kernel/index.ts'
import type { Directory, Told } from '../directory.ts'
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

/** People of a company's own directory, asked at the moment. */
export function createLdapDirectory(
  settings: LdapSettings,
  deps: { readonly servers: Servers; readonly clock: Clock } & LdapHeard,
): Directory<Told> {
  const { onDropped = () => {}, onReferences = () => {} } = deps
  const lookup = createLookup({ settings, ...deps })

  return {
    name: settings.name,
    async find(query, signal) {
      const looked = await lookup(query, signal)
      if (looked.references > 0) onReferences(looked.references)
      switch (looked.found) {
        case 'person':
          return { found: 'person', person: toldOf(looked.seen) }
        case 'disabled':
          return { found: 'disabled', reason: looked.reason }
        case 'not-found':
        case 'ambiguous':
          return { found: looked.found }
      }
    },
  }

  function toldOf({ person, contacts }: SeenPerson): Told {
    for (const { contact, read } of contacts)
      if (read !== 'taken' && read !== 'same-as-another') onDropped(contact, read)
    return person
  }
}
