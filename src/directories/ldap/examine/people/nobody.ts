import { amongPeople } from '../../filters.ts'
import { accountOf } from '../../servers/account.ts'
import type { Told } from '../../servers/trouble.ts'
import type { LdapSettings } from '../../settings.ts'
import type { Filter, Search, Wire } from '../../wire.ts'
import type { Notes } from '../notes.ts'
import { rightTo } from './rights.ts'

const ENOUGH = 50
const ANYTHING: Filter = { is: 'present', attribute: 'objectClass' }

type Nobody = {
  /** Whoever has one of the attributes that names are looked for in. */
  readonly named: Filter
  readonly vendor: string | null
}

/** Says by which setting it is that nobody is found: each is left out in its turn. */
export async function blameNobody(
  wire: Wire,
  settings: LdapSettings,
  { named, vendor }: Nobody,
  { find }: Notes,
): Promise<void> {
  const { baseDn, scope, filter, match, dialect } = settings
  const open = { ...settings, filter: null }
  const who = accountOf(settings.bind)
  const at = `at "${baseDn}"`
  if (filter !== null && (await count({ scope, filter: amongPeople(named, open) })) > 0)
    return find('wrong', {
      says: `the filter holds for nobody ${at}, and without it there is somebody`,
      key: 'filter',
      wanted: `one that holds for those who may sign in, and that ${who} may search by. Now it is ${filter}`,
    })
  if (scope !== 'sub' && (await count({ scope: 'sub', filter: amongPeople(named, settings) })) > 0)
    return find('wrong', {
      says: `nobody is found ${at} by this scope, and further down there is somebody`,
      ...{ key: 'scope', wanted: `sub. Now it is ${scope}` },
    })
  const listed = match.join(' or ')
  // The base itself may be one, and is no person of Active Directory.
  const own = dialect === 'ldap' && scope !== 'one' ? 1 : 0
  const others = (await count({ scope, filter: amongPeople(ANYTHING, open) })) - own
  const isBare = dialect === 'ldap' && others <= 0
  const right = rightTo(isBare ? ['entry', ...match] : match, settings, vendor)
  const told: Told =
    others > 0
      ? {
          says: `of ${others < ENOUGH ? others : 'many'} entries ${at} none shows ${listed}`,
          key: 'match',
          wanted: `what people are called by there. If ${listed} is right, ${who} may not read it; ${right.says}`,
        }
      : {
          says: `nobody is below "${baseDn}", or nobody that ${who} may see`,
          key: 'baseDn',
          wanted: `the DN below which people are. If it is right, that account may not read there; ${right.says}`,
        }
  find('wrong', told, right.line)

  async function count(asked: Pick<Search, 'scope' | 'filter'>): Promise<number> {
    const { entries } = await wire.search({
      ...{ base: baseDn, ...asked, attributes: ['1.1'], binary: [], entriesMax: ENOUGH },
    })
    return entries.length
  }
}
