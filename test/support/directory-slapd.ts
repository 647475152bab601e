import type { LdapSettings } from '../../src/directories/ldap/settings.ts'
import type { CompanyBench } from '../contract/directory.contract.ts'
import { openAccounts } from './directory-local.ts'
import { bindAs, openLdapSettings } from './fake-ldap.ts'
import { openCompany, openServers } from './ldap-servers.ts'
import { ldifLine } from './population/ldif.ts'
import type { Inhabitant } from './population/people.ts'
import { SLAPD_GROUPS, slapdDn, slapdEntry, slapdPopulation } from './population/slapd.ts'
import { type Slapd, startSlapd } from './slapd.ts'
import { createFakeClock } from './world.ts'

/** As an operator configures it: certificates are checked, the reader binds. */
export function slapdSettings(slapd: Slapd, over: Partial<LdapSettings> = {}): LdapSettings {
  const { host, ports, authority, reader, peopleDn } = slapd
  const base = openLdapSettings()
  return {
    ...base,
    servers: [
      { host, port: ports.ldaps, security: 'tls', label: `ldaps://${host}:${ports.ldaps}` },
    ],
    tls: { ca: authority.ca, serverName: null, certificate: null },
    bind: bindAs(reader.dn, () => reader.password),
    ...{ baseDn: peopleDn, defaultCountry: 'DE' },
    attributes: { ...base.attributes, enabled: { name: 'employeeType', values: ['staff'] } },
    ...over,
  }
}

/** The same as an operator writes it, with the files that it names. */
export const slapdConfig = ({ host, ports, authority, reader, peopleDn }: Slapd, over = {}) => ({
  directory: {
    ...{ name: 'ldap', type: 'ldap', servers: [`ldaps://${host}:${ports.ldaps}`] },
    tls: { caFile: '/ldap/ca.pem' },
    bind: { dn: reader.dn, passwordFile: '/ldap/password' },
    ...{ baseDn: peopleDn, defaultCountry: 'DE', ...over },
  },
  files: { '/ldap/ca.pem': authority.ca, '/ldap/password': reader.password },
})

export async function openSlapdBench(): Promise<CompanyBench> {
  await using opening = new AsyncDisposableStack()
  const slapd = opening.use(await startSlapd(slapdPopulation(5_000)))
  const { accountOf } = opening.use(await openAccounts())
  const settings = slapdSettings(slapd)
  const servers = opening.use(openServers(settings))
  const deps = { servers, accountOf, clock: createFakeClock() }
  const wide = { ...settings, match: ['uid', 'mail'], groups: 'nested' as const }

  const made = opening.move()
  return {
    directory: openCompany(settings, deps),
    byMail: openCompany(wide, deps),
    spellings: ({ login }) => [login.trim().replaceAll(' ', '  ')],
    nestedGroups: SLAPD_GROUPS,
    // An attribute of the operator's own says no more than that.
    reasons: { disabled: 'disabled', expired: 'disabled', locked: 'locked' },
    async rename(one, login) {
      change(one, 'modify', `replace: uid\nuid: ${login}\n-\n`)
      const name = { ...one, name: 'Another Name' }
      change(one, 'modrdn', `newrdn: cn=${name.name}\ndeleteoldrdn: 1\n`)
    },
    async recreate(one) {
      change(one, 'delete', '')
      slapd.modify(
        slapdEntry(one, 2)
          .replace('\n', '\nchangetype: add\n')
          .replace(/entryUUID.*\n/, ''),
      )
    },
    async move(one) {
      const [rdn] = slapdDn(one).split(',ou=')
      const to = `newsuperior: ou=Left,${slapd.peopleDn}`
      change(one, 'modrdn', `newrdn: ${rdn}\ndeleteoldrdn: 1\n${to}\n`)
    },
    async remail(one, mail) {
      change(one, 'modify', `replace: mail\nmail: ${mail}\n-\n`)
    },
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  }

  function change(one: Inhabitant, type: string, lines: string): void {
    slapd.modify(`${ldifLine('dn', slapdDn(one))}\nchangetype: ${type}\n${lines}\n`)
  }
}
