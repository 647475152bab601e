import { type AccountOf, createWithAccounts, type Directory } from '../../src/directories/index.ts'
import { createLdapDirectory } from '../../src/directories/ldap/ldap-directory.ts'
import { createServers, type Servers } from '../../src/directories/ldap/servers/servers.ts'
import type { LdapSettings } from '../../src/directories/ldap/settings.ts'
import { createFakeClock, STOPWATCH } from './world.ts'

/** As they are asked in life, for a test that needs nothing else of them. */
export const openServers = (settings: LdapSettings): Servers =>
  createServers(settings, { clock: createFakeClock(), stopwatch: STOPWATCH })

/** A directory as the app makes it, without a memory. */
export const openCompany = (
  settings: LdapSettings,
  deps: Parameters<typeof createLdapDirectory>[1] & { readonly accountOf: AccountOf },
): Directory =>
  createWithAccounts({
    directory: createLdapDirectory(settings, deps),
    accountOf: deps.accountOf,
  })
