import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createExamine } from '../../src/directories/ldap/examine/examine.ts'
import type { Examined } from '../../src/directories/ldap/examine/examined.ts'
import type { LdapSettings } from '../../src/directories/ldap/settings.ts'
import { instantOf } from '../../src/kernel/index.ts'
import { createAuthority } from '../support/certificates.ts'
import { bindAs } from '../support/fake-ldap.ts'
import { needs } from '../support/needs.ts'
import { freePort } from '../support/part.ts'
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
mobile: +49151234567${uid.length}
`,
  )
  .join('\n')

const DAY_MS = 86_400_000

describe('an examination of a server', needs('slapd'), () => {
  let slapd: Slapd
  before(async () => {
    slapd = await startSlapd({ ldif: LDIF })
  })
  after(() => slapd[Symbol.asyncDispose]())

  async function examined(over: Partial<LdapSettings> = {}, days = 0): Promise<Examined> {
    const { host, ports } = slapd
    const servers = [serverAt({ host, port: ports.ldaps }, 'tls')]
    const settings = settingsFor(slapd, { servers, ...over })
    const clock = { now: () => instantOf(Date.now() + days * DAY_MS) }
    const [one] = await createExamine({ settings, clock, stopwatch: STOPWATCH })()
    assert.ok(one !== undefined)
    return one
  }

  const wrong = async (over: Partial<LdapSettings>) => {
    const { findings } = await examined(over)
    return findings.map(({ weighs, key, says, wanted }) => `${weighs} ${key}: ${says}. ${wanted}`)
  }
  const as = (dn: string, password: string): Partial<LdapSettings> => ({
    bind: bindAs(dn, () => password),
  })

  test('says where it led, how it is secured, whom we are, and that people can be read', async () => {
    const { facts, findings } = await examined({}, -1)
    const told = new Map(facts.map(({ what, is }) => [what, is]))
    assert.deepEqual(
      findings.filter(({ weighs }) => weighs === 'wrong'),
      [],
    )
    assert.equal(told.get('address'), slapd.host)
    assert.match(told.get('TLS') ?? '', /^TLSv1\.[23]$/)
    assert.match(told.get('certificate') ?? '', /, \d days left$/)
    assert.equal(told.get('signed in as'), `dn:${slapd.reader.dn}`)
    assert.match(told.get('keeps') ?? '', /dc=kestrel,dc=example/)
    assert.equal(told.get('pages'), 'yes')
    assert.equal(told.get('immutable id'), 'entryUUID, of each')
    assert.equal(told.get('emails'), '2 of 2 have mail')
  })

  test('asks to look at a certificate that ends soon', async () => {
    const { findings } = await examined()
    assert.match(findings[0]?.says ?? '', /^its certificate lasts \d days more$/)
    assert.equal(findings[0]?.weighs, 'mind')
  })

  test('names the password that is refused', async () => {
    assert.deepEqual(await wrong(as(slapd.reader.dn, 'another-secret')), [
      `wrong bind.passwordFile: the server refuses the password of "${slapd.reader.dn}", or knows no such account (LDAP result 49). the password of that account, which is read from /etc/sallyport/password now. If it is right, look at directories.corp.bind.dn`,
    ])
  })

  test('names the base that is not there', async () => {
    const found = await wrong({ baseDn: 'ou=nowhere,dc=kestrel,dc=example' })
    assert.match(found.at(-1) ?? '', /^wrong baseDn: the server has nothing at "ou=nowhere,/)
  })

  test('names the authority that is missing, and the name that is another', async () => {
    using stranger = createAuthority()
    const tls = { ca: stranger.ca, serverName: null, certificate: null }
    const [missing = ''] = await wrong({ tls })
    assert.match(
      missing,
      /^wrong tls\.caFile: the server shows a certificate signed by an authority/,
    )
    const other = { ca: slapd.authority.ca, serverName: 'dc9.kestrel.example', certificate: null }
    const [named = ''] = await wrong({ tls: other })
    assert.match(
      named,
      /^wrong tls\.serverName: the server shows a certificate for another name, and not for dc9/,
    )
  })

  test('says that nobody listens', async () => {
    const port = await freePort()
    const [closed = ''] = await wrong({ servers: [serverAt({ host: slapd.host, port }, 'tls')] })
    assert.match(closed, /^wrong servers: the server refuses connections: nothing listens at /)
  })

  test('names the attribute that the account may not read', async () => {
    const { dn, password } = slapd.blind
    const found = await wrong(as(dn, password))
    assert.match(
      found.at(-1) ?? '',
      /^wrong attributes\.emails: of 2 people nobody shows mail\. the right attributes, and that the account of bind may read them$/,
    )
  })

  test('says that a filter leaves nobody', async () => {
    const found = await wrong({ filter: '(employeeType=nobody-has-this)' })
    assert.match(found.at(-1) ?? '', /^wrong baseDn: nobody is found\. is it right, and filter/)
  })
})
