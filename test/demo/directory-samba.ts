import { createAuthority } from '../support/certificates.ts'
import { sambaOf } from '../support/population/samba.ts'
import { startSamba } from '../support/samba.ts'
import { DAYS, type DemoDirectory } from './directory.ts'
import { employees, NIGHT_SHIFT, STAFF } from './staff.ts'

/** Active Directory, with Samba for its domain controller. */
export async function openSambaDirectory(): Promise<DemoDirectory> {
  await using opening = new AsyncDisposableStack()
  const authority = opening.use(createAuthority(DAYS))
  const samba = opening.use(await startSamba({ ...sambaOf(STAFF, NIGHT_SHIFT), authority }))
  const { host, reader, baseDn, domain } = samba
  const realm = samba.realm.toLowerCase()
  const opened = opening.move()
  return {
    shown: `Active Directory (Samba, ldaps://${host}, domain ${domain})`,
    name: 'corp',
    settings: `
  - name: corp
    type: activeDirectory
    servers: [ldaps://${host}]
    tls: { caFile: corp-ca.pem }
    bind: { dn: ${reader.upn}, passwordFile: corp-password }
    baseDn: ${baseDn}
    domain: ${domain}
    upnSuffixes: [${realm}, kestrel.example]
    attributes: { emails: [mail, otherMailbox] }
    groups: nested
    defaultCountry: DE`,
    files: { 'corp-ca.pem': authority.ca, 'corp-password': reader.password },
    users: employees(({ login, upn }) => [
      ...[login, `${domain}\\${login}`, upn, `${login.toUpperCase()}@${realm}`],
    ]),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
