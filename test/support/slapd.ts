import { type Authority, createAuthority, type Issued } from './certificates.ts'
import { accepts, freePort, openPlace, type Part, untilReady } from './part.ts'

/**
 * A real OpenLDAP of its own: Debian's slapd on two free ports of loopback, with a folder and a CA that go with it.
 *
 *     await using slapd = await startSlapd({ ldif: 'dn: uid=ann,ou=people,dc=kestrel,dc=example\n…' })
 *     slapd.host, slapd.ports.ldaps, slapd.authority.ca, slapd.baseDn, slapd.reader.dn, slapd.reader.password
 *
 * It lets everybody bind with an empty password, as some do: they are anonymous then, and may read nothing.
 */
export type Slapd = AsyncDisposable & {
  readonly host: '127.0.0.1'
  readonly ports: { readonly ldap: number; readonly ldaps: number }
  /** Of the process that answers; 0 before its first start. */
  readonly pid: number
  readonly baseDn: string
  /** Below the base. The first two are there before any LDIF is loaded. */
  readonly peopleDn: string
  readonly groupsDn: string
  /** Of its certificate, which is for `127.0.0.1` and `localhost`, and of those that clients show. */
  readonly authority: Authority
  /** May read everything but passwords. */
  readonly reader: ServiceAccount
  /** May not read `mail`. */
  readonly blind: ServiceAccount
  /** SASL EXTERNAL with it is the reader. */
  readonly certificate: Issued
  start(): Promise<void>
  /** As it is told to stop in life: it says goodbye to whoever is connected. */
  stop(): Promise<void>
  kill(): Promise<void>
  restart(): Promise<void>
  /** It keeps its connections, takes new ones even, and says nothing. */
  pause(): void
  resume(): void
  /** Over LDAP as its administrator, so that overlays hear of it: `changetype: modify` and so on. */
  modify(ldif: string): void
  setPassword(account: ServiceAccount, password: string): void
  /** From its next start on. */
  certify(which: CertificateKind): void
  said(): string
}

export type ServiceAccount = { readonly dn: string; readonly password: string }

export type CertificateKind = 'good' | 'expired' | 'wrong-name' | 'unknown-ca'

export type SlapdOptions = {
  /** Entries below `peopleDn` or anywhere below the base, parents first. Operational attributes too: `entryUUID`, `pwdAccountLockedTime`. */
  readonly ldif?: string
  /** Loaded afterwards and slowly, so that `memberOf` of the members is kept. */
  readonly groups?: string
  readonly certificate?: CertificateKind
  /** Entries that it answers one search with at most. */
  readonly sizeLimit?: number
  /** Where several servers have one CA; it is not this server's to end. */
  readonly authority?: Authority
}

const BASE = 'dc=kestrel,dc=example'
const PEOPLE = `ou=people,${BASE}`
const GROUPS = `ou=groups,${BASE}`
const SERVICES = `ou=services,${BASE}`
const ADMIN = { dn: `cn=admin,${BASE}`, password: 'admin-secret' }
const READER = { dn: `cn=reader,${SERVICES}`, password: 'reader-secret' }
const BLIND = { dn: `cn=blind,${SERVICES}`, password: 'blind-secret' }
const NAMES = ['127.0.0.1', 'localhost']
const SCHEMAS = ['core', 'cosine', 'inetorgperson', 'nis']

export async function startSlapd(options: SlapdOptions = {}): Promise<Slapd> {
  const { ldif = '', groups = '', certificate = 'good' } = options
  await using opening = new AsyncDisposableStack()
  const place = opening.use(openPlace('slapd'))
  const authority = options.authority ?? opening.use(createAuthority())
  const ports = { ldap: await freePort(), ldaps: await freePort() }
  let part: Part | undefined

  place.write('ca.pem', authority.ca)
  certify(certificate)
  for (const folder of ['config', 'data']) place.run('mkdir', ['-m', '700', place.at(folder)])
  const config = ['-F', place.at('config')]
  place.run('slapadd', [
    ...config,
    '-n0',
    '-l',
    place.write('config.ldif', configOf(place.folder, options.sizeLimit)),
  ])
  const entries = place.write('entries.ldif', `${FIRST_ENTRIES}\n${ldif}`)
  // Without its checks of the order of things, which LDIF that was made here keeps.
  place.run('slapadd', [...config, '-n1', '-q', '-l', entries])

  const slapd: Slapd = {
    ...{ host: '127.0.0.1', ports, baseDn: BASE, peopleDn: PEOPLE, groupsDn: GROUPS, authority },
    ...{ reader: READER, blind: BLIND, certificate: authority.issue('reader') },
    get pid() {
      return part?.pid ?? 0
    },
    async start() {
      const at = `ldap://127.0.0.1:${ports.ldap}/ ldaps://127.0.0.1:${ports.ldaps}/`
      // With a level of its log, be it 0, it stays in the foreground.
      part = place.start('slapd', 'slapd', [...config, '-h', at, '-d', '0'])
      await untilReady(part, () => accepts(ports.ldaps))
    },
    stop: async () => part?.end('SIGTERM'),
    kill: async () => part?.end('SIGKILL'),
    async restart() {
      await slapd.stop()
      await slapd.start()
    },
    pause: () => part?.signal('SIGSTOP'),
    resume: () => part?.signal('SIGCONT'),
    modify(changes) {
      const as = [
        '-x',
        '-H',
        `ldap://127.0.0.1:${ports.ldap}`,
        '-D',
        ADMIN.dn,
        '-w',
        ADMIN.password,
      ]
      place.run('ldapmodify', [...as, '-f', place.write('changes.ldif', changes)])
    },
    setPassword({ dn }, password) {
      slapd.modify(
        `dn: ${dn}\nchangetype: modify\nreplace: userPassword\nuserPassword: ${password}\n`,
      )
    },
    certify,
    said: () => part?.said() ?? '',
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
  await slapd.start()
  if (groups !== '') slapd.modify(added(groups))

  const opened = opening.move()
  return slapd

  function certify(which: CertificateKind): void {
    const { cert, key } = issue(authority, which)
    place.write('server.pem', cert)
    place.write('server.key', key)
  }
}

function issue(authority: Authority, which: CertificateKind): Issued {
  switch (which) {
    case 'good':
      return authority.issue(...NAMES)
    case 'expired':
      return authority.issueExpired(...NAMES)
    case 'wrong-name':
      return authority.issue('other.kestrel.example')
    case 'unknown-ca': {
      using other = createAuthority()
      return other.issue(...NAMES)
    }
  }
}

/** `ldapmodify` wants to be told what to do with each. */
const added = (ldif: string) => ldif.replace(/^dn::? .*(?:\n .*)*$/gm, '$&\nchangetype: add')

const FIRST_ENTRIES = `dn: ${BASE}
objectClass: organization
objectClass: dcObject
o: Kestrel
dc: kestrel

${[PEOPLE, GROUPS, SERVICES]
  .map((dn) => `dn: ${dn}\nobjectClass: organizationalUnit\nou: ${/=(\w+)/.exec(dn)?.[1]}\n\n`)
  .join('')}
${[READER, BLIND].map(({ dn, password }) => `dn: ${dn}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: ${/=(\w+)/.exec(dn)?.[1]}\nuserPassword: ${password}\n\n`).join('')}`

/**
 * Roughly what Debian's own installation has, and all that our tests look for. `nsAccountLock` is 389 Directory Server's: here
 * whoever is an `nsAccount` too may have it.
 */
const configOf = (folder: string, sizeLimit = 500) => `dn: cn=config
objectClass: olcGlobal
cn: config
olcAllows: bind_anon_dn
olcTLSCACertificateFile: ${folder}/ca.pem
olcTLSCertificateFile: ${folder}/server.pem
olcTLSCertificateKeyFile: ${folder}/server.key
olcTLSVerifyClient: try
olcAuthzRegexp: {0}"^cn=([a-z]+)$" "cn=$1,${SERVICES}"

dn: cn=module,cn=config
objectClass: olcModuleList
cn: module
olcModulePath: /usr/lib/ldap
olcModuleLoad: back_mdb
olcModuleLoad: memberof
olcModuleLoad: ppolicy

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

${SCHEMAS.map((name) => `include: file:///etc/ldap/schema/${name}.ldif\n\n`).join('')}
dn: cn=directory389,cn=schema,cn=config
objectClass: olcSchemaConfig
cn: directory389
olcAttributeTypes: ( 2.16.840.1.113730.3.1.610 NAME 'nsAccountLock'
  EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
olcObjectClasses: ( 1.3.6.1.4.1.32473.1 NAME 'nsAccount' AUXILIARY MAY nsAccountLock )

dn: olcDatabase={-1}frontend,cn=config
objectClass: olcDatabaseConfig
objectClass: olcFrontendConfig
olcDatabase: {-1}frontend
olcAccess: {0}to dn.base="" by * read
olcAccess: {1}to dn.base="cn=Subschema" by * read

dn: olcDatabase={0}config,cn=config
objectClass: olcDatabaseConfig
olcDatabase: {0}config
olcRootDN: cn=admin,cn=config

dn: olcDatabase={1}mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: {1}mdb
olcDbDirectory: ${folder}/data
olcDbMaxSize: 2147483648
olcSizeLimit: ${sizeLimit}
olcDbEnvFlags: nosync
olcSuffix: ${BASE}
olcRootDN: ${ADMIN.dn}
olcRootPW: ${ADMIN.password}
olcDbIndex: objectClass,entryUUID,entryCSN eq
olcDbIndex: uid,mail,cn eq,sub
olcDbIndex: member,memberOf eq
olcAccess: {0}to attrs=userPassword by anonymous auth by * none
olcAccess: {1}to attrs=mail by dn.exact="${BLIND.dn}" none by dn.exact="${READER.dn}" read by * none
olcAccess: {2}to * by dn.exact="${READER.dn}" read by dn.exact="${BLIND.dn}" read by anonymous auth by * none

dn: olcDatabase={2}monitor,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMonitorConfig
olcDatabase: {2}monitor
olcAccess: {0}to dn.subtree="cn=Monitor" by dn.exact="${READER.dn}" read by * none

dn: olcOverlay={0}memberof,olcDatabase={1}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcMemberOfConfig
olcOverlay: {0}memberof

dn: olcOverlay={1}ppolicy,olcDatabase={1}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcPPolicyConfig
olcOverlay: {1}ppolicy
`
