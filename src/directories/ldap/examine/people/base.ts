import type { RootDse } from '../../servers/root-dse.ts'
import type { LdapSettings } from '../../settings.ts'
import type { Filter, Wire } from '../../wire.ts'

const CHILDREN_MAX = 8
const ANYTHING: Filter = { is: 'present', attribute: 'objectClass' }

/** What there is instead of a base that is not there: how much of it is, or what the server keeps, and what lies below that. */
export async function otherBase(
  wire: Wire,
  { baseDn }: LdapSettings,
  root: RootDse | undefined,
): Promise<string> {
  for (let at = parentOf(baseDn); at !== undefined; at = parentOf(at))
    if (await isThere(wire, at)) return `There is "${at}"${await belowIn(wire, at)}`
  const [context] = root?.namingContexts ?? []
  return context === undefined
    ? 'This server does not say what it keeps'
    : `This server keeps "${context}"${await belowIn(wire, context)}`
}

/** Behind a backslash a comma is part of a value. */
const FIRST = /^(?:\\.|[^,\\])*/s

function parentOf(dn: string): string | undefined {
  const parent = dn.replace(FIRST, '').slice(1).trim()
  return parent === '' ? undefined : parent
}

async function isThere(wire: Wire, base: string): Promise<boolean> {
  const { entries } = await wire.search({
    ...{ base, isBaseOptional: true, scope: 'base', filter: ANYTHING },
    ...{ attributes: ['1.1'], binary: [], entriesMax: 1 },
  })
  return entries.length > 0
}

/** By the first part of their names. Active Directory itself puts people in CN=Users. */
async function belowIn(wire: Wire, base: string): Promise<string> {
  const unit: Filter = { is: 'equal', attribute: 'objectClass', value: 'organizationalUnit' }
  const users: Filter = { is: 'equal', attribute: 'cn', value: 'Users' }
  const { entries } = await wire.search({
    ...{ base, isBaseOptional: true, scope: 'one', filter: { is: 'or', all: [unit, users] } },
    ...{ attributes: ['1.1'], binary: [], entriesMax: CHILDREN_MAX },
  })
  const names = entries.map(({ dn }) => FIRST.exec(dn)?.[0] ?? dn)
  return names.length === 0 ? '' : `, and below it ${names.join(', ')}`
}
