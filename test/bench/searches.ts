import { createLookup, type LdapSettings } from '../../src/directories/ldap/index.ts'
import type { Search, Wire } from '../../src/directories/ldap/wire.ts'
import { createFakeClock } from '../support/world.ts'

/** What Sallyport asks a server for when these names are looked up, word for word. */
export async function searchesFor(
  names: readonly string[],
  settings: LdapSettings,
): Promise<readonly Search[]> {
  const searches: Search[] = []
  const wire: Wire = {
    ...{ server: 'nobody', isOpen: true, whoAmI: async () => '', close: () => {} },
    async search(search) {
      searches.push(search)
      return { entries: [], isMore: false, references: 0 }
    },
  }
  const servers = { ask: <T>(work: (wire: Wire) => Promise<T>) => work(wire) }
  const lookup = createLookup({ settings, servers, clock: createFakeClock() })
  const { signal } = new AbortController()
  for (const value of names) await lookup({ by: 'name', value }, signal)
  return searches
}
