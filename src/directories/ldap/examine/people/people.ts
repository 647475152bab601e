import type { Instant } from '../../../../kernel/index.ts'
import { textsOf } from '../../entry.ts'
import { amongPeople } from '../../filters.ts'
import { isGuid } from '../../immutable-id.ts'
import { instantIn, type RootDse } from '../../servers/root-dse.ts'
import { Trouble } from '../../servers/trouble.ts'
import type { LdapSettings } from '../../settings.ts'
import type { Entry, Filter, Wire } from '../../wire.ts'
import { type Notes, ofServer } from '../notes.ts'
import { otherBase } from './base.ts'
import { examineContacts } from './contacts.ts'
import { examineIds } from './ids.ts'
import { blameNobody } from './nobody.ts'
import { isShown, type Part } from './part.ts'
import { partsOf } from './parts.ts'

/** So many people are looked at, of whom nobody is named. */
const SAMPLE = 50
/** Less than the sample, so that there is more than one of them. */
const PAGE = 10

export type PeopleAsked = {
  readonly root: RootDse | undefined
  readonly isEmailNeeded: boolean
}

export type People = {
  readonly sample: readonly Entry[]
  /** What nobody of them shows. */
  readonly unseen: readonly Part[]
}

/** Whether there are people below the base, and what may be read of them. */
export async function examinePeople(
  wire: Wire,
  settings: LdapSettings,
  { root, isEmailNeeded }: PeopleAsked,
  notes: Notes,
): Promise<People> {
  const sample = await sampleOf(wire, settings, root, notes)
  if (sample.length === 0) return { sample, unseen: [] }
  examineIds(sample, settings, notes)
  const parts = partsOf(settings, isEmailNeeded)
  const unseen = parts.filter((part) => !isShown(part, sample, notes))
  examineContacts(sample, settings, notes)
  return { sample, unseen }
}

/** When the last of them was changed, by the clock of the server. */
export function newestOf(sample: readonly Entry[]): Instant | null {
  const times = sample.flatMap((entry) =>
    textsOf(entry, 'modifyTimestamp').texts.flatMap((text) => instantIn(text) ?? []),
  )
  return times.toSorted((a, b) => b - a)[0] ?? null
}

async function sampleOf(
  wire: Wire,
  settings: LdapSettings,
  root: RootDse | undefined,
  notes: Notes,
): Promise<readonly Entry[]> {
  const { baseDn: base, scope, match, attributes } = settings
  const known: readonly string[] = match
  const named: Filter = { is: 'or', all: known.map((attribute) => ({ is: 'present', attribute })) }
  const isPaged = root?.hasPaging !== false
  try {
    const { entries, isMore, pages } = await wire.search({
      ...{ base, scope, filter: amongPeople(named, settings), entriesMax: SAMPLE },
      ...{ attributes: attributesOf(settings), binary: isGuid(settings) ? [attributes.id] : [] },
      ...(isPaged && { pageSize: PAGE }),
    })
    if (entries.length === 0)
      await blameNobody(wire, settings, { named, vendor: root?.vendor ?? null }, notes)
    else {
      notes.tell('people', `${entries.length} looked at${isMore ? ', and there are more' : ''}`)
      notes.tell('pages', pagesIn(pages, entries.length))
    }
    return entries
  } catch (error) {
    if (!(error instanceof Trouble) || error.key !== 'baseDn') throw error
    const { says, key, wanted } = ofServer(error, settings.name)
    const instead = await otherBase(wire, settings, root)
    notes.find('wrong', { says, key, wanted: `${wanted}. ${instead}` })
    return []
  }
}

/** Nobody needs them to sign in, so that it is no finding where they are not known. */
function pagesIn(pages: number | undefined, count: number): string {
  if (pages === undefined) return 'not known to this server'
  if (pages > 1) return `they came in ${pages}, of ${PAGE} at most`
  return count > PAGE ? 'not heeded: all came at once' : 'understood, and one was enough'
}

function attributesOf({ attributes, dialect, match }: LdapSettings): readonly string[] {
  const { id, username, phones, emails, groups, enabled } = attributes
  const own = dialect === 'ldap' ? 'modifyTimestamp' : 'userAccountControl'
  const all = [id, username, ...match, ...phones, ...emails, groups, own]
  return [...new Set([...all, ...(enabled === null ? [] : [enabled.name])])]
}
