/**
 * People of a company's own directory: Active Directory, OpenLDAP and their like, asked at the moment. It owns how servers
 * are reached and secured, what a name may mean there, and what an entry says of a person. It keeps nobody, follows nothing
 * to another server, and guesses neither numbers nor states. A door of its own, so that it is loaded where it is configured.
 */

export { createExamine } from './examine/examine.ts'
export type { Examine, Examined } from './examine/examined.ts'
export { createLdapDirectory } from './ldap-directory.ts'
export { createLookup, type Lookup } from './lookup.ts'
export { createServers, type ServersStats } from './servers/servers.ts'
export type { LdapSettings } from './settings.ts'
