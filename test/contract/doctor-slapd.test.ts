import { slapdConfig } from '../support/directory-slapd.ts'
import { needs } from '../support/needs.ts'
import { startSlapd } from '../support/slapd.ts'
import { doctorContract } from './doctor.contract.ts'

const PEOPLE = 'ou=people,dc=kestrel,dc=example'
const NAMES = ['ann', ...Array.from({ length: 11 }, (_, n) => `person${n}`)]
const LDIF = NAMES.map(
  (uid, n) => `dn: uid=${uid},${PEOPLE}
objectClass: inetOrgPerson
uid: ${uid}
cn: ${uid}
sn: of everybody
mail: ${uid}@kestrel.example
mobile: ${n === 0 ? 'ask Bob' : `0151 234567${10 + n}`}
`,
).join('\n')
const GROUPS = [
  ['vpn', `uid=ann,${PEOPLE}`],
  ['staff', 'cn=vpn,ou=groups,dc=kestrel,dc=example'],
]
  .map(
    ([cn, member]) => `dn: cn=${cn},ou=groups,dc=kestrel,dc=example
objectClass: groupOfNames
cn: ${cn}
member: ${member}
`,
  )
  .join('\n')

doctorContract('slapd', needs('slapd'), async (authority) => {
  await using opening = new AsyncDisposableStack()
  const slapd = opening.use(await startSlapd({ ldif: LDIF, groups: GROUPS, authority }))
  const misnamed = opening.use(await startSlapd({ certificate: 'wrong-name', authority }))
  const { host, reader, blind } = slapd
  const made = opening.move()
  return {
    config: slapdConfig(slapd, { groups: 'nested' }),
    server: { address: host, names: [host, 'localhost'] },
    ...{ reader: reader.dn, identity: new RegExp(`^dn:${reader.dn}$`), product: /^OpenLDAP$/ },
    baseDn: PEOPLE,
    hidden: {
      directory: { bind: { dn: blind.dn, passwordFile: '/ldap/blind' } },
      files: { '/ldap/blind': blind.password },
      somebody: 'ann',
      line: `olcAccess: to dn.subtree="${PEOPLE}" attrs=mail by dn.exact="${blind.dn}" read by * break`,
    },
    misnamed: {
      ...{ server: `ldaps://${host}:${misnamed.ports.ldaps}`, host },
      better: 'other.kestrel.example',
    },
    somebody: 'ann',
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  }
})
