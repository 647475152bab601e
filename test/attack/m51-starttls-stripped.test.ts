import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type LdapProxy, startLdapProxy } from '../support/ldap-proxy.ts'
import { needs } from '../support/needs.ts'
import { assertNotIn, assertSecured } from '../support/sent.ts'
import { type Slapd, startSlapd } from '../support/slapd.ts'
import {
  fault,
  look,
  NEVER,
  serverAt,
  serversOf,
  settingsFor,
  until,
} from '../support/wire-bench.ts'

const LDIF = `dn: uid=ann,ou=people,dc=kestrel,dc=example
objectClass: inetOrgPerson
uid: ann
cn: Ann
sn: Ann
`

const MEDDLING = {
  cut: /closed the connection/,
  strip: /does not do StartTLS \(LDAP result 52\); directories\.corp\.servers: ldaps:\/\//,
  inject: /said more in clear than its answer to StartTLS/,
} as const

describe('M51 StartTLS taken away by somebody on the way', needs('slapd'), () => {
  let slapd: Slapd
  before(async () => {
    slapd = await startSlapd({ ldif: LDIF })
  })
  after(() => slapd[Symbol.asyncDispose]())

  const onTheWay = () => startLdapProxy({ host: slapd.host, port: slapd.ports.ldap })
  const serversBehind = (proxy: LdapProxy, security: 'start-tls' | 'dangerously-clear') =>
    serversOf(
      settingsFor(slapd, {
        servers: [serverAt(proxy, security)],
        ...{ connectSeconds: 0.5, operationSeconds: 0.5, deadlineSeconds: 1 },
      }),
    )
  const ann = look('dc=kestrel,dc=example')
  const secrets = () => [slapd.reader.password, slapd.reader.dn, 'uid', 'ann']

  /** Byte by byte, on every connection that was ever made. */
  function assertNothingInClear(proxy: LdapProxy): void {
    const sent = proxy.recorded()
    assert.ok(sent.some((bytes) => bytes.length > 0))
    for (const one of sent) assertSecured(one, 'start-tls')
    assertNotIn(sent, ...secrets())
  }

  test('would see password and name if it were asked for in clear', async () => {
    await using proxy = await onTheWay()
    await using servers = serversBehind(proxy, 'dangerously-clear')
    assert.equal(await servers.ask(ann, NEVER), 1)
    const [sent = Buffer.alloc(0)] = proxy.recorded()
    for (const secret of secrets()) assert.ok(sent.includes(secret), secret)
    assert.throws(() => assertSecured(sent, 'start-tls'))
    assert.throws(() => assertNotIn([sent], ...secrets()))
  })

  test('sees neither password nor name where it does nothing', async () => {
    await using proxy = await onTheWay()
    await using servers = serversBehind(proxy, 'start-tls')
    for (let n = 0; n < 3; n++) assert.equal(await servers.ask(ann, NEVER), 1)
    assertNothingInClear(proxy)
  })

  for (const how of ['cut', 'strip', 'inject'] as const)
    test(`gets not a byte in clear: ${how}`, async () => {
      await using proxy = await onTheWay()
      await using servers = serversBehind(proxy, 'start-tls')
      proxy.meddle(how)
      await assert.rejects(servers.ask(ann, NEVER), fault(MEDDLING[how]))
      // Who looks whether it is back is no less careful.
      await until('looked again', () => proxy.accepted >= 2)
      await assert.rejects(servers.ask(ann, NEVER), fault(MEDDLING[how]))
      proxy.meddle('none')
      await until('back', () => servers.stats().servers[0]?.isUp === true)
      assert.equal(await servers.ask(ann, NEVER), 1)
      assertNothingInClear(proxy)
    })

  test('gets not a byte in clear when it cuts what was secured, at any moment', async () => {
    await using proxy = await onTheWay()
    await using servers = serversBehind(proxy, 'start-tls')
    assert.equal(await servers.ask(ann, NEVER), 1)
    proxy.cut()
    assert.equal(await servers.ask(ann, NEVER), 1)
    // In the middle of a question as well, after which the wire is asked once more.
    let isCut = false
    const cutting = servers.ask(async (wire) => {
      const asked = ann(wire)
      if (!isCut) proxy.cut()
      isCut = true
      await asked.catch(() => {})
      return await ann(wire)
    }, NEVER)
    assert.equal(await cutting, 1)
    assert.ok(proxy.accepted >= 3)
    assertNothingInClear(proxy)
  })

  test('is found out within the deadline when it goes silent, before StartTLS and after', async () => {
    await using proxy = await onTheWay()
    await using servers = serversBehind(proxy, 'start-tls')
    assert.equal(await servers.ask(ann, NEVER), 1)
    proxy.swallow()
    await assert.rejects(servers.ask(ann, NEVER), fault(/said nothing within 0\.5 s/))
    await using others = serversBehind(proxy, 'start-tls')
    await assert.rejects(others.ask(ann, NEVER), fault(/directories\.corp\.connectSeconds/))
    assertNothingInClear(proxy)
  })
})
