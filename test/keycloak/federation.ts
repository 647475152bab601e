import type { Written } from '../e2e/company.ts'
import type { Authority } from '../support/certificates.ts'
import { sambaConfig } from '../support/directory-samba.ts'
import { slapdConfig } from '../support/directory-slapd.ts'
import type { Inhabitant } from '../support/population/people.ts'
import { sambaDn, sambaEntry, sambaPopulation } from '../support/population/samba.ts'
import { slapdDn, slapdEntry, slapdPopulation } from '../support/population/slapd.ts'
import { startSamba } from '../support/samba.ts'
import { quoted } from '../support/samba-domain.ts'
import { startSlapd } from '../support/slapd.ts'
import type { Company } from './company.ts'
import { passwordOf } from './realm.ts'

/** A real directory that Keycloak takes people and their passwords from, and in which Sallyport finds them. */
export type Store = {
  /** As a user federation in Keycloak. */
  readonly provider: string
  /** For Sallyport, which goes by the name of the login. */
  readonly written: Written
  /** For a component of Keycloak, which goes by `cn`. */
  readonly config: Readonly<Record<string, string>>
  /** Its `cn` stays. */
  rename(name: string, login: string): void
}

/** Both of whose certificates are of this CA. */
export async function openSlapdStore(
  opening: AsyncDisposableStack,
  authority: Authority,
  people: readonly Inhabitant[],
): Promise<Store> {
  const entries = people.map((one) =>
    also(slapdEntry(one), `userPassword: ${passwordOf(one.name)}`),
  )
  const ldif = `${slapdPopulation(0).ldif}${entries.join('')}`
  const slapd = opening.use(await startSlapd({ ldif, authority }))
  return {
    ...{ provider: 'OpenLDAP of Ops', written: slapdConfig(slapd, { cache: { seconds: 0 } }) },
    config: {
      ...{ vendor: 'other', uuidLDAPAttribute: 'entryUUID', userObjectClasses: 'inetOrgPerson' },
      connectionUrl: `ldaps://${slapd.host}:${slapd.ports.ldaps}`,
      ...{ usersDn: slapd.peopleDn, bindDn: slapd.reader.dn },
      bindCredential: slapd.reader.password,
    },
    rename: (name, login) =>
      slapd.modify(
        `dn: ${dnIn(people, name, slapdDn)}\nchangetype: modify\nreplace: uid\nuid: ${login}\n`,
      ),
  }
}

export async function openSambaStore(
  opening: AsyncDisposableStack,
  authority: Authority,
  people: readonly Inhabitant[],
): Promise<Store> {
  const entries = people.map((one) =>
    also(
      sambaEntry(one),
      `unicodePwd:: ${quoted(passwordOf(one.name))}`,
      // Whom Keycloak knows has both.
      ...[`givenName: ${one.name}`, 'sn: Example'],
    ),
  )
  const ldif = `${sambaPopulation(0).ldif}${entries.join('')}`
  const samba = opening.use(await startSamba({ ldif, authority }))
  const match = ['sAMAccountName']
  return {
    ...{ provider: 'corp-ad', written: sambaConfig(samba, { match, cache: { seconds: 0 } }) },
    config: {
      ...{ vendor: 'ad', uuidLDAPAttribute: 'objectGUID' },
      userObjectClasses: 'person, organizationalPerson, user',
      connectionUrl: `ldaps://${samba.host}:${samba.ports.ldaps}`,
      ...{ usersDn: samba.peopleDn, bindDn: samba.reader.upn },
      bindCredential: samba.reader.password,
    },
    rename(name, login) {
      const change = `replace: sAMAccountName\nsAMAccountName: ${login}\n`
      samba.modify(`dn: ${dnIn(people, name, sambaDn)}\nchangetype: modify\n${change}`)
    },
  }
}

function dnIn(
  people: readonly Inhabitant[],
  name: string,
  dnOf: (one: Inhabitant) => string,
): string {
  const one = people.find((person) => person.name === name)
  if (one === undefined) throw new Error(`nobody is called ${name}`)
  return dnOf(one)
}

const also = (entry: string, ...lines: readonly string[]) =>
  entry.replace('\n\n', `\n${lines.join('\n')}\n\n`)

/** As an administrator adds it: Keycloak makes the usual mappers for its kind by itself. */
export async function federate({ admin }: Company, store: Store): Promise<void> {
  const { id: parentId } = (await admin('GET', '')) as { readonly id: string }
  const config = {
    ...{ enabled: 'true', priority: '0', editMode: 'READ_ONLY', importEnabled: 'true' },
    ...{ authType: 'simple', searchScope: '2', useTruststoreSpi: 'always', pagination: 'false' },
    ...{ usernameLDAPAttribute: 'cn', rdnLDAPAttribute: 'cn', trustEmail: 'true' },
    ...store.config,
  }
  await admin('POST', '/components', {
    ...{ name: store.provider, providerId: 'ldap', parentId },
    providerType: 'org.keycloak.storage.UserStorageProvider',
    config: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, [value]])),
  })
}
