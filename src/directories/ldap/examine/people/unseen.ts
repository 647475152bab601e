import { Fault } from '../../../../kernel/index.ts'
import { amongPeople } from '../../filters.ts'
import { accountOf } from '../../servers/account.ts'
import type { LdapSettings } from '../../settings.ts'
import type { Wire } from '../../wire.ts'
import { type Notes, peopleOf } from '../notes.ts'
import { has, type Part } from './part.ts'
import { rightTo } from './rights.ts'

type Unseen = {
  readonly part: Part
  /** So many people were looked at, of whom nobody shows it. */
  readonly looked: number
  readonly vendor: string | null
}

/** Whether others show it, or it is there to be searched by, or there is nothing of it to be seen. */
export async function examineUnseen(
  wire: Wire,
  settings: LdapSettings,
  { part, looked, vendor }: Unseen,
  { tell, find }: Notes,
): Promise<void> {
  const { what, key, names, weighs, so, wanted } = part
  const others = await othersWith(wire, settings, names)
  if (others === 'shown') return tell(`${what} of others`, 'are there')
  const listed = names.join(' or ')
  const who = accountOf(settings.bind)
  const why =
    others === 'hidden'
      ? `People have ${listed}: ${who} may search by it and not read it`
      : `If ${listed} is right, ${who} may not read it`
  const right = rightTo(names, settings, vendor)
  const says = `of ${peopleOf(looked)} looked at nobody shows ${listed}, ${so}`
  find(weighs, { says, key, wanted: `${wanted}. ${why}; ${right.says}` }, right.line)
}

/** In a large directory a server may give up looking, which is an answer too. */
async function othersWith(
  wire: Wire,
  settings: LdapSettings,
  names: readonly string[],
): Promise<'shown' | 'hidden' | 'none'> {
  const { baseDn: base, scope } = settings
  const all = names.map((attribute) => ({ is: 'present', attribute }) as const)
  try {
    const { entries } = await wire.search({
      ...{ base, scope, filter: amongPeople({ is: 'or', all }, settings) },
      ...{ attributes: names, binary: [], entriesMax: 1 },
    })
    if (entries.length === 0) return 'none'
    return entries.some((entry) => names.some((name) => has(entry, name))) ? 'shown' : 'hidden'
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return 'none'
  }
}
