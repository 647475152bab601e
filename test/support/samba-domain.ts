import { rmSync } from 'node:fs'
import type { Place } from './part.ts'
import { lay } from './template.ts'

/** Whom a domain is made with. */
export type Population = {
  /** Entries below the base, parents first; thousands take a minute, the first time. */
  readonly ldif?: string
  /** What `ldif` can't say at once: groups with members who come later, moves, `changetype: …`. */
  readonly changes?: string
}

export const DOMAIN = 'CORP'
export const REALM = 'CORP.KESTREL.EXAMPLE'
export const BASE = 'DC=corp,DC=kestrel,DC=example'
export const PEOPLE = `OU=People,${BASE}`
export const READER = {
  dn: `CN=Reader,OU=Services,${BASE}`,
  upn: `reader@${REALM.toLowerCase()}`,
  password: 'Reader-Secret-1',
}

/** As Active Directory takes a password: in quotes, UTF-16. */
export const quoted = (password: string) =>
  Buffer.from(`"${password}"`, 'utf16le').toString('base64')

const ACCOUNT = 66_048 // an account whose password never expires
const FIRST_ENTRIES = `dn: ${PEOPLE}
objectClass: organizationalUnit

dn: OU=Services,${BASE}
objectClass: organizationalUnit

dn: ${READER.dn}
objectClass: user
sAMAccountName: reader
userPrincipalName: ${READER.upn}
userAccountControl: ${ACCOUNT}
unicodePwd:: ${quoted(READER.password)}
`

const PROVISION = [
  ...['domain', 'provision', '--server-role=dc', '--host-name=dc1', '--dns-backend=NONE'],
  ...[`--realm=${REALM}`, `--domain=${DOMAIN}`, '--adminpass=Admin-Secret-1', '--use-rfc2307'],
  ...['--option=interfaces=lo', '--option=bind interfaces only=yes'],
  // What a share needs of the file system, which a container often hasn't.
  '--option=vfs objects=dfs_samba4 acl_xattr xattr_tdb',
]

const FOLDER = 'dc'

/**
 * Puts a domain into the place, for a Samba to be started with these settings. Where it lies and listens stands in them alone, so
 * that any number of starts have theirs from one template; all those are one and the same domain, to the last `objectGUID`.
 */
export function layDomain(place: Place, settings: string, population: Population): void {
  const { ldif = '', changes = '' } = population
  const bare = [place.run('samba', ['--version']), ...PROVISION]
  const entries = `${FIRST_ENTRIES}\n${ldif}`

  lay(place, {
    folder: FOLDER,
    madeOf: [...bare, entries, changes],
    make() {
      lay(place, { folder: FOLDER, madeOf: bare, make: () => provision(place) })
      // Else each entry costs as much as all before it together.
      const load = [...databaseOf(place, settings), '-o', 'batch_mode:1']
      place.run('ldbadd', [...load, place.write('entries.ldif', entries)])
      if (changes !== '') modify(place, settings, changes)
    },
  })
}

function provision(place: Place): void {
  const pid = `--option=pid directory=${place.folder}`
  place.run('samba-tool', [...PROVISION, `--targetdir=${place.at(FOLDER)}`, pid])
  // Its own settings, which say where it was made.
  rmSync(place.at(`${FOLDER}/etc`), { recursive: true })
}

/** As its system, whether it runs or not. */
export function modify(place: Place, settings: string, changes: string): void {
  place.run('ldbmodify', [...databaseOf(place, settings), place.write('changes.ldif', changes)])
}

const databaseOf = (place: Place, settings: string): readonly string[] => [
  ...['-H', place.at(`${FOLDER}/private/sam.ldb`), `--configfile=${settings}`],
]

/** `smb.conf`, of a domain controller that speaks LDAP and nothing else. */
export const settingsOf = (place: Place, address: string): string => `[global]
realm = ${REALM}
workgroup = ${DOMAIN}
netbios name = DC1
server role = active directory domain controller
idmap_ldb:use rfc2307 = yes
server services = ldap
prefork children = 2
bind interfaces only = yes
interfaces = ${address}/8
tls cafile = ${place.at('ca.pem')}
tls certfile = ${place.at('server.pem')}
tls keyfile = ${place.at('server.key')}
private dir = ${place.at(`${FOLDER}/private`)}
state directory = ${place.at(`${FOLDER}/state`)}
cache directory = ${place.at(`${FOLDER}/cache`)}
lock directory = ${place.at(FOLDER)}
pid directory = ${place.folder}
ncalrpc dir = ${place.at('ncalrpc')}
log file = ${place.at('log.samba')}
`
