import { Fault } from '../../kernel/index.ts'
import { domainOf, plainDn } from './dn.ts'
import { textsOf } from './entry.ts'
import { LDAP_MATCHING_RULE_IN_CHAIN } from './filters.ts'
import type { LdapSettings } from './settings.ts'
import type { Entry, Wire } from './wire.ts'

const GROUPS_MAX = 500
const DEPTH_MAX = 10

type Settings = Pick<
  LdapSettings,
  'name' | 'dialect' | 'groups' | 'attributes' | 'baseDn' | 'globalCatalog'
>

/**
 * DNs, each character escaped in one way, in the order of their code units. All of them or a Fault: with some of somebody's
 * groups a rule for the others would not hold for them. Of the primary group no `member` and no `memberOf` tells.
 */
export async function groupsOf(
  entry: Entry,
  settings: Settings,
  wire: Wire,
): Promise<readonly string[]> {
  const groups = await (() => {
    if (settings.groups === 'none') return []
    if (settings.groups === 'memberOf') return parentsOf(entry, settings)
    return settings.dialect === 'activeDirectory'
      ? inChain(entry, settings, wire)
      : walk(entry, settings, wire)
  })()
  if (groups.length > GROUPS_MAX) throw tooMany(settings, `more than ${GROUPS_MAX} groups`)
  return groups.map(plainDn).toSorted()
}

function parentsOf(entry: Entry, { name, attributes }: Settings): readonly string[] {
  const { texts, unreadable } = textsOf(entry, attributes.groups)
  if (unreadable === 0) return texts
  throw new Fault('directory.unavailable', `${name} holds a group whose DN can't be read`)
}

/** Groups may lie beside the people, so all of their domain is asked. */
async function inChain({ dn }: Entry, settings: Settings, wire: Wire): Promise<readonly string[]> {
  const { baseDn, globalCatalog } = settings
  const { entries, isMore } = await wire.search({
    ...{ base: globalCatalog ? '' : (domainOf(baseDn)?.dn ?? baseDn), scope: 'sub' },
    filter: { is: 'matches', attribute: 'member', rule: LDAP_MATCHING_RULE_IN_CHAIN, value: dn },
    ...{ attributes: ['1.1'], binary: [], entriesMax: GROUPS_MAX },
  })
  if (isMore) throw tooMany(settings, `more than ${GROUPS_MAX} groups`)
  return entries.map((group) => group.dn)
}

/** One level after the other, each group once, so that a circle ends. A group that is not there has no parents. */
async function walk(entry: Entry, settings: Settings, wire: Wire): Promise<readonly string[]> {
  const found = new Map<string, string>()
  let level = parentsOf(entry, settings)
  for (let depth = 1; level.length > 0; depth++) {
    const fresh = [...new Map(level.map((dn) => [keyOf(dn), dn])).values()].filter(
      (dn) => !found.has(keyOf(dn)),
    )
    if (fresh.length > 0 && depth > DEPTH_MAX)
      throw tooMany(settings, `groups within groups more than ${DEPTH_MAX} deep`)
    for (const dn of fresh) found.set(keyOf(dn), dn)
    if (found.size > GROUPS_MAX) break
    const above: string[] = []
    for (const base of fresh) {
      const { entries } = await wire.search({
        ...{ base, isBaseOptional: true, scope: 'base', binary: [], entriesMax: 1 },
        filter: { is: 'present', attribute: 'objectClass' },
        attributes: [settings.attributes.groups],
      })
      for (const group of entries) above.push(...parentsOf(group, settings))
    }
    level = above
  }
  return [...found.values()]
}

const keyOf = (dn: string): string => plainDn(dn).toLowerCase()

const tooMany = ({ name }: Settings, what: string): Fault =>
  new Fault(
    'directory.unavailable',
    `${name} has somebody in ${what}: directories.${name}.groups can be 'memberOf' or 'none' where they are not needed`,
  )
