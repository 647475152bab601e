import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openWire } from '../../src/directories/ldap/servers/connect.ts'
import { readRootDse } from '../../src/directories/ldap/servers/root-dse.ts'
import type { LdapSettings } from '../../src/directories/ldap/settings.ts'
import { Secret } from '../../src/kernel/index.ts'
import { bindAs } from '../support/fake-ldap.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import { startLdapProxy } from '../support/ldap-proxy.ts'
import { needs } from '../support/needs.ts'
import { freePort } from '../support/part.ts'
import { type Samba, startSamba } from '../support/samba.ts'
import { type Slapd, startSlapd } from '../support/slapd.ts'
import { fault, NEVER, searchFor, serverAt, settingsFor, wireTo } from '../support/wire-bench.ts'

const MORE = 25
/** Above what a wire takes for one question. */
const LARGE = Buffer.alloc(5 * 1024 * 1024, 'x').toString('base64')
const person = (uid: string, more = '') =>
  `dn: uid=${uid},ou=people,dc=kestrel,dc=example
objectClass: inetOrgPerson
uid: ${uid}
cn: ${uid}
sn: of everybody
${more}
`
const LDIF = [
  person('ann', 'mail: ann@kestrel.example\nmail: a@kestrel.example\njpegPhoto:: /9j/gA==\n'),
  person('lang', 'cn;lang-de: Lang\ndisplayName;lang-en: Lang\n'),
  person('large', `jpegPhoto:: ${LARGE}\n`),
  ...Array.from({ length: MORE }, (_, n) => person(`more${n}`)),
  `dn: ou=elsewhere,dc=kestrel,dc=example
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://127.0.0.1:9/ou=elsewhere,dc=kestrel,dc=example
`,
].join('\n')

describe('a wire to a server', needs('slapd'), () => {
  let slapd: Slapd
  let settings: LdapSettings
  before(async () => {
    slapd = await startSlapd({ ldif: LDIF })
    settings = settingsFor(slapd)
  })
  after(() => slapd[Symbol.asyncDispose]())

  const plain = () => ({ host: slapd.host, port: slapd.ports.ldap })
  const overTls = () => ({ host: slapd.host, port: slapd.ports.ldaps })
  const open = (over: Partial<LdapSettings> = {}) =>
    wireTo(overTls(), 'tls', { ...settings, ...over })

  const WAYS = { tls: overTls, 'start-tls': plain, 'dangerously-clear': plain } as const
  for (const security of ['tls', 'start-tls', 'dangerously-clear'] as const)
    test(`is bound as whom the settings name: ${security}`, async () => {
      const wire = await wireTo(WAYS[security](), security, settings)
      assert.deepEqual(await wire.identify(), { who: `dn:${slapd.reader.dn}`, by: 'who-am-i' })
      assert.equal(await wire.whoAmI(), `dn:${slapd.reader.dn}`)
      assert.equal(wire.address, slapd.host)
      if (security === 'dangerously-clear') assert.equal(wire.tls, null)
      else {
        assert.match(wire.tls?.version ?? '', /^TLSv1\.[23]$/)
        assert.equal(wire.tls?.subject, 'CN=127.0.0.1')
        assert.ok((wire.tls?.validUntil ?? 0) > Date.now())
      }
      wire.close()
      assert.equal(wire.isOpen, false)
    })

  test('is bound as whom the client certificate names', async () => {
    const { cert, key } = slapd.certificate
    const wire = await open({
      bind: { how: 'external' },
      tls: { ...settings.tls, certificate: { cert, key: new Secret(key) } },
    })
    assert.equal(await wire.whoAmI(), `dn:${slapd.reader.dn}`)
    wire.close()
  })

  test('tells what the server says of itself', async () => {
    const wire = await open()
    assert.deepEqual(await readRootDse(wire), {
      ...{ vendor: 'OpenLDAP', namingContexts: [slapd.baseDn] },
      ...{ hasPaging: true, hasWhoAmI: true },
      ...{ isGlobalCatalog: null, domainFunctionality: null, now: null },
    })
    wire.close()
  })

  test('tells what it was told: text, bytes where they are wanted or no text, names without options', async () => {
    const wire = await open()
    const asked = { attributes: ['UID', 'mail', 'jpegPhoto', 'cn', 'absent'], binary: ['uid'] }
    const { entries, isMore, references } = await wire.search(searchFor(slapd.baseDn, 'ann', asked))
    assert.deepEqual({ isMore, references }, { isMore: false, references: 1 })
    assert.deepEqual(entries, [
      {
        dn: 'uid=ann,ou=people,dc=kestrel,dc=example',
        values: new Map<string, unknown>([
          ['uid', [Buffer.from('ann')]],
          ['cn', ['ann']],
          ['mail', ['ann@kestrel.example', 'a@kestrel.example']],
          ['jpegphoto', [Buffer.from('/9j/gA==', 'base64')]],
        ]),
      },
    ])
    const named = await wire.search(
      searchFor(slapd.peopleDn, 'lang', { attributes: ['cn', 'displayName'] }),
    )
    assert.deepEqual(named.entries[0]?.values.get('cn'), ['lang', 'Lang'])
    assert.deepEqual(named.entries[0]?.values.get('displayname'), ['Lang'])
    wire.close()
  })

  test('takes a value for nothing but a value', async () => {
    const wire = await open()
    for (const uid of ['*', '*)(uid=*', 'ann)(|(uid=*)', '\\2a', 'a*', '\0', 'ann\0'])
      for (const is of ['equal', 'matches'] as const) {
        const filter = { is, attribute: 'uid', value: uid, rule: 'caseIgnoreMatch' }
        const { entries } = await wire.search(searchFor(slapd.peopleDn, uid, { filter }))
        assert.deepEqual(entries, [], uid)
      }
    const filter = { is: 'starts', attribute: 'uid', value: 'more*' } as const
    assert.deepEqual((await wire.search(searchFor(slapd.peopleDn, '', { filter }))).entries, [])
    wire.close()
  })

  test('tells that there were more than were asked for, in pages and without', async () => {
    const wire = await open()
    const filter = { is: 'starts', attribute: 'uid', value: 'more' } as const
    for (const [pageSize, entriesMax] of [
      [undefined, MORE - 1],
      [undefined, MORE],
      [10, MORE - 1],
      [10, MORE],
      [10, 5],
      [10, 1000],
    ] as const) {
      const paged = pageSize === undefined ? {} : { pageSize }
      const asked = searchFor(slapd.peopleDn, '', { filter, entriesMax, ...paged })
      const { entries, isMore } = await wire.search(asked)
      assert.equal(entries.length, Math.min(MORE, entriesMax))
      assert.equal(isMore, entriesMax < MORE, `${pageSize} ${entriesMax}`)
    }
    wire.close()
  })

  test('tells that there is more where the server’s own limit is below ours, and never that this is all', async () => {
    await using small = await startSlapd({ ldif: LDIF, sizeLimit: 7 })
    const at = { host: small.host, port: small.ports.ldaps }
    const wire = await wireTo(at, 'tls', settingsFor(small))
    const filter = { is: 'starts', attribute: 'uid', value: 'more' } as const
    const asked = searchFor(small.peopleDn, '', { filter, entriesMax: MORE })
    const { entries, isMore } = await wire.search(asked)
    assert.deepEqual([entries.length, isMore], [7, true])
    // In pages it is the server's to give them all, or to say that it does not.
    await assert.rejects(wire.search({ ...asked, pageSize: 5 }))
    wire.close()
  })

  test('goes nowhere else, counts where it was pointed to, and says which key is not right', async () => {
    const wire = await open()
    const elsewhere = `ou=people,ou=elsewhere,${slapd.baseDn}`
    const [written, absent] = ['(uid=*', `ou=nowhere,${slapd.baseDn}`]
    for (const [search, key] of [
      [searchFor(absent, 'ann'), /has nothing at "ou=nowhere,.*directories\.corp\.baseDn/],
      [searchFor('no DN', 'ann'), /cannot read "no DN".*directories\.corp\.baseDn/],
      [searchFor(elsewhere, 'ann'), /is kept by another server.*directories\.corp\.baseDn/],
      [
        searchFor(slapd.baseDn, '', { filter: { is: 'written', text: written } }),
        /was asked nothing; directories\.corp\.filter/,
      ],
    ] as const)
      await assert.rejects(wire.search(search), fault(key))
    const optional = { isBaseOptional: true } as const
    assert.deepEqual(await wire.search(searchFor(absent, 'ann', optional)), {
      ...{ entries: [], isMore: false, references: 0 },
    })
    assert.equal((await wire.search(searchFor(elsewhere, 'ann', optional))).references, 1)
    // None of it has spoilt the wire.
    assert.equal((await wire.search(searchFor(slapd.peopleDn, 'ann'))).entries.length, 1)
    wire.close()
  })

  test('is refused for a wrong name or password, and the message says where both stand', async () => {
    const wrong = (dn: string) => ({ bind: bindAs(dn, () => 'wrong') })
    const keys = fault(
      /directories\.corp\.bind\.passwordFile: .* has to be in \/etc\/sallyport\/password,.*directories\.corp\.bind\.dn/,
    )
    await assert.rejects(open(wrong(slapd.reader.dn)), keys)
    await assert.rejects(open(wrong(`cn=nobody,${slapd.baseDn}`)), keys)
    await assert.rejects(
      open(wrong('reader@kestrel.example')),
      fault(/directories\.corp\.bind\.dn: a DN/),
    )
    await assert.rejects(open({ bind: { how: 'external' } }), fault(/corp\.bind\.mode/))
  })

  test('says why it could not be opened, and what to change', async () => {
    const { tls } = settings
    const closed = { host: slapd.host, port: await freePort() }
    await using mute = await startFaultProxy(plain())
    mute.slam()
    for (const [at, security, over, says] of [
      [closed, 'tls', {}, /refuses connections/],
      [
        { ...closed, host: 'no.invalid' },
        'tls',
        {},
        /a name that .*directories\.corp\.servers|looked up/,
      ],
      [plain(), 'tls', {}, /may speak no TLS at this port/],
      [overTls(), 'start-tls', {}, /when it was asked for StartTLS/],
      [overTls(), 'dangerously-clear', {}, /closed the connection/],
      [mute, 'dangerously-clear', {}, /closed the connection/],
      [overTls(), 'tls', { tls: { ...tls, ca: null } }, /directories\.corp\.tls\.caFile/],
      [
        overTls(),
        'tls',
        { tls: { ...tls, serverName: 'dc1.kestrel.example' } },
        /and not for dc1\.kestrel\.example; directories\.corp\.tls\.serverName/,
      ],
    ] as const)
      await assert.rejects(
        wireTo(at, security, { ...settings, ...over }),
        fault(new RegExp(`^corp \\(${serverAt(at, security).label}\\) .*${says.source}`)),
      )
    const named = await open({ tls: { ...tls, serverName: 'localhost' } })
    named.close()
  })

  for (const security of ['tls', 'start-tls', 'dangerously-clear'] as const)
    test(`is waited for as long as the settings say, and no longer than who asks: ${security}`, async () => {
      await using mute = await startFaultProxy(WAYS[security]())
      mute.swallow()
      const brief = { ...settings, connectSeconds: 0.2 }
      await assert.rejects(
        wireTo(mute, security, brief),
        fault(/connectSeconds|let nobody in within 0\.2 s/),
      )
      const asking = AbortSignal.timeout(100)
      const patient = { ...settings, connectSeconds: 60 }
      const opened = openWire(serverAt(mute, security), patient, asking)
      await assert.rejects(opened, fault(/given up/))
      await assert.rejects(
        openWire(serverAt(mute, security), patient, AbortSignal.abort()),
        fault(/given up/),
      )
    })

  test('waits for an answer as long as the settings say, byte by byte as well, and is of no use then', async () => {
    for (const strike of ['swallow', 'drip'] as const) {
      await using proxy = await startFaultProxy(overTls())
      const wire = await wireTo(proxy, 'tls', { ...settings, operationSeconds: 0.3 })
      if (strike === 'swallow') proxy.swallow()
      else proxy.delay({ eachByte: 1_000 })
      const late = fault(/said nothing within 0\.3 s/)
      await assert.rejects(wire.search(searchFor(slapd.peopleDn, 'ann')), late)
      assert.equal(wire.isOpen, false)
    }
  })

  test('takes no more of an answer than anybody can have to say', async () => {
    const wire = await open()
    const large = searchFor(slapd.peopleDn, 'large', { attributes: ['jpegPhoto'] })
    await assert.rejects(wire.search(large), fault(/said more than/))
    assert.equal(wire.isOpen, false)
  })

  for (const security of ['tls', 'start-tls', 'dangerously-clear'] as const)
    test(`never connects again by itself once it was lost: ${security}`, async () => {
      await using proxy = await startLdapProxy(WAYS[security]())
      const wire = await wireTo(proxy, security, settings)
      proxy.cut()
      for (const ask of [
        () => wire.search(searchFor(slapd.peopleDn, 'ann')),
        () => wire.whoAmI(),
        () => wire.search(searchFor(slapd.peopleDn, 'ann')),
      ])
        await assert.rejects(ask, fault(/closed the connection/))
      assert.equal(wire.isOpen, false)
      assert.equal(proxy.accepted, 1)
    })
})

describe('a wire to Active Directory', needs('samba'), () => {
  let samba: Samba
  let settings: LdapSettings
  before(async () => {
    samba = await startSamba()
    settings = settingsFor(samba, { dialect: 'activeDirectory' })
  })
  after(() => samba[Symbol.asyncDispose]())

  const at = (port: keyof Samba['ports']) => ({ host: samba.host, port: samba.ports[port] })

  test('is bound as who is known by name, over TLS, StartTLS and to the Global Catalog', async () => {
    const { upn, password } = samba.reader
    const byUpn = { bind: bindAs(upn, () => password) }
    const wires = [
      await wireTo(at('ldaps'), 'tls', settings),
      await wireTo(at('ldap'), 'start-tls', settings),
      await wireTo(at('globalCatalogTls'), 'tls', { ...settings, ...byUpn }),
    ]
    const all = await Promise.all(wires.map((wire) => wire.identify()))
    for (const { who, by } of all) {
      assert.equal(by, 'token-groups')
      assert.match(who, /^u:S-1-5-21-/)
      assert.equal(who, all[0]?.who)
    }
    const reader = { attribute: 'sAMAccountName', value: 'reader', is: 'equal' } as const
    const asked = { filter: reader, attributes: ['objectguid'], binary: ['objectGUID'] }
    for (const wire of wires) {
      const { entries } = await wire.search(searchFor(samba.baseDn, '', asked))
      assert.deepEqual(
        entries.map(({ values }) => values.get('objectguid')?.[0]?.length),
        [16],
      )
      wire.close()
    }
  })

  test('tells what the domain controller says of itself', async () => {
    const wire = await wireTo(at('ldaps'), 'tls', settings)
    const before = Math.floor(Date.now() / 1000) * 1000
    const { vendor, namingContexts, now, ...rest } = await readRootDse(wire)
    assert.ok(now !== null && now >= before && now <= Date.now())
    assert.match(vendor ?? '', /Samba/)
    assert.equal(namingContexts[0], samba.baseDn)
    assert.deepEqual(rest, {
      ...{ hasPaging: true, hasWhoAmI: false },
      ...{ isGlobalCatalog: true, domainFunctionality: 4 },
    })
    wire.close()
  })

  test('is refused in clear, and for a wrong password, and the message says what to change', async () => {
    await assert.rejects(
      wireTo(at('ldap'), 'dangerously-clear', settings),
      fault(/without TLS.*directories\.corp\.servers: ldaps:\/\//),
    )
    await assert.rejects(
      openWire(serverAt(at('ldaps'), 'tls'), settings, NEVER, 'wrong'),
      fault(/\(LDAP result 49, data 52e\); directories\.corp\.bind\.passwordFile/),
    )
  })

  test('says which account is disabled', async () => {
    const disable = (control: number) =>
      samba.modify(
        `dn: ${samba.reader.dn}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: ${control}\n`,
      )
    disable(66_050)
    const disabled = wireTo(at('ldaps'), 'tls', settings)
    await assert.rejects(disabled, fault(/says that "CN=Reader,.*" is disabled/))
    disable(66_048)
  })
})
