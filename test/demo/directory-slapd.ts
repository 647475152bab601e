import { createAuthority } from '../support/certificates.ts'
import { slapdOf } from '../support/population/slapd.ts'
import { startSlapd } from '../support/slapd.ts'
import { DAYS, type DemoDirectory } from './directory.ts'
import { employees, NIGHT_SHIFT, STAFF } from './staff.ts'

/** OpenLDAP. */
export async function openSlapdDirectory(): Promise<DemoDirectory> {
  await using opening = new AsyncDisposableStack()
  const authority = opening.use(createAuthority(DAYS))
  const slapd = opening.use(await startSlapd({ ...slapdOf(STAFF, NIGHT_SHIFT), authority }))
  const { host, ports, reader, peopleDn } = slapd
  const server = `ldaps://${host}:${ports.ldaps}`
  const opened = opening.move()
  return {
    shown: `OpenLDAP (${server})`,
    name: 'people',
    settings: `
  - name: people
    type: ldap
    servers: [${server}]
    tls: { caFile: people-ca.pem }
    bind: { dn: '${reader.dn}', passwordFile: people-password }
    baseDn: ${peopleDn}
    # Nobody can edit their own here; else leave mail out.
    match: [uid, mail]
    groups: nested
    defaultCountry: DE`,
    files: { 'people-ca.pem': authority.ca, 'people-password': reader.password },
    users: employees(({ login, mails }) => [...new Set([login, login.toUpperCase(), ...mails])]),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
