import { createServers, type Servers } from '../../src/directories/ldap/servers/servers.ts'
import type { LdapSettings } from '../../src/directories/ldap/settings.ts'
import { createFakeClock, STOPWATCH } from './world.ts'

/** As they are asked in life, for a test that needs nothing else of them. */
export const openServers = (settings: LdapSettings): Servers =>
  createServers(settings, { clock: createFakeClock(), stopwatch: STOPWATCH })
