import type { Servers } from '../../src/directories/ldap/lookup.ts'
import type { LdapSettings } from '../../src/directories/ldap/settings.ts'
import type { Entry, Filter, Search, Wire } from '../../src/directories/ldap/wire.ts'

type Values = Readonly<Record<string, string | Uint8Array | readonly (string | Uint8Array)[]>>

export const entryOf = (dn: string, values: Values): Entry => ({
  dn,
  values: new Map(
    Object.entries(values).map(([name, value]) => [
      name.toLowerCase(),
      typeof value === 'string' || value instanceof Uint8Array ? [value] : value,
    ]),
  ),
})

const SHARED: Omit<LdapSettings, 'name' | 'dialect' | 'baseDn' | 'match' | 'attributes'> = {
  servers: [],
  tls: { ca: null, serverName: null, certificate: null },
  bind: { how: 'external' },
  ...{ filter: null, upnSuffixes: [], domain: null },
  scope: 'sub',
  groups: 'none',
  ...{ defaultCountry: null, pageSize: 500, connectSeconds: 2, operationSeconds: 5 },
  ...{ deadlineSeconds: 8, globalCatalog: false, cache: { seconds: 0, outageSeconds: 0 } },
  pool: { connectionsMax: 4, waitingMax: 500 },
}

export const openLdapSettings = (over: Partial<LdapSettings> = {}): LdapSettings => ({
  ...SHARED,
  ...{ name: 'ldap', baseDn: 'ou=people,dc=kestrel,dc=example', match: ['uid'] },
  dialect: 'ldap',
  attributes: {
    ...{ id: 'entryUUID', username: 'uid', displayName: 'displayName', groups: 'memberOf' },
    ...{ phones: ['mobile', 'telephoneNumber'], emails: ['mail'], enabled: null },
    locale: 'preferredLanguage',
  },
  ...over,
})

export const windowsSettings = (over: Partial<LdapSettings> = {}): LdapSettings => ({
  ...SHARED,
  ...{ name: 'corp', baseDn: 'DC=corp,DC=example,DC=com' },
  dialect: 'activeDirectory',
  ...{
    domain: 'CORP',
    upnSuffixes: ['example.com'],
    match: ['sAMAccountName', 'userPrincipalName'],
  },
  attributes: {
    ...{ id: 'objectGUID', username: 'sAMAccountName', displayName: 'displayName' },
    ...{ phones: ['mobile', 'telephoneNumber'], emails: ['mail'], enabled: null },
    ...{ locale: 'preferredLanguage', groups: 'memberOf' },
  },
  ...over,
})

/** As somebody whose password is in a file, which is read each time. */
export const bindAs = (dn: string, password: () => string): LdapSettings['bind'] => ({
  ...({ how: 'simple', dn, password } as const),
  passwordFrom: { key: 'passwordFile', at: '/etc/sallyport/password' },
})

type FakeOptions = {
  readonly fold?: (text: string) => string
  readonly references?: number
  /** Attributes that are looked through and not shown. */
  readonly hidden?: readonly string[]
}

export type FakeLdap = Servers & { readonly wire: Wire; readonly asked: readonly Search[] }

/**
 * Entries in memory, found as a server finds them whose rules are too eager: `fold` is what it compares. No scopes and no
 * filters of operators; what it is asked for is all that it shows.
 */
export function fakeLdap(
  entries: readonly Entry[],
  { fold = folded, references = 0, hidden = [] }: FakeOptions = {},
): FakeLdap {
  const asked: Search[] = []
  const wire: Wire = {
    ...{ server: 'fake', isOpen: true, close: () => {} },
    whoAmI: async () => 'dn:cn=sallyport',
    async search(search) {
      asked.push(search)
      const { base, scope, filter, entriesMax } = search
      const found = entries.filter((entry) => {
        if (scope === 'base' && entry.dn.toLowerCase() !== base.toLowerCase()) return false
        return holds(entry, filter)
      })
      const shown = found
        .slice(0, entriesMax)
        .map((entry) => only(entry, search.attributes, hidden))
      return { entries: shown, isMore: found.length > entriesMax, references }
    },
  }
  return { wire, asked, ask: (work) => work(wire) }

  function holds(entry: Entry, filter: Filter): boolean {
    switch (filter.is) {
      case 'equal':
        return valuesOf(entry, filter.attribute).some((value) => isSame(value, filter.value))
      case 'starts':
        return valuesOf(entry, filter.attribute).some(
          (value) => typeof value === 'string' && fold(value).startsWith(fold(filter.value)),
        )
      case 'matches':
        return isWithin(filter.value, entry.dn)
      case 'and':
        return filter.all.every((one) => holds(entry, one))
      case 'or':
        return filter.all.some((one) => holds(entry, one))
      case 'not':
        return !holds(entry, filter.one)
      case 'present':
        return true
      case 'written':
        throw new Error('no filter of an operator is read here')
    }
  }

  function isSame(held: string | Uint8Array, value: string | Uint8Array): boolean {
    if (typeof held === 'string' && typeof value === 'string') return fold(held) === fold(value)
    return Buffer.from(held).equals(Buffer.from(value))
  }

  /** By `memberOf`, as deep as it goes. */
  function isWithin(dn: string, group: string, seen: readonly string[] = []): boolean {
    const entry = entries.find((one) => one.dn === dn)
    const parents = entry === undefined ? [] : valuesOf(entry, 'memberOf')
    return parents.some((parent) => {
      if (typeof parent !== 'string' || seen.includes(parent)) return false
      return parent === group || isWithin(parent, group, [...seen, parent])
    })
  }
}

const folded = (text: string) => text.trim().toLowerCase().normalize('NFC')

const valuesOf = (entry: Entry, attribute: string) =>
  entry.values.get(attribute.toLowerCase()) ?? []

function only(
  { dn, values }: Entry,
  attributes: readonly string[],
  hidden: readonly string[],
): Entry {
  const wanted = attributes
    .filter((name) => !hidden.includes(name))
    .map((name) => name.toLowerCase())
  return { dn, values: new Map([...values].filter(([name]) => wanted.includes(name))) }
}
