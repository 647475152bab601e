import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createAuthority } from '../support/certificates.ts'
import { startLdapProxy } from '../support/ldap-proxy.ts'
import { needs } from '../support/needs.ts'
import { assertNotIn, assertSecured } from '../support/sent.ts'
import { type Slapd, startSlapd } from '../support/slapd.ts'
import { fault, look, NEVER, serverAt, serversOf, settingsFor } from '../support/wire-bench.ts'

const WRONG = {
  expired: /certificate that has expired/,
  'wrong-name':
    /certificate for another name, and not for .*directories\.corp\.(?:servers|tls\.serverName)/,
  'unknown-ca': /authority that is not trusted here.*directories\.corp\.tls\.caFile/,
} as const

const WAYS = [
  ['tls', 'ldaps'],
  ['start-tls', 'ldap'],
] as const

describe('M48 TLS to a directory that is not as it should be', needs('slapd'), () => {
  let slapd: Slapd
  before(async () => {
    slapd = await startSlapd()
  })
  after(() => slapd[Symbol.asyncDispose]())

  for (const wrong of ['expired', 'wrong-name', 'unknown-ca'] as const)
    for (const [security, port] of WAYS)
      test(`is refused before anything is said, and the log says why: ${wrong}, ${security}`, async () => {
        slapd.certify(wrong)
        await slapd.restart()
        await using proxy = await startLdapProxy({ host: slapd.host, port: slapd.ports[port] })
        await using servers = serversOf(
          settingsFor(slapd, { servers: [serverAt(proxy, security)] }),
        )
        // Again and again, also by whoever looks whether it is well again.
        for (let n = 0; n < 3; n++)
          await assert.rejects(servers.ask(look(slapd.baseDn), NEVER), fault(WRONG[wrong]))
        const sent = proxy.recorded()
        assert.ok(sent.length > 0)
        for (const one of sent) assertSecured(one, security)
        assertNotIn(sent, slapd.reader.password, slapd.reader.dn, 'ann')
      })

  test('is not made good by a list of authorities that Node brings, nor by another name on the same machine', async () => {
    slapd.certify('good')
    await slapd.restart()
    using other = createAuthority()
    const at = { host: slapd.host, port: slapd.ports.ldaps }
    for (const [tls, says] of [
      [{ ca: null, serverName: null, certificate: null }, WRONG['unknown-ca']],
      [{ ca: other.ca, serverName: null, certificate: null }, WRONG['unknown-ca']],
      [
        { ca: slapd.authority.ca, serverName: 'example.com', certificate: null },
        WRONG['wrong-name'],
      ],
    ] as const) {
      await using servers = serversOf(settingsFor(slapd, { tls, servers: [serverAt(at, 'tls')] }))
      await assert.rejects(servers.ask(look(slapd.baseDn), NEVER), fault(says))
    }
    await using good = serversOf(settingsFor(slapd, { servers: [serverAt(at, 'tls')] }))
    assert.equal(await good.ask(look(slapd.baseDn), NEVER), 0)
  })
})
