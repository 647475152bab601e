import { type RootDse, readRootDse } from '../servers/root-dse.ts'
import type { LdapSettings } from '../settings.ts'
import type { Wire } from '../wire.ts'
import type { Notes } from './notes.ts'

/** What the server says of itself, and whether it is what the settings take it for. */
export async function examineRoot(
  wire: Wire,
  settings: LdapSettings,
  { tell, find }: Notes,
): Promise<RootDse> {
  const root = await readRootDse(wire)
  const { vendor, namingContexts, isGlobalCatalog, domainFunctionality } = root
  tell('server', vendor ?? (isWindows(root) ? 'Active Directory' : 'does not say what it is'))
  // The others of Active Directory hold no people.
  const keeps = isWindows(root) ? namingContexts.slice(0, 1) : namingContexts
  tell('keeps', keeps.join(' and ') || 'does not say')
  if (domainFunctionality !== null) tell('domain level', `${domainFunctionality}`)
  if (isOther(root, settings))
    find('wrong', {
      says: `the server is ${isWindows(root) ? 'an' : 'no'} Active Directory`,
      ...{ key: 'type', wanted: isWindows(root) ? 'activeDirectory' : 'ldap' },
    })
  if (settings.globalCatalog && isGlobalCatalog !== true)
    find('wrong', {
      ...{ says: 'the server is no Global Catalog, or not ready', key: 'globalCatalog' },
      wanted: 'false, or a domain controller that is one in {servers}',
    })
  return root
}

const isWindows = ({ domainFunctionality }: RootDse): boolean => domainFunctionality !== null

/** Whether it speaks the other dialect. Where it says nothing at all, that is no sign of anything. */
export const isOther = (root: RootDse, { dialect }: LdapSettings): boolean =>
  root.namingContexts.length > 0 && isWindows(root) !== (dialect === 'activeDirectory')
