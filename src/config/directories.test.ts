import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { stringify } from 'yaml'
import { createAuthority } from '../../test/support/certificates.ts'
import { Fault, fail, ok } from '../kernel/index.ts'
import { formatProblems, type LdapDirectoryConfig, parseConfig } from './index.ts'

const authority = createAuthority()
after(() => authority[Symbol.dispose]())
const [ONE, OTHER] = [authority.issue('sallyport'), authority.issue('other')]

type Written = Record<string, unknown>

const BIND = { dn: 'cn=reader,dc=example,dc=com', passwordFile: 'password' }
const LDAP = {
  ...{ name: 'people', type: 'ldap', servers: ['ldaps://ldap1.example.com'] },
  ...{ baseDn: 'ou=people,dc=example,dc=com', bind: BIND },
}
const AD = {
  ...{ name: 'corp', type: 'activeDirectory', servers: ['ldaps://dc1.corp.example.com'] },
  ...{ baseDn: 'OU=Staff,DC=corp,DC=example,DC=com', bind: BIND },
}

/** Files and variables may change while it is used, as they do. */
function bench() {
  const files: Record<string, string> = {
    '/etc/sp/key': Buffer.alloc(32, 7).toString('base64'),
    '/etc/sp/secret': 'correct horse battery',
    '/etc/sp/password': 'first-password\n',
    '/etc/sp/empty': '\n',
    '/etc/sp/blank': '  \t\n',
    '/etc/sp/nul': 'a\0b',
    '/etc/sp/ca': authority.ca,
    '/etc/sp/cert': ONE.cert,
    '/etc/sp/one.key': ONE.key,
    '/etc/sp/other.key': OTHER.key,
  }
  const env: Record<string, string> = { LDAP_PASSWORD: 'from-the-environment' }
  const parse = (...directories: readonly Written[]) =>
    parseConfig({
      yaml: stringify({
        issuer: 'https://2fa.example.com',
        store: { engine: 'sqlite', file: 'sallyport.db' },
        encryption: { keys: [{ id: 'k1', file: 'key' }] },
        clients: [
          {
            id: 'sso',
            auth: { method: 'client_secret_basic', secretFile: 'secret' },
            redirectUris: ['https://sso.example.com/callback'],
            subject: { from: 'par' },
          },
        ],
        directories,
        channels: { email: { host: 'smtp.example.com', from: 'no-reply@example.com' } },
      }),
      ...{ file: '/etc/sp/sallyport.yaml', env },
      readFile(path) {
        const held = files[path]
        return held === undefined ? fail('no such file') : ok(Buffer.from(held))
      },
    })
  function read(written: Written): LdapDirectoryConfig {
    const parsed = parse(written)
    assert.ok(parsed.ok, parsed.ok ? '' : formatProblems(parsed.error))
    const [directory] = parsed.value.directories
    assert.ok(directory !== undefined && directory.type !== 'local')
    return directory
  }
  return { files, env, parse, read }
}

const { parse, read } = bench()
const complaints = (...written: readonly Written[]) => {
  const parsed = parse(...written)
  return parsed.ok ? [] : parsed.error.map(({ key, says }) => `${key} ${says}`)
}

const USUAL = {
  ...{ suffixes: [], defaultCountry: null, scope: 'sub', filter: null, groups: 'memberOf' },
  ...{ tls: { ca: null, serverName: null, certificate: null }, globalCatalog: false },
  ...{ pageSize: 500, connectSeconds: 2, operationSeconds: 3, deadlineSeconds: 5 },
  pool: { connectionsMax: 8, waitingMax: 200 },
  cache: { seconds: 60, outageSeconds: 0 },
}
const ATTRIBUTES = {
  ...{ phones: ['mobile'], emails: ['mail'], locale: 'preferredLanguage' },
  ...{ groups: 'memberOf', enabled: null },
}

describe('a directory of a company', () => {
  test('is read with the defaults of an LDAP server', () => {
    const { bind, ...rest } = read(LDAP)
    assert.ok(bind.how === 'simple')
    assert.deepEqual([bind.dn, bind.password()], [BIND.dn, 'first-password'])
    assert.deepEqual(rest, {
      ...USUAL,
      ...{ name: 'people', type: 'ldap', baseDn: LDAP.baseDn },
      servers: [
        {
          ...{ host: 'ldap1.example.com', port: 636, security: 'tls' },
          label: 'ldaps://ldap1.example.com',
        },
      ],
      ...{ match: ['uid'], domain: null, upnSuffixes: [] },
      attributes: { ...ATTRIBUTES, id: 'entryUUID', username: 'uid', displayName: 'cn' },
    })
  })

  test('is read with the defaults of Active Directory, and the domain that its base names', () => {
    const { bind: _, servers: __, ...rest } = read(AD)
    assert.deepEqual(rest, {
      ...USUAL,
      ...{ name: 'corp', type: 'activeDirectory', baseDn: AD.baseDn },
      match: ['userPrincipalName', 'sAMAccountName'],
      ...{ domain: 'CORP', upnSuffixes: ['corp.example.com'] },
      attributes: {
        ...ATTRIBUTES,
        ...{ id: 'objectGUID', username: 'sAMAccountName', displayName: 'displayName' },
      },
    })
  })

  test('takes each attribute that is called otherwise, and leaves the others as they were', () => {
    const enabled = { name: 'employeeStatus', values: ['active', 'leave'] }
    const attributes = { id: 'nsUniqueId', phones: ['mobile', 'pager'], emails: [], enabled }
    assert.deepEqual(read({ ...LDAP, attributes }).attributes, {
      ...ATTRIBUTES,
      ...{ username: 'uid', displayName: 'cn', ...attributes },
    })
  })

  test('knows servers by address, port and kind', () => {
    const written = [
      ...['ldaps://dc1.example.com', 'LDAPS://DC2.example.com:1636', 'ldaps://[2001:db8::5]/'],
      ...['ldap://10.0.0.5', 'ldap://127.0.0.1:1389', 'ldap://[::1]'],
    ]
    assert.deepEqual(
      read({ ...LDAP, servers: written }).servers.map(
        ({ host, port, security }) => `${host} ${port} ${security}`,
      ),
      [
        ...['dc1.example.com 636 tls', 'DC2.example.com 1636 tls', '2001:db8::5 636 tls'],
        ...['10.0.0.5 389 start-tls', '127.0.0.1 1389 dangerously-clear'],
        '::1 389 dangerously-clear',
      ],
    )
  })

  test('is in clear only on loopback, or where it was said so', () => {
    const securityOf = (over: Written) => read({ ...LDAP, ...over }).servers[0]?.security
    const near = { servers: ['ldap://localhost'] }
    const far = { servers: ['ldap://ldap.example.com'] }
    assert.equal(securityOf(near), 'dangerously-clear')
    assert.equal(securityOf({ ...near, startTls: true }), 'start-tls')
    assert.equal(securityOf(far), 'start-tls')
    assert.equal(securityOf({ ...far, tls: { caFile: 'ca' } }), 'start-tls')
    assert.equal(securityOf({ ...far, tls: { mode: 'dangerously_off' } }), 'dangerously-clear')
  })

  test('is asked on the ports of a Global Catalog where it is one', () => {
    const servers = ['ldaps://dc1.example.com', 'ldap://dc2.example.com', 'ldaps://dc3:3269']
    const catalog = read({ ...AD, servers, globalCatalog: true })
    assert.deepEqual(
      catalog.servers.map(({ port }) => port),
      [3269, 3268, 3269],
    )
    assert.equal(catalog.globalCatalog, true)
  })

  test('believes what is written of domain and suffixes before what its base names', () => {
    const { domain, upnSuffixes } = read({ ...AD, domain: 'ACME', upnSuffixes: ['Acme.example'] })
    assert.deepEqual([domain, upnSuffixes], ['ACME', ['acme.example']])
    const nowhere = read({ ...AD, baseDn: 'o=acme' })
    assert.deepEqual([nowhere.domain, nowhere.upnSuffixes], [null, []])
  })

  test('takes no comma of a value for the end of one: base', () => {
    const baseDn = 'ou=Doe\\, Ann\\2C,dc=a\\\\,dc=Example'
    assert.equal(read({ ...LDAP, baseDn }).baseDn, baseDn)
    const { upnSuffixes } = read({ ...AD, baseDn: 'CN=a\\,DC=no,DC=yes' })
    assert.deepEqual(upnSuffixes, ['yes'])
  })

  test('takes filters as RFC 4515 has them', () => {
    for (const filter of [
      '(objectClass=person)',
      '(&(objectClass=person)(!(sn=*\\2a))(|(a=*)(b>=1)(c~=x)))',
      '(memberOf:1.2.840.113556.1.4.1941:=CN=2FA,DC=corp)',
      '(cn:dn:caseExactMatch:=Ann)',
      '(:dn:2.4.6.8.10:=Dino)',
      '(o=王 \\28小明\\29)',
      ' (uid=) ',
    ])
      assert.equal(read({ ...LDAP, filter }).filter, filter.trim())
  })

  test('takes a client certificate, also as the only thing to sign in with', () => {
    const tls = { caFile: 'ca', certFile: 'cert', keyFile: 'one.key', serverName: 'ldap.internal' }
    const found = read({ ...LDAP, tls, bind: { mode: 'external' } })
    assert.deepEqual(found.bind, { how: 'external' })
    assert.equal(found.tls.ca, authority.ca)
    assert.equal(found.tls.certificate?.key.reveal(), ONE.key.trimEnd())
    assert.equal(found.tls.serverName, 'ldap.internal')
  })

  test('reads its password anew each time it is asked for, from file or environment', () => {
    const { files, env, read: now } = bench()
    const fromFile = now(LDAP).bind
    const fromEnv = now({ ...LDAP, bind: { dn: 'x', passwordEnv: 'LDAP_PASSWORD' } }).bind
    assert.ok(fromFile.how === 'simple' && fromEnv.how === 'simple')
    assert.deepEqual(
      [fromFile.password(), fromEnv.password()],
      ['first-password', 'from-the-environment'],
    )
    assert.deepEqual(fromFile.passwordFrom, { key: 'passwordFile', at: '/etc/sp/password' })
    assert.deepEqual(fromEnv.passwordFrom, { key: 'passwordEnv', at: 'LDAP_PASSWORD' })
    files['/etc/sp/password'] = 'second-password\n'
    env['LDAP_PASSWORD'] = 'changed'
    assert.deepEqual([fromFile.password(), fromEnv.password()], ['second-password', 'changed'])
  })

  for (const [held, says] of [
    ['', /^directories\.people\.bind\.passwordFile names an empty file$/],
    ['a\0', /^directories\.people\.bind\.passwordFile holds a NUL character$/],
    [
      undefined,
      /^directories\.people\.bind\.passwordFile names a file that cannot be read: no such file$/,
    ],
  ] as const)
    test(`says a fault, and no secret, where the password is no more: ${says.source}`, () => {
      const { files, read: now } = bench()
      const { bind } = now(LDAP)
      assert.ok(bind.how === 'simple')
      if (held === undefined) delete files['/etc/sp/password']
      else files['/etc/sp/password'] = held
      assert.throws(
        () => bind.password(),
        (error) =>
          error instanceof Fault &&
          error.code === 'directory.unavailable' &&
          says.test(error.message),
      )
    })

  test('shows neither password nor key, however it is printed', () => {
    const found = read({ ...LDAP, tls: { certFile: 'cert', keyFile: 'one.key' } })
    const shown = JSON.stringify(found) + inspect(found, { depth: 9 })
    assert.doesNotMatch(shown, /first-pass|PRIVATE KEY/)
  })

  const OFF = { mode: 'dangerously_off' }
  const BAD: readonly [base: Written, over: Written, complaint: string][] = [
    [LDAP, { type: 'ad' }, 'type is not a type of this release'],
    [LDAP, { servers: undefined }, 'servers is missing'],
    [LDAP, { servers: [] }, 'servers is too short'],
    ...[
      ...['ldap.example.com', 'http://a', 'ldaps://', 'ldaps://a:0', 'ldaps://a:65536'],
      ...['ldaps://me@a', 'ldaps://a/dc=x', 'ldapi://a', 'ldaps://2001:db8::5', 'ldaps://a b'],
    ].map((server): [Written, Written, string] => [
      LDAP,
      { servers: ['ldaps://b', server] },
      'servers[1] is no LDAP server',
    ]),
    [LDAP, { servers: ['ldaps://a', 'ldaps://A'] }, 'servers[1] is written twice'],
    [LDAP, { servers: ['ldap://a:3268'] }, 'servers[0] has the port of a Global Catalog'],
    [LDAP, { tls: OFF }, 'servers[0] is ldaps, which tls.mode turns off'],
    [
      LDAP,
      { servers: ['ldap://a'], tls: { ...OFF, caFile: 'ca' } },
      'tls.mode turns off what caFile would do',
    ],
    [LDAP, { startTls: true }, 'startTls is for ldap://, and no server is'],
    [
      LDAP,
      { servers: ['ldap://a'], startTls: false },
      'startTls would send the password in the clear',
    ],
    [
      LDAP,
      { servers: ['ldap://a'], startTls: true, tls: OFF },
      'startTls is what tls.mode turns off',
    ],
    [
      LDAP,
      { tls: { caFile: 'secret' } },
      'tls.caFile names a file without a readable PEM certificate',
    ],
    [LDAP, { tls: { certFile: 'cert' } }, 'tls.certFile has no keyFile'],
    [
      LDAP,
      { tls: { certFile: 'cert', keyFile: 'other.key' } },
      'tls.keyFile is not the key of the certificate in certFile',
    ],
    [LDAP, { bind: undefined }, 'bind is missing'],
    [LDAP, { bind: {} }, 'bind.dn is missing'],
    [LDAP, { bind: { dn: 'cn=a' } }, 'bind.dn has no password'],
    [LDAP, { bind: { ...BIND, password: 'hunter2' } }, 'bind.password is read by nobody'],
    [
      LDAP,
      { bind: { ...BIND, passwordEnv: 'LDAP_PASSWORD' } },
      'bind says passwordFile and passwordEnv',
    ],
    ...(
      [
        ['gone', 'names a file that cannot be read: no such file'],
        ['empty', 'names an empty file'],
        ['blank', 'names an empty file'],
        ['nul', 'holds a NUL character'],
      ] as const
    ).map(([passwordFile, says]): [Written, Written, string] => [
      LDAP,
      { bind: { dn: 'cn=a', passwordFile } },
      `bind.passwordFile ${says}`,
    ]),
    [
      LDAP,
      { bind: { mode: 'external', ...BIND }, tls: { certFile: 'cert', keyFile: 'one.key' } },
      'bind.mode is external, which has no dn, passwordFile',
    ],
    [LDAP, { bind: { mode: 'external' } }, 'bind.mode is external without a certificate'],
    [
      LDAP,
      {
        ...{ servers: ['ldap://localhost'], bind: { mode: 'external' } },
        tls: { certFile: 'cert', keyFile: 'one.key' },
      },
      'bind.mode is external, and a server is spoken to in clear',
    ],
    ...['', 'example.com', 'dc', 'dc=a,,dc=b', 'dc=a,'].map(
      (baseDn): [Written, Written, string] => [LDAP, { baseDn }, 'baseDn is not accepted'],
    ),
    [LDAP, { scope: 'tree' }, 'scope is not accepted'],
    ...[
      ...['objectClass=person', '(a=b', '(a=b))', '(&)', '(!(a=b)(c=d))', '(a=(b))', '(=b)'],
      ...['(a=\\zz)', '(a=b)(c=d)', '(&(a=b)x)', '()', '(a)'],
    ].map((filter): [Written, Written, string] => [LDAP, { filter }, 'filter is not accepted']),
    [LDAP, { match: [] }, 'match is too short'],
    [LDAP, { match: ['uid;lang-en'] }, 'match[0] is not accepted'],
    [LDAP, { attributes: { phone: 'x' } }, 'attributes.phone is read by nobody'],
    [LDAP, { attributes: { id: 'entry uuid' } }, 'attributes.id is not accepted'],
    [
      LDAP,
      { attributes: { enabled: { name: 'a', values: [] } } },
      'attributes.enabled.values is too short',
    ],
    [LDAP, { groups: 'all' }, 'groups is not accepted'],
    [LDAP, { pageSize: 1001 }, 'pageSize is too large'],
    [LDAP, { connectSeconds: 5 }, 'connectSeconds is not below deadlineSeconds'],
    [LDAP, { deadlineSeconds: 3 }, 'operationSeconds is not below deadlineSeconds'],
    [LDAP, { pool: { connectionsMax: 0 } }, 'pool.connectionsMax is too small'],
    [LDAP, { cache: { outageSeconds: 30 } }, 'cache.outageSeconds is below seconds'],
    [LDAP, { defaultCountry: 'Germany' }, 'defaultCountry is not accepted'],
    [LDAP, { suffixes: ['a.example', 'A.example'] }, 'suffixes names a suffix twice'],
    [LDAP, { suffixes: ['@a.example'] }, 'suffixes[0] is not accepted'],
    [LDAP, { domain: 'CORP' }, 'domain is read by nobody'],
    [LDAP, { globalCatalog: true }, 'globalCatalog is read by nobody'],
    [AD, { domain: 'CORP\\' }, 'domain is not accepted'],
    [AD, { servers: ['ldaps://a:3269'] }, 'servers[0] has the port of a Global Catalog'],
  ]
  for (const [base, over, complaint] of BAD)
    test(`is refused: ${complaint}, given ${JSON.stringify(over)}`, () => {
      assert.deepEqual(complaints({ ...base, ...over }), [`directories[0].${complaint}`])
    })

  test('is refused for all that is wrong with it at once', () => {
    const wrong = { servers: ['x', 'ldap://a'], startTls: false, connectSeconds: 9, filter: '(' }
    assert.deepEqual(complaints({ ...LDAP, ...wrong }, { ...AD, name: 'people' }).sort(), [
      'directories[0].connectSeconds is not below deadlineSeconds',
      'directories[0].filter is not accepted',
      'directories[0].servers[0] is no LDAP server',
      'directories[0].startTls would send the password in the clear',
    ])
  })

  test('says which kind of directory has a setting that this one does not know', () => {
    const parsed = parse({ ...LDAP, upnSuffixes: ['a.example'] })
    assert.ok(!parsed.ok)
    assert.deepEqual(
      parsed.error.map(({ wanted }) => wanted),
      ['type: activeDirectory, which alone has it'],
    )
  })

  test('may share a suffix with another one', () => {
    const suffixes = ['Example.com']
    const parsed = parse({ ...LDAP, suffixes }, { ...AD, suffixes })
    assert.ok(parsed.ok)
    assert.deepEqual(
      parsed.value.directories.map((one) => one.suffixes),
      [['example.com'], ['example.com']],
    )
  })
})
