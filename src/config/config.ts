import type { Binding, Day, FactorKind, Locale, Secret } from '../kernel/index.ts'
import type { LocksConfig, NoticesConfig, SendsConfig } from './limits.ts'

/** The configuration as the rooms use it: defaults filled in, files read, choices as unions. */
export type Config = {
  readonly issuer: string
  readonly listen: {
    readonly host: string
    readonly port: number
    readonly trustedProxies: readonly string[]
    readonly drainSeconds: number
    readonly graceSeconds: number
    readonly tls: { readonly cert: string; readonly key: Secret } | null
  }
  readonly management: { readonly host: string; readonly port: number }
  readonly store: StoreConfig
  /** Newest first, at least one, each of 32 bytes or more. */
  readonly encryption: {
    readonly keys: readonly { readonly id: string; readonly secret: Secret<Uint8Array> }[]
  }
  readonly clients: readonly ClientConfig[]
  readonly directories: readonly DirectoryConfig[]
  readonly channels: {
    readonly email: EmailConfig | null
    /** In the order of fail-over; none: there is no channel. */
    readonly sms: readonly SmsGatewayConfig[]
    /** ISO 3166, in capital letters. */
    readonly smsRegions: readonly string[]
    readonly smsTypes: readonly ('mobile' | 'fixed-line-or-mobile' | 'fixed-line' | 'voip')[]
  }
  /** What holds until an operator applies a policy of their own. */
  readonly enabled: boolean
  readonly rules: readonly RuleConfig[]
  /** In the order in which they are offered. */
  readonly factors: readonly Extract<FactorKind, 'totp' | 'email' | 'sms'>[]
  readonly firstEnrolment: 'contact' | 'bindCode' | 'open'
  /** Whether the one code that could be sent at all goes out when the sign-in begins. */
  readonly sendAtOnce: boolean
  /** Weakest first. `enrolledBy` null: in any way. */
  readonly acr: readonly RungConfig[]
  readonly stepUp: {
    readonly lifetimeSeconds: number
    readonly attemptsMax: number
    readonly codeDigits: 6 | 8
    readonly codeSeconds: number
  }
  readonly locks: LocksConfig
  readonly sends: SendsConfig
  readonly notices: NoticesConfig
  readonly trust: {
    readonly hours: number
    readonly binding: Binding
    readonly ipv6Prefix: 64 | 128
  }
  readonly org: { readonly name: string }
  readonly support: {
    readonly phone: string | null
    readonly email: string | null
    readonly url: string | null
  }
  readonly privacyUrl: string | null
  readonly language: Locale
  readonly timeZone: string
  readonly theme: {
    readonly folder: string | null
    readonly logo: string | null
    readonly brand: string | null
    readonly brandDark: string | null
  }
  readonly retention: { readonly auditDays: number; readonly accountsDays: number }
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug'
}

/** Null: whatever it is. */
export type RuleConfig = {
  readonly name: string
  readonly clients: readonly string[] | null
  readonly directories: readonly string[] | null
  readonly groups: readonly string[] | null
  readonly networks: readonly string[] | null
  /** Minutes since midnight. */
  readonly time: {
    readonly days: readonly Day[]
    readonly from: number
    readonly to: number
  } | null
  readonly then: 'require' | 'exempt' | 'deny'
  readonly factors: readonly FactorKind[] | null
  readonly acr: string | null
  readonly trustHours: number | null
}

export type StoreConfig = SqliteConfig | PostgresConfig

export type SqliteConfig = {
  readonly engine: 'sqlite'
  readonly file: string
  readonly migrate: 'auto' | 'manual'
}

export type PostgresConfig = {
  readonly engine: 'postgres'
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  readonly database: string
  readonly user: string
  /** As it is now: the file or the variable is read anew. Fault `store.unavailable` where that fails. Null: there is none. */
  readonly password: (() => string) | null
  /** PEM. Null: in clear. */
  readonly tls: {
    readonly ca: string | null
    readonly certificate: { readonly cert: string; readonly key: Secret } | null
    readonly serverName: string | null
  } | null
  readonly pool: { readonly connectionsMax: number; readonly waitingMax: number }
  readonly connectSeconds: number
  readonly statementSeconds: number
  readonly lockSeconds: number
  readonly deadlineSeconds: number
  readonly prepared: boolean
  readonly migrate: 'auto' | 'manual'
}

export type ClientConfig = {
  readonly id: string
  readonly name: string
  readonly profile: 'standard'
  readonly auth: ClientAuthConfig
  readonly redirectUris: readonly string[]
  readonly subject: {
    /** `dangerously_unsigned_login_hint` stands alone. */
    readonly from: readonly SubjectFrom[]
    readonly claim: 'login_hint' | 'preferred_username' | 'email' | 'upn'
    /** Asked in turn; those in one inner list are of equal rank. */
    readonly directories: readonly (readonly string[])[]
  }
  readonly delegatedAmr: readonly string[]
  readonly trustGroup: string
}

export type SubjectFrom = 'par' | 'request_object' | 'dangerously_unsigned_login_hint'

export type ClientAuthConfig =
  | {
      readonly method: 'private_key_jwt'
      readonly keys: ClientKeysConfig
      readonly algorithms: readonly ClientAlgorithm[]
    }
  | { readonly method: 'client_secret_basic'; readonly secret: Secret }

export type ClientKeysConfig =
  | { readonly from: 'inline'; readonly jwks: ClientJwks }
  | { readonly from: 'uri'; readonly uri: string }

/** Public keys only; each is still to be imported by whoever uses it. */
export type ClientJwks = {
  readonly keys: readonly {
    readonly kty: 'EC' | 'RSA' | 'OKP'
    readonly [member: string]: unknown
  }[]
}

export type ClientAlgorithm = 'ES256' | 'PS256' | 'RS256' | 'EdDSA'

export type DirectoryConfig = LocalDirectoryConfig | LdapDirectoryConfig

type OfEveryDirectory = {
  /** How clients, commands and metrics call it. */
  readonly name: string
  /** In lower case. Names with one of these are asked for here, and where others have it too. */
  readonly suffixes: readonly string[]
  readonly defaultCountry: string | null
}

export type LocalDirectoryConfig = OfEveryDirectory & { readonly type: 'local' }

/** Where a directory is, how it is spoken to, and what its attributes are called. Seconds throughout. */
export type LdapDirectoryConfig = OfEveryDirectory & {
  readonly type: 'ldap' | 'activeDirectory'
  /** Asked in this order: the next only while those before it do not answer. */
  readonly servers: readonly {
    readonly host: string
    readonly port: number
    /** `dangerously-clear` is for loopback, or where the operator said so. */
    readonly security: 'tls' | 'start-tls' | 'dangerously-clear'
    /** As it was written. */
    readonly label: string
  }[]
  readonly tls: {
    /** PEM. Null: those that Node knows. */
    readonly ca: string | null
    /** The name in the certificate, where it is not the server's. */
    readonly serverName: string | null
    readonly certificate: { readonly cert: string; readonly key: Secret } | null
  }
  readonly bind:
    | {
        readonly how: 'simple'
        readonly dn: string
        /** As it is now: the file or the variable is read anew. Fault `directory.unavailable` where that fails. */
        readonly password: () => string
        /** Where that stands: the key below `bind`, and what it names. */
        readonly passwordFrom: { readonly key: 'passwordFile' | 'passwordEnv'; readonly at: string }
      }
    /** SASL EXTERNAL: whom the client certificate names. */
    | { readonly how: 'external' }
  readonly baseDn: string
  readonly scope: 'base' | 'one' | 'sub'
  /** RFC 4515, as an operator wrote it: whoever it does not hold for is nobody here. */
  readonly filter: string | null
  /** What a name is looked for in, all of them at once: attributes of the directory. */
  readonly match: readonly string[]
  /**
   * Active Directory: `DOMAIN` of `DOMAIN\user`, and what may follow an `@` besides the suffix that an entry holds itself.
   * Null and none: of `ldap`.
   */
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

export type EmailConfig = {
  readonly host: string
  readonly port: number
  readonly secure: boolean
  readonly requireTls: boolean
  readonly from: string
  readonly signIn: { readonly user: string; readonly password: Secret } | null
  readonly dkim: {
    readonly domainName: string
    readonly keySelector: string
    readonly privateKey: Secret
  } | null
  readonly codeInSubject: boolean
}

export type SmsGatewayConfig = {
  readonly name: string
  readonly url: string
  readonly method: 'POST' | 'PUT'
  readonly headers: readonly { readonly name: string; readonly value: string | Secret }[]
  /** A template: texts in it hold placeholders. */
  readonly body:
    | { readonly as: 'json'; readonly template: Readonly<Record<string, unknown>> }
    | { readonly as: 'form'; readonly template: Readonly<Record<string, string>> }
  readonly success: {
    readonly status: readonly number[]
    /** Null: the status says it all. */
    readonly member: {
      readonly path: string
      readonly equals: string | number | boolean
    } | null
  }
  readonly messageIdPath: string | null
  readonly timeoutSeconds: number
}

export type RungConfig = {
  readonly value: string
  readonly factors: readonly FactorKind[]
  readonly enrolledBy: readonly string[] | null
}
