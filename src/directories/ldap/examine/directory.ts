import type { Clock } from '../../../kernel/index.ts'
import { valuesOf } from '../entry.ts'
import { amongPeople } from '../filters.ts'
import { groupsOf } from '../groups.ts'
import { immutableIdOf, isGuid } from '../immutable-id.ts'
import { readRootDse } from '../servers/root-dse.ts'
import type { LdapSettings } from '../settings.ts'
import type { Wire } from '../wire.ts'
import type { Finding } from './examined.ts'

type Deps = { readonly settings: LdapSettings; readonly clock: Clock }
type Tell = (what: string, is: string) => void

const SKEW_SECONDS_MAX = 120
/** So many people are looked at, of whom nobody is named. */
const SAMPLE = 50

/** What people need of a server that let us in: its facts, its base, somebody there, and what may be read of them. */
export async function examineDirectory(
  wire: Wire,
  deps: Deps,
  tell: Tell,
): Promise<readonly Finding[]> {
  return [...(await rootDse(wire, deps, tell)), ...(await people(wire, deps.settings, tell))]
}

async function rootDse(
  wire: Wire,
  { settings, clock }: Deps,
  tell: Tell,
): Promise<readonly Finding[]> {
  const root = await readRootDse(wire)
  const { vendor, namingContexts, hasPaging, isGlobalCatalog, domainFunctionality } = root
  tell('server', vendor ?? 'does not say what it is')
  tell('keeps', namingContexts.join(' and ') || 'does not say')
  tell('pages', hasPaging ? 'yes' : 'no')
  if (domainFunctionality !== null) tell('domain level', `${domainFunctionality}`)
  const findings: Finding[] = []
  const skew = root.now === null ? 0 : Math.round((root.now - clock.now()) / 1000)
  if (root.now !== null) tell('its clock', `${skew} s from ours`)
  if (Math.abs(skew) > SKEW_SECONDS_MAX)
    findings.push({
      ...{ weighs: 'mind', key: null, says: `its clock is ${skew} s from ours` },
      wanted: 'set both by NTP: who is locked or expired is told by them',
    })
  if (settings.globalCatalog && isGlobalCatalog !== true)
    findings.push({
      ...{ weighs: 'wrong', key: 'globalCatalog', says: 'it is no Global Catalog, or not ready' },
      wanted: 'false, or a domain controller that is one',
    })
  return findings
}

async function people(wire: Wire, settings: LdapSettings, tell: Tell): Promise<readonly Finding[]> {
  const { attributes, baseDn, scope, match } = settings
  const { id, phones, emails } = attributes
  const known: readonly string[] = match
  const named = known.map((attribute) => ({ is: 'present', attribute }) as const)
  const { entries } = await wire.search({
    ...{ base: baseDn, scope, entriesMax: SAMPLE, binary: isGuid(settings) ? [id] : [] },
    filter: amongPeople({ is: 'or', all: named }, settings),
    attributes: [...new Set([id, ...match, ...phones, ...emails, attributes.groups])],
  })
  const [somebody] = entries
  if (somebody === undefined)
    return [
      {
        ...{ weighs: 'wrong', key: 'baseDn', says: 'nobody is found' },
        wanted: `is it right, and filter, scope and match, and may the account of bind read there?`,
      },
    ]
  tell('people', entries.length < SAMPLE ? `${entries.length} are found` : 'are found')
  const findings: Finding[] = []
  const withoutId = entries.filter((entry) => immutableIdOf(entry, settings) === undefined).length
  if (withoutId > 0)
    findings.push({
      ...{ weighs: 'wrong', key: 'attributes.id' },
      says: `${withoutId} of ${entries.length} show no ${id}, and are refused`,
      wanted: 'an id that everybody has and the account of bind may read',
    })
  else tell('immutable id', `${id}, of each`)
  for (const [key, all] of [['emails', emails] as const, ['phones', phones] as const]) {
    const having = entries.filter((entry) => all.some((name) => valuesOf(entry, name).length > 0))
    tell(key, `${having.length} of ${entries.length} have ${all.join(' or ') || 'none configured'}`)
    if (all.length > 0 && having.length === 0)
      findings.push({
        ...{ weighs: key === 'emails' ? 'wrong' : 'mind', key: `attributes.${key}` },
        says: `of ${entries.length} people nobody shows ${all.join(' or ')}`,
        wanted: 'the right attributes, and that the account of bind may read them',
      })
  }
  if (settings.groups !== 'none') {
    const groups = await groupsOf(somebody, settings, wire)
    tell('groups', `${settings.groups}: somebody is in ${groups.length}`)
  }
  return findings
}
