/** Where a directory is, how it is spoken to, and what its attributes are called. Seconds throughout. */
export type LdapSettings = {
  /** How clients, commands and metrics call it. */
  readonly name: string
  readonly dialect: 'ldap' | 'activeDirectory'
  /** Asked in this order: the next only while those before it do not answer. */
  readonly servers: readonly LdapServer[]
  readonly tls: {
    /** PEM. Null: those that Node knows. */
    readonly ca: string | null
    /** The name in the certificate, where it is not the server's. */
    readonly serverName: string | null
    readonly certificate: { readonly cert: string; readonly key: string } | null
  }
  readonly bind: LdapBind
  readonly baseDn: string
  readonly scope: 'base' | 'one' | 'sub'
  /** RFC 4515, as an operator wrote it: whoever it does not hold for is nobody here. */
  readonly filter: string | null
  /** What a name is looked for in, all of them at once: attributes of the directory. */
  readonly match: readonly string[]
  /** Active Directory: `DOMAIN` of `DOMAIN\user`, and what may follow an `@` besides the suffix that an entry holds itself. */
  readonly domain: string | null
  readonly upnSuffixes: readonly string[]
  readonly attributes: {
    /** Never changes: `entryUUID`, `objectGUID`. */
    readonly id: string
    readonly username: string
    readonly displayName: string
    /** In the order in which they are offered. */
    readonly phones: readonly string[]
    readonly emails: readonly string[]
    readonly locale: string | null
    readonly groups: string
    /** Not enabled where it is there and is none of these values. */
    readonly enabled: { readonly name: string; readonly values: readonly string[] } | null
  }
  readonly groups: 'none' | 'memberOf' | 'nested'
  readonly defaultCountry: string | null
  readonly pageSize: number
  readonly connectSeconds: number
  readonly operationSeconds: number
  /** Of one lookup, with every server that it tries. */
  readonly deadlineSeconds: number
  /** For each server. */
  readonly pool: { readonly connectionsMax: number; readonly waitingMax: number }
  /** How old an answer may be while the directory answers, and while it does not; 0: none is kept. */
  readonly cache: { readonly seconds: number; readonly outageSeconds: number }
  /** The servers are Global Catalogs, which hold a part of the attributes of the whole forest. */
  readonly globalCatalog: boolean
}

export type LdapServer = {
  readonly host: string
  readonly port: number
  /** `dangerously-clear` is for loopback, or where the operator said so. */
  readonly security: 'tls' | 'start-tls' | 'dangerously-clear'
  /** As it was written. */
  readonly label: string
}

export type LdapBind =
  | { readonly how: 'simple'; readonly dn: string; readonly password: () => string }
  /** SASL EXTERNAL: whom the client certificate names. */
  | { readonly how: 'external' }
