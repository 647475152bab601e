import { Fault, invariant } from '../kernel/index.ts'
import type { DirectoryConfig, LdapDirectoryConfig } from './config.ts'
import type { WrittenDirectory } from './schema/directories.ts'
import type { Asked } from './schema/directory-bind.ts'
import { domainOf, type ServerUrl } from './schema/ldap-syntax.ts'
import { isLoopback } from './schema/parts.ts'

type Written = Exclude<WrittenDirectory, { type: 'local' }>

/** What a directory of each dialect is like unless somebody says otherwise. */
const DIALECT = {
  ldap: {
    match: ['uid'],
    attributes: { id: 'entryUUID', username: 'uid', displayName: 'cn' },
  },
  activeDirectory: {
    match: ['userPrincipalName', 'sAMAccountName'],
    attributes: { id: 'objectGUID', username: 'sAMAccountName', displayName: 'displayName' },
  },
} as const

const PORTS = { ldaps: 636, ldap: 389 } as const
const CATALOG_PORTS = { ldaps: 3269, ldap: 3268 } as const

export function assembleDirectory(written: WrittenDirectory): DirectoryConfig {
  const defaultCountry = written.defaultCountry ?? null
  if (written.type === 'local') return { ...written, defaultCountry }
  const { startTls: _, servers, tls, bind, filter, match, attributes, ...rest } = written
  const { caFile, certFile: cert, keyFile: key, serverName } = tls ?? {}
  return {
    ...rest,
    ...ofDomain(written),
    defaultCountry,
    servers: servers.map((server) => assembleServer(server, written)),
    tls: {
      ca: caFile ?? null,
      certificate: cert !== undefined && key !== undefined ? { cert, key } : null,
      serverName: serverName ?? null,
    },
    bind: assembleBind(bind, written.name),
    filter: filter?.trim() ?? null,
    match: match ?? DIALECT[written.type].match,
    attributes: assembleAttributes(attributes, DIALECT[written.type].attributes),
  }
}

function assembleAttributes(
  { phones, emails, locale, groups, enabled, ...written }: Written['attributes'],
  usual: Pick<LdapDirectoryConfig['attributes'], 'id' | 'username' | 'displayName'>,
): LdapDirectoryConfig['attributes'] {
  return {
    id: written.id ?? usual.id,
    username: written.username ?? usual.username,
    displayName: written.displayName ?? usual.displayName,
    phones: phones ?? ['mobile'],
    emails: emails ?? ['mail'],
    locale: locale ?? 'preferredLanguage',
    groups: groups ?? 'memberOf',
    enabled: enabled ?? null,
  }
}

type OfDomain = Pick<LdapDirectoryConfig, 'domain' | 'upnSuffixes' | 'globalCatalog'>

function ofDomain(written: Written): OfDomain {
  if (written.type === 'ldap') return { domain: null, upnSuffixes: [], globalCatalog: false }
  const { baseDn, domain, upnSuffixes, globalCatalog } = written
  const named = domainOf(baseDn)
  return {
    domain: domain ?? named?.split('.')[0]?.toUpperCase() ?? null,
    upnSuffixes: upnSuffixes ?? (named === undefined ? [] : [named]),
    globalCatalog,
  }
}

/** In clear only where it was said so, or where nobody can be in between. */
function assembleServer(
  { scheme, host, port, label }: ServerUrl,
  { startTls = false, tls, ...directory }: Written,
): LdapDirectoryConfig['servers'][number] {
  const isCatalog = directory.type === 'activeDirectory' && directory.globalCatalog
  const at = { host, port: port ?? (isCatalog ? CATALOG_PORTS : PORTS)[scheme], label }
  if (scheme === 'ldaps') return { ...at, security: 'tls' }
  const isClear = tls?.mode === 'dangerously_off' || (isLoopback(host) && !startTls)
  return { ...at, security: isClear ? 'dangerously-clear' : 'start-tls' }
}

function assembleBind(
  { mode, dn, passwordFile, passwordEnv }: Written['bind'],
  directory: string,
): LdapDirectoryConfig['bind'] {
  if (mode === 'external') return { how: 'external' }
  const [key, asked] =
    passwordFile === undefined
      ? (['passwordEnv', passwordEnv] as const)
      : (['passwordFile', passwordFile] as const)
  invariant(dn !== undefined && asked !== undefined, 'a simple bind has a name and a password')
  return {
    how: 'simple',
    dn,
    password: () => passwordOf(asked, `directories.${directory}.bind.${key}`),
    passwordFrom: { key, at: asked.at },
  }
}

function passwordOf(asked: Asked, key: string): string {
  const read = asked.read()
  if (read.ok) return read.value
  throw new Fault('directory.unavailable', `${key} ${read.error.says}`)
}
