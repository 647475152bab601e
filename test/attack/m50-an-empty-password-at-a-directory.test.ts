import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { bindAs } from '../support/fake-ldap.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import { startLdapProxy } from '../support/ldap-proxy.ts'
import { needs } from '../support/needs.ts'
import { type Slapd, startSlapd } from '../support/slapd.ts'
import {
  fault,
  look,
  NEVER,
  searchFor,
  serverAt,
  serversOf,
  settingsFor,
} from '../support/wire-bench.ts'

/** For a bind by name without a password, and what says that it succeeded. */
const bindWithNothing = (dn: string) =>
  Buffer.concat([
    Buffer.of(0x30, 12 + dn.length, 2, 1, 1, 0x60, 7 + dn.length, 2, 1, 3, 4, dn.length),
    Buffer.from(dn),
    Buffer.of(0x80, 0),
  ])

const WHO_AM_I = Buffer.from('1.3.6.1.4.1.4203.1.11.3')

describe('M50 an empty password at a directory', needs('slapd'), () => {
  let slapd: Slapd
  before(async () => {
    slapd = await startSlapd()
  })
  after(() => slapd[Symbol.asyncDispose]())

  const plain = () => ({ host: slapd.host, port: slapd.ports.ldap })

  test('would be taken by the server, which means nobody by it', async () => {
    const socket = connect(plain())
    socket.write(bindWithNothing(slapd.reader.dn))
    const [answer] = await once(socket, 'data')
    socket.destroy()
    // A BindResponse, and its result: success.
    assert.deepEqual([answer[5], answer[9]], [0x61, 0])
  })

  for (const password of ['', ' ', '\t\r\n', '\u00a0', '\0', 'reader\0secret'])
    test(`never leaves the process: ${JSON.stringify(password)}`, async () => {
      await using proxy = await startLdapProxy(plain())
      const bind = bindAs(slapd.reader.dn, () => password)
      for (const security of ['dangerously-clear', 'start-tls', 'tls'] as const) {
        const settings = settingsFor(slapd, { bind, servers: [serverAt(proxy, security)] })
        await using servers = serversOf(settings)
        const refused = fault(
          /has (?:no password|a password with a NUL).*directories\.corp\.bind\.passwordFile/,
        )
        await assert.rejects(servers.ask(look(slapd.baseDn), NEVER), refused)
      }
      assert.equal(proxy.accepted, 0)
    })

  test('has a name beside it, or nothing leaves either', async () => {
    await using proxy = await startLdapProxy(plain())
    for (const dn of ['', '  ']) {
      const bind = bindAs(dn, () => 'a secret')
      await using servers = serversOf(
        settingsFor(slapd, { bind, servers: [serverAt(proxy, 'tls')] }),
      )
      await assert.rejects(
        servers.ask(look(slapd.baseDn), NEVER),
        fault(/the name is empty; directories\.corp\.bind\.dn/),
      )
    }
    assert.equal(proxy.accepted, 0)
  })

  for (const nobody of ['', 'dn:', 'u:'])
    test(`is no way in either where the server says that it succeeded and means "${nobody}"`, async () => {
      let asked: Buffer = Buffer.alloc(0)
      await using proxy = await startFaultProxy(plain(), () => ({
        toServer(bytes) {
          asked = bytes
        },
        toClient: (bytes) => (asked.includes(WHO_AM_I) ? saying(nobody, asked[4]) : bytes),
      }))
      await using servers = serversOf(
        settingsFor(slapd, { servers: [serverAt(proxy, 'dangerously-clear')] }),
      )
      const refused = fault(/took us for nobody; directories\.corp\.bind/)
      await assert.rejects(servers.ask(look(slapd.baseDn), NEVER), refused)
    })

  test('is not asked for by another host that the directory points to', async () => {
    await using evil = await startFaultProxy(plain())
    const ref = `ldap://127.0.0.1:${evil.port}`
    await using pointing = await startSlapd({
      ldif: `dn: ou=elsewhere,dc=kestrel,dc=example
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ${ref}/ou=people,dc=kestrel,dc=example
`,
    })
    const at = { host: pointing.host, port: pointing.ports.ldaps }
    await using servers = serversOf(settingsFor(pointing, { servers: [serverAt(at, 'tls')] }))
    const found = await servers.ask((wire) => wire.search(searchFor(pointing.baseDn, 'ann')), NEVER)
    assert.deepEqual(found, { entries: [], isMore: false, references: 1 })
    const below = look('ou=elsewhere,dc=kestrel,dc=example')
    await assert.rejects(servers.ask(below, NEVER), fault(/directories\.corp\.baseDn/))
    assert.equal(evil.accepted, 0)
  })
})

/** An answer to Who am I. */
function saying(who: string, id = 0): Buffer {
  const name = Buffer.from(who)
  const head = [0x30, 14 + name.length, 2, 1, id, 0x78, 9 + name.length]
  return Buffer.concat([Buffer.of(...head, 10, 1, 0, 4, 0, 4, 0, 0x8b, name.length), name])
}
