import { sambaConfig } from '../support/directory-samba.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import { needs } from '../support/needs.ts'
import { startSamba } from '../support/samba.ts'
import { doctorContract } from './doctor.contract.ts'

const BASE = 'DC=corp,DC=kestrel,DC=example'
const PEOPLE = `OU=People,${BASE}`
const HIDDEN = `OU=Hidden,${BASE}`
const GROUPS = `OU=Groups,${BASE}`
/** `mail` of the schema. What stands at the entry itself goes before all that comes from above. */
const NOBODY_READS_MAIL =
  'nTSecurityDescriptor: O:DAG:DAD:AI(OD;;RP;bf967961-0de6-11d0-a285-00aa003049e2;;AU)(A;;GA;;;SY)(A;;RPLCLORC;;;AU)\n'

const NAMES = ['ann', ...Array.from({ length: 11 }, (_, n) => `person${n}`)]
const person = (login: string, branch: string, more: string) => `dn: CN=${login},${branch}
objectClass: user
sAMAccountName: ${login}
userPrincipalName: ${login}@kestrel.example
userAccountControl: 544
mail: ${login}@kestrel.example
${more}`
const branch = (dn: string) => `dn: ${dn}\nobjectClass: organizationalUnit\n`
const mobile = (n: number) => `mobile: ${n === 0 ? 'ask Bob' : `0151 234567${10 + n}`}\n`

const LDIF = [
  ...[branch(HIDDEN), branch(GROUPS)],
  ...NAMES.map((login, n) => person(login, PEOPLE, mobile(n))),
  ...['hid', 'hide'].map((login, n) => person(login, HIDDEN, mobile(n + 1) + NOBODY_READS_MAIL)),
].join('\n')
const CHANGES = [
  ['vpn', `CN=ann,${PEOPLE}`],
  ['staff', `CN=vpn,${GROUPS}`],
]
  .map(
    ([cn, member]) => `dn: CN=${cn},${GROUPS}
changetype: add
objectClass: group
sAMAccountName: ${cn}
member: ${member}
`,
  )
  .join('\n')

doctorContract('Samba', needs('samba'), async (authority) => {
  await using opening = new AsyncDisposableStack()
  const samba = opening.use(await startSamba({ ldif: LDIF, changes: CHANGES, authority }))
  const { host, ports, reader, realm } = samba
  // At 127.0.0.1, which its certificate is not for.
  const proxy = opening.use(await startFaultProxy({ host, port: ports.ldaps }))
  const named = `dc1.${realm.toLowerCase()}`
  const made = opening.move()
  return {
    config: sambaConfig(samba, { baseDn: PEOPLE, groups: 'nested' }),
    server: { address: host, names: [host, 'localhost', named] },
    reader: reader.upn,
    identity: new RegExp(`^"${reader.upn}", who is u:S-1-5-21-[-\\d]+$`),
    product: /^Samba Team .*\d+\.\d+/,
    baseDn: PEOPLE,
    hidden: {
      ...{ directory: { baseDn: HIDDEN, groups: 'none' }, files: {}, somebody: 'hid' },
      line: `dsacls "${HIDDEN}" /I:S /G "${reader.upn}:RP;mail;user"`,
    },
    misnamed: {
      ...{ server: `ldaps://${proxy.host}:${proxy.port}`, host: proxy.host, better: named },
    },
    somebody: 'ann',
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  }
})
