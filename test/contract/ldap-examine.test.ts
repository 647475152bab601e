import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { createServer } from 'node:tls'
import { createExamine } from '../../src/directories/ldap/examine/examine.ts'
import type { Examined } from '../../src/directories/ldap/examine/examined.ts'
import type { LdapSettings } from '../../src/directories/ldap/settings.ts'
import { instantOf } from '../../src/kernel/index.ts'
import { createAuthority } from '../support/certificates.ts'
import { bindAs } from '../support/fake-ldap.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import { needs } from '../support/needs.ts'
import { type Slapd, startSlapd } from '../support/slapd.ts'
import { serverAt, settingsFor } from '../support/wire-bench.ts'
import { STOPWATCH } from '../support/world.ts'

const LDIF = ['ann', 'bob']
  .map(
    (uid) => `dn: uid=${uid},ou=people,dc=kestrel,dc=example
objectClass: inetOrgPerson
uid: ${uid}
cn: ${uid}
sn: of everybody
mail: ${uid}@kestrel.example
mobile: 0151 2345678${uid.length}
employeeType: staff
`,
  )
  .join('\n')

/** What `sallyport doctor` prints of it is promised for each dialect in doctor.contract.ts. */
describe('an examination of a server', needs('slapd'), () => {
  let slapd: Slapd
  before(async () => {
    slapd = await startSlapd({ ldif: LDIF })
  })
  after(() => slapd[Symbol.asyncDispose]())

  type Changed = Partial<LdapSettings> & {
    readonly seconds?: number
    readonly isEmailNeeded?: boolean
  }
  async function examined(changed: Changed = {}): Promise<Examined> {
    const { seconds = 0, isEmailNeeded = true, ...over } = changed
    const { host, ports } = slapd
    const servers = [serverAt({ host, port: ports.ldaps }, 'tls')]
    const settings = settingsFor(slapd, { defaultCountry: 'DE', servers, ...over })
    const clock = { now: () => instantOf(Date.now() + seconds * 1000) }
    const deps = { settings, isEmailNeeded, clock, stopwatch: STOPWATCH }
    const [one] = await createExamine(deps)()
    assert.ok(one !== undefined)
    return one
  }

  /** Without its certificate, which lasts two days. */
  async function found(changed: Changed): Promise<readonly string[]> {
    const { findings } = await examined(changed)
    return findings
      .map(({ weighs, key, says, wanted }) => `${weighs} ${key}: ${says}. ${wanted}`)
      .filter((one) => !one.includes('its certificate ends in'))
  }
  const as = (dn: string, password: string) => ({ bind: bindAs(dn, () => password) })

  test('asks to look at a certificate that ends soon', async () => {
    const { findings } = await examined()
    const [first] = findings
    assert.match(first?.says ?? '', /^its certificate ends in \d+ (?:hours|days), at .* UTC$/)
    assert.deepEqual([first?.weighs, first?.key], ['mind', null])
  })

  test('tells apart why nobody is found: filter, scope, names, and all that is there', async () => {
    const base = 'ou=people,dc=kestrel,dc=example'
    for (const [changed, says] of [
      [
        { baseDn: base, filter: '(employeeType=nobody-has-this)' },
        /^wrong filter: the filter holds for nobody at "ou=people.*Now it is \(employeeType=nobody/,
      ],
      [{ scope: 'one' as const }, /^wrong scope: .* further down there is somebody\. sub\. Now/],
      [
        { baseDn: base, match: ['employeeNumber'] },
        /^wrong match: of 2 entries at "ou=people.*" none shows employeeNumber/,
      ],
      [
        { baseDn: 'ou=groups,dc=kestrel,dc=example' },
        /^wrong baseDn: nobody is below "ou=groups,.*", or nobody that ".*" may see/,
      ],
    ] as const) {
      const all = await found(changed)
      assert.equal(all.length, 1, all.join('\n'))
      assert.match(all[0] ?? '', says)
    }
  })

  test('says that it is of the other type, and nothing else by it', async () => {
    const { attributes } = settingsFor(slapd)
    const all = await found({ dialect: 'activeDirectory', attributes })
    assert.deepEqual(all, ['wrong type: the server is no Active Directory. ldap'])
  })

  test('names attributes that nobody shows, and weighs them by what comes of it', async () => {
    const usual = settingsFor(slapd).attributes
    for (const [over, isEmailNeeded, says] of [
      [{ id: 'employeeNumber' }, true, /^wrong attributes\.id: of 2 people looked at nobody shows/],
      [{ username: 'title' }, true, /^wrong attributes\.username: .* without which somebody is/],
      [{ emails: ['title'] }, true, /^wrong attributes\.emails: .* nobody can be sent a code/],
      [{ emails: ['title'] }, false, /^mind attributes\.emails: .* or \[\] where nobody has any/],
      [{ phones: ['title', 'homePhone'] }, true, /^mind attributes\.phones: .*title or homePhone/],
      [
        { enabled: { name: 'title', values: ['x'] } },
        true,
        /^mind attributes\.enabled: .* so nobody is disabled by it/,
      ],
    ] as const) {
      const all = await found({ attributes: { ...usual, ...over }, isEmailNeeded })
      assert.equal(all.length, 1, all.join('\n'))
      assert.match(all[0] ?? '', says)
    }
    const grouped = await found({ groups: 'memberOf' })
    assert.match(grouped.join('\n'), /^mind attributes\.groups: .* its overlay memberof alone; or /)
    assert.deepEqual(await found({ attributes: { ...usual, phones: [], emails: [] } }), [])
  })

  test('says that numbers without a + cannot be read, and which key makes them readable', async () => {
    const all = await found({ defaultCountry: null })
    assert.equal(all.length, 1, all.join('\n'))
    assert.match(all[0] ?? '', /^mind defaultCountry: of 2 phone numbers there is none/)
  })

  test('knows by what was changed there that our clock is late, where nobody tells the time', async () => {
    const { dn, password } = slapd.blind
    const { facts, findings } = await examined({ ...as(dn, password), seconds: -3 * 3_600 })
    const clock = facts.find(({ what }) => what === 'clock')
    assert.equal(clock?.is, 'this server does not tell us its time')
    const [late] = findings.filter(({ says }) => says.includes('last change'))
    assert.match(
      late?.says ?? '',
      /^its last change is 3 hours ahead of our clock: .* UTC, and we have .* UTC$/,
    )
    assert.equal(late?.weighs, 'wrong')
  })

  test('says what is spoken at a port, where it is not what is written', async () => {
    const { host, ports } = slapd
    for (const [at, security, says] of [
      [ports.ldap, 'tls', /^wrong servers: .* closed the connection before it was secured/],
      [ports.ldaps, 'start-tls', /^wrong servers: .* when it was asked for StartTLS\. ldaps:\/\//],
    ] as const) {
      const all = await found({ servers: [serverAt({ host, port: at }, security)] })
      assert.equal(all.length, 1)
      assert.match(all[0] ?? '', says)
    }
  })

  test('looks at a certificate that is refused over StartTLS too', async () => {
    using stranger = createAuthority()
    const { host, ports } = slapd
    const servers = [serverAt({ host, port: ports.ldap }, 'start-tls')]
    const tls = { ca: stranger.ca, serverName: null, certificate: null }
    const { facts, findings } = await examined({ servers, tls })
    assert.equal(facts.find(({ what }) => what === 'signed by')?.is, 'CN=Test CA')
    assert.match(findings.at(-1)?.says ?? '', /not trusted here: CN=Test CA$/)
  })

  test('says nothing to a server whose certificate is refused, also where it looks at it', async () => {
    using stranger = createAuthority()
    const { cert, key } = stranger.issue('127.0.0.1')
    let connections = 0
    let said = 0
    const server = createServer({ cert, key }, (socket) => {
      socket.on('error', () => {})
      socket.on('data', ({ length }) => {
        said += length
      })
    })
    server.on('connection', () => {
      connections += 1
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      const all = await found({ servers: [serverAt({ host: '127.0.0.1', port }, 'tls')] })
      assert.match(all[0] ?? '', /^wrong tls\.caFile: .* authority that is not trusted here/)
      // Once to sign in, and once to look.
      assert.equal(connections, 2)
      assert.equal(said, 0)
    } finally {
      server.close()
    }
  })

  test('ends in time where a server says nothing, and says what it waited for', async () => {
    const { host, ports } = slapd
    await using proxy = await startFaultProxy({ host, port: ports.ldaps })
    proxy.swallow()
    const all = await found({ servers: [serverAt(proxy, 'tls')], connectSeconds: 0.3 })
    assert.equal(all.length, 1)
    assert.match(all[0] ?? '', /within 0\.3 s \(directories\.corp\.connectSeconds\)/)
  })

  test('tells a certificate that has ended from one whose authority has', async () => {
    const tls = { ca: slapd.authority.caExpired(), serverName: null, certificate: null }
    const above = await found({ tls })
    assert.equal(above.length, 1)
    assert.match(above[0] ?? '', /^wrong tls\.caFile: .* it is that of an authority above it; our/)
    slapd.certify('expired')
    await slapd.restart()
    try {
      const own = await found({})
      assert.equal(own.length, 1)
      assert.match(own[0] ?? '', /^wrong null: its certificate has expired: it ended at .* UTC/)
    } finally {
      slapd.certify('good')
      await slapd.restart()
    }
  })
})
