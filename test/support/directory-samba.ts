import type { LdapSettings } from '../../src/directories/ldap/settings.ts'
import type { CompanyBench } from '../contract/directory.contract.ts'
import { openAccounts } from './directory-local.ts'
import { bindAs, windowsSettings } from './fake-ldap.ts'
import { openCompany, openServers } from './ldap-servers.ts'
import { ldifLine } from './population/ldif.ts'
import type { Inhabitant } from './population/people.ts'
import {
  SAMBA_GROUPS,
  sambaDn,
  sambaEntry,
  sambaPopulation,
  UPN_SUFFIX,
  upnOf,
} from './population/samba.ts'
import { type Samba, startSamba } from './samba.ts'
import { createFakeClock } from './world.ts'

/** As an operator configures it: certificates are checked, the reader binds. */
export function sambaSettings(samba: Samba, over: Partial<LdapSettings> = {}): LdapSettings {
  const { host, ports, authority, reader, baseDn, domain } = samba
  const base = windowsSettings()
  return {
    ...base,
    // What is asked about nested groups is work, and the machine of a test has others to do.
    ...{ operationSeconds: 20, deadlineSeconds: 30 },
    servers: [{ host, port: ports.ldaps, security: 'tls', label: `ldaps://${host}` }],
    tls: { ca: authority.ca, serverName: null, certificate: null },
    bind: bindAs(reader.upn, () => reader.password),
    ...{ baseDn, domain, upnSuffixes: [UPN_SUFFIX], defaultCountry: 'DE' },
    attributes: {
      ...base.attributes,
      phones: ['mobile', 'otherMobile', 'telephoneNumber', 'otherTelephone'],
      emails: ['mail', 'otherMailbox'],
    },
    ...over,
  }
}

/** The same as an operator writes it, with the files that it names. */
export const sambaConfig = (
  { host, authority, reader, baseDn, domain }: Samba,
  over: Record<string, unknown> = {},
) => ({
  directory: {
    ...{ name: 'corp', type: 'activeDirectory', servers: [`ldaps://${host}`] },
    tls: { caFile: '/corp/ca.pem' },
    bind: { dn: reader.upn, passwordFile: '/corp/password' },
    ...{ baseDn, domain, upnSuffixes: [UPN_SUFFIX], defaultCountry: 'DE', ...over },
  },
  files: { '/corp/ca.pem': authority.ca, '/corp/password': reader.password },
})

export async function openSambaBench(): Promise<CompanyBench> {
  await using opening = new AsyncDisposableStack()
  const samba = opening.use(await startSamba(sambaPopulation(5_000)))
  const { accountOf } = opening.use(await openAccounts())
  const settings = sambaSettings(samba)
  const servers = opening.use(openServers(settings))
  const deps = { servers, accountOf, clock: createFakeClock() }
  const wide = { ...settings, match: [...settings.match, 'mail'], groups: 'nested' as const }

  const made = opening.move()
  return {
    directory: openCompany(settings, deps),
    byMail: openCompany(wide, deps),
    spellings: (one) => {
      const login = one.login.trim()
      const realm = samba.realm.toLowerCase()
      return [
        ...[
          upnOf(one),
          upnOf(one).toUpperCase().replaceAll('SS', 'ß'),
          upnOf(one).normalize('NFD'),
        ],
        ...[`${samba.domain}\\${login}`, `corp\\${login.toLowerCase()}`, `${realm}\\${login}`],
        ...[`${login}@${realm}`, `${login}@${UPN_SUFFIX}`, ` ${login}＠${realm} `],
      ]
    },
    nestedGroups: SAMBA_GROUPS,
    reasons: { disabled: 'disabled', expired: 'expired', locked: 'locked' },
    async rename(one, login) {
      const upn = `replace: userPrincipalName\nuserPrincipalName: ${login}@${UPN_SUFFIX}\n-\n`
      change(one, 'modify', `replace: sAMAccountName\nsAMAccountName: ${login}\n-\n${upn}`)
      change(one, 'modrdn', 'newrdn: CN=Another Name\ndeleteoldrdn: 1\n')
    },
    async recreate(one) {
      change(one, 'delete', '')
      samba.modify(sambaEntry(one).replace('\n', '\nchangetype: add\n'))
    },
    async move(one) {
      const [rdn] = sambaDn(one).split(',OU=')
      const to = `newsuperior: OU=Left,${samba.peopleDn}`
      change(one, 'modrdn', `newrdn: ${rdn}\ndeleteoldrdn: 1\n${to}\n`)
    },
    async remail(one, mail) {
      change(one, 'modify', `replace: mail\nmail: ${mail}\n-\n`)
    },
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  }

  function change(one: Inhabitant, type: string, lines: string): void {
    samba.modify(`${ldifLine('dn', sambaDn(one))}\nchangetype: ${type}\n${lines}\n`)
  }
}
