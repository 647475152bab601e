import { type Instant, instantOf } from '../../../kernel/index.ts'
import type { Entry, Wire } from '../wire.ts'

/** What a server says of itself, for whoever wonders. */
export type RootDse = {
  readonly vendor: string | null
  /** Where people may be, the likely one first. */
  readonly namingContexts: readonly string[]
  readonly hasPaging: boolean
  readonly hasWhoAmI: boolean
  /** Active Directory alone; null elsewhere. */
  readonly isGlobalCatalog: boolean | null
  /** Active Directory alone. */
  readonly now: Instant | null
  /** MS-ADTS 3.1.1.3.2.25: 4 is Windows Server 2008 R2, 7 is 2016. */
  readonly domainFunctionality: number | null
}

const [PAGES, WHO_AM_I] = ['1.2.840.113556.1.4.319', '1.3.6.1.4.1.4203.1.11.3']
const ATTRIBUTES = [
  ...['objectClass', 'vendorName', 'vendorVersion', 'defaultNamingContext', 'namingContexts'],
  ...[
    'supportedControl',
    'supportedExtension',
    'isGlobalCatalogReady',
    'domainFunctionality',
    'currentTime',
  ],
]

export async function readRootDse(wire: Wire): Promise<RootDse> {
  const { entries } = await wire.search({
    ...{ base: '', isBaseOptional: true, scope: 'base', entriesMax: 1, binary: [] },
    ...{ filter: { is: 'present', attribute: 'objectClass' }, attributes: ATTRIBUTES },
  })
  const [root] = entries
  const all = (name: string) => textsOf(root, name)
  const vendor = [...all('vendorName'), ...all('vendorVersion')].join(' ')
  const isOpenLdap = all('objectClass').includes('OpenLDAProotDSE')
  const [catalog] = all('isGlobalCatalogReady')
  const [level] = all('domainFunctionality')
  const [time = ''] = all('currentTime')
  return {
    vendor: vendor !== '' ? vendor : isOpenLdap ? 'OpenLDAP' : null,
    namingContexts: [...new Set([...all('defaultNamingContext'), ...all('namingContexts')])],
    hasPaging: all('supportedControl').includes(PAGES),
    hasWhoAmI: all('supportedExtension').includes(WHO_AM_I),
    isGlobalCatalog: catalog === undefined ? null : catalog === 'TRUE',
    now: instantIn(time),
    domainFunctionality: level === undefined ? null : Number(level),
  }
}

/** `20261125190432.0Z` */
export function instantIn(time: string): Instant | null {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(time) ?? []
  const [year, month = 1, ...rest] = parts.map(Number)
  return year === undefined ? null : instantOf(Date.UTC(year, month - 1, ...rest))
}

const textsOf = (entry: Entry | undefined, name: string): readonly string[] =>
  (entry?.values.get(name.toLowerCase()) ?? []).filter((value) => typeof value === 'string')
