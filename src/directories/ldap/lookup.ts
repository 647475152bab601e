import { type Clock, Fault, type Instant } from '../../kernel/index.ts'
import type { DisabledReason, Query } from '../directory.ts'
import { domainOf } from './dn.ts'
import { amongPeople } from './filters.ts'
import { groupsOf } from './groups.ts'
import { askedById, immutableIdOf, isGuid } from './immutable-id.ts'
import { askedByName } from './names.ts'
import { personOf, type SeenPerson } from './person.ts'
import type { LdapSettings } from './settings.ts'
import { integerOf, isStillLocked, STATE_ATTRIBUTES, type State, stateOf } from './state.ts'
import type { Entry, Filter, Search, Wire } from './wire.ts'

export type Servers = {
  ask<T>(work: (wire: Wire) => Promise<T>, signal: AbortSignal): Promise<T>
}

/** With references and referrals that were not followed. */
export type LookedUp = { readonly references: number } & (
  | { readonly found: 'person'; readonly seen: SeenPerson }
  | { readonly found: 'disabled'; readonly reason: DisabledReason; readonly seen: SeenPerson }
  | { readonly found: 'not-found' | 'ambiguous' }
)

export type Lookup = (query: Query, signal: AbortSignal) => Promise<LookedUp>

/** What is asked for, and who of those that come back is meant. */
type Asked = {
  readonly filter: Filter
  isMeant(entry: Entry): 'meant' | 'another' | 'unreadable'
}

/** A server may match more than we do; whoever shares a name with more people than these is not found by it. */
const MATCHES_MAX = 20

/** What a directory knows of one person at this moment, all of it over one wire. It keeps nothing. */
export function createLookup(deps: {
  readonly settings: LdapSettings
  readonly servers: Servers
  readonly clock: Clock
}): Lookup {
  const { settings, servers, clock } = deps
  const { baseDn, scope } = settings
  const everybody: Omit<Search, 'filter'> = {
    ...{ base: baseDn, scope, attributes: attributesOf(settings), entriesMax: MATCHES_MAX },
    binary: isGuid(settings) ? [settings.attributes.id] : [],
  }

  return async (query, signal) => {
    const asked = askedFor(query, settings)
    if (asked === undefined) return { found: 'not-found', references: 0 }
    return await servers.ask((wire) => look(wire, asked), signal)
  }

  async function look(wire: Wire, asked: Asked): Promise<LookedUp> {
    const filter = amongPeople(asked.filter, settings)
    const { entries, isMore, references } = await wire.search({ ...everybody, filter })
    const [one, another] = meantOf(entries, asked)
    if (isMore || another !== undefined) return { found: 'ambiguous', references }
    if (one === undefined) return { found: 'not-found', references }

    const now = clock.now()
    const state = stateOf(one, settings, now)
    const is = state.is === 'maybe-locked' ? await settled(wire, one, state, now) : state.is
    if (is !== 'enabled') {
      const seen = personOf(one, settings, [])
      return { found: 'disabled', reason: is, seen, references }
    }
    const groups = settings.groups === 'none' ? [] : await groupsOf(one, settings, wire)
    return { found: 'person', seen: personOf(one, settings, groups), references }
  }

  function meantOf(entries: readonly Entry[], asked: Asked): readonly Entry[] {
    const meant: Entry[] = []
    for (const entry of entries) {
      const is = asked.isMeant(entry)
      if (is === 'unreadable') throw new Fault('directory.unavailable', UNREADABLE(settings.name))
      if (is === 'meant') meant.push(entry)
    }
    return meant
  }

  async function settled(
    wire: Wire,
    entry: Entry,
    { since }: Extract<State, { is: 'maybe-locked' }>,
    now: Instant,
  ): Promise<'enabled' | 'locked'> {
    const duration = await lockoutDuration(wire, domainOf(entry.dn)?.dn ?? baseDn)
    return isStillLocked(since, duration, now) ? 'locked' : 'enabled'
  }

  async function lockoutDuration(wire: Wire, base: string): Promise<bigint | undefined> {
    const { entries } = await wire.search({
      ...{ base, isBaseOptional: true, scope: 'base', attributes: ['lockoutDuration'] },
      ...{ filter: { is: 'present', attribute: 'objectClass' }, binary: [], entriesMax: 1 },
    })
    const [domain] = entries
    return domain && integerOf(domain, 'lockoutDuration', settings)
  }
}

function askedFor(query: Query, settings: LdapSettings): Asked | undefined {
  if (query.by === 'name') return askedByName(query.value, settings)
  const asked = query.directory === settings.name ? askedById(query.value, settings) : undefined
  return (
    asked && {
      filter: asked.filter,
      isMeant: (entry) => {
        const id = immutableIdOf(entry, settings)
        if (id === undefined) return 'unreadable'
        return id === asked.id ? 'meant' : 'another'
      },
    }
  )
}

function attributesOf({ attributes, dialect, match, groups }: LdapSettings): readonly string[] {
  const { id, username, displayName, phones, emails, locale, enabled } = attributes
  const isWalked = groups === 'memberOf' || (groups === 'nested' && dialect === 'ldap')
  const all = [
    ...[id, username, displayName, ...phones, ...emails, ...match, ...STATE_ATTRIBUTES[dialect]],
    ...(locale === null ? [] : [locale]),
    ...(enabled === null ? [] : [enabled.name]),
    ...(isWalked ? [attributes.groups] : []),
  ]
  return [...new Map(all.map((name) => [name.toLowerCase(), name])).values()]
}

const UNREADABLE = (name: string) =>
  `${name} finds somebody by an attribute that it does not show: the account of directories.${name}.bind has to be allowed to read those of directories.${name}.match and directories.${name}.attributes.id`
