import { type Clock, Fault, type Stopwatch } from '../../../kernel/index.ts'
import type { Query } from '../../directory.ts'
import { textsOf, valuesOf } from '../entry.ts'
import { groupsOf } from '../groups.ts'
import { immutableIdOf } from '../immutable-id.ts'
import { createLookup, type LookedUp } from '../lookup.ts'
import type { LdapSettings } from '../settings.ts'
import type { Entry } from '../wire.ts'
import { type Counted, inMillis } from './counted.ts'
import type { Notes } from './notes.ts'

type Deps = {
  readonly settings: LdapSettings
  readonly clock: Clock
  readonly stopwatch: Stopwatch
}

/** Looks one of the people up as at a sign-in, by name and by id, and their groups. Nobody is named. */
export async function examineSomebody(
  wire: Counted,
  sample: readonly Entry[],
  deps: Deps,
  notes: Notes,
): Promise<void> {
  const { settings, clock, stopwatch } = deps
  const { attributes, match, name } = settings
  const { id, username } = attributes
  const known = sample.filter((entry) => immutableIdOf(entry, settings) !== undefined)
  // Somebody with groups shows more.
  const one = known.find((entry) => valuesOf(entry, attributes.groups).length > 0) ?? known[0]
  if (one === undefined) return
  const lookup = createLookup({ settings, clock, servers: { ask: (work) => work(wire) } })

  const value = immutableIdOf(one, settings) ?? ''
  await look('found by id', id, { by: 'immutableId', directory: name, value })
  const [called] = textsOf(one, username).texts
  const isMatched = match.some((other) => other.toLowerCase() === username.toLowerCase())
  if (called !== undefined && isMatched)
    await look('found by name', username, { by: 'name', value: called })
  if (settings.groups !== 'none') await examineGroups(wire, one, settings, notes)

  async function look(what: string, attribute: string, query: Query): Promise<void> {
    const [from, since] = [wire.millis.length, stopwatch.seconds()]
    const found = await foundBy(query)
    if (found === undefined) return
    const millis = (stopwatch.seconds() - since) * 1000
    const trips = wire.millis.length - from
    if (found === 'person' || found === 'disabled')
      return notes.tell(what, `${trips} round trip${trips === 1 ? '' : 's'}, ${inMillis(millis)}`)
    notes.tell(what, 'no')
    const isId = attribute === id
    notes.find(isId ? 'wrong' : 'mind', {
      says: `somebody whose ${attribute} is read is ${found === 'ambiguous' ? 'one of several that are' : 'not'} found by it`,
      key: isId ? 'attributes.id' : 'match',
      wanted:
        found === 'ambiguous'
          ? 'an attribute that no two people share'
          : `an attribute that can be searched by. If ${attribute} is right, let the account of {bind} search by it`,
    })
  }

  async function foundBy(query: Query): Promise<LookedUp['found'] | undefined> {
    try {
      return (await lookup(query, NEVER)).found
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      notes.blame(error)
      return undefined
    }
  }
}

/** Each question on the wire has a time of its own. */
const NEVER = new AbortController().signal

async function examineGroups(
  wire: Counted,
  one: Entry,
  settings: LdapSettings,
  { tell, find }: Notes,
): Promise<void> {
  const direct = valuesOf(one, settings.attributes.groups).length
  const all = (await groupsOf(one, settings, wire)).length
  if (all === 0 && direct === 0) return tell('groups', 'nobody looked at is in any')
  if (settings.groups === 'memberOf') return tell('groups', `somebody is in ${all}`)
  tell('groups', `somebody is in ${direct}, and with those above them in ${all}`)
  if (all < direct)
    find('mind', {
      says: `somebody names ${direct} groups, of whom only ${all} are found as nested`,
      key: 'groups',
      wanted: 'let the account of {bind} read member of the groups, or memberOf here',
    })
}
