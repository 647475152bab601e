import { createHash } from 'node:crypto'
import { escapedRdn, ldifEntry } from './ldif.ts'
import { type Inhabitant, inhabitants, NESTED, NESTED_GROUPS, UNITS } from './people.ts'

const BASE = 'dc=kestrel,dc=example'
const PEOPLE = `ou=people,${BASE}`
const GROUPS = `ou=groups,${BASE}`

/** For `startSlapd`. */
export function slapdPopulation(count: number): { readonly ldif: string; readonly groups: string } {
  return slapdOf(inhabitants(count), NESTED)
}

/** The same of any people, some of whom are in nested groups. */
export function slapdOf(
  all: readonly Inhabitant[],
  nested: readonly Inhabitant[],
): { readonly ldif: string; readonly groups: string } {
  const units = UNITS.map((ou) =>
    ldifEntry(`ou=${ou},${PEOPLE}`, { objectClass: 'organizationalUnit', ou }),
  )
  const people = all.map((one) => slapdEntry(one))
  return { ldif: [...units, ...people].join(''), groups: slapdGroups(nested) }
}

export const slapdDn = ({ name, unit }: Inhabitant): string =>
  `cn=${escapedRdn(name)},ou=${unit},${PEOPLE}`

/** @param life another for somebody who was deleted and made again. */
export function slapdEntry(one: Inhabitant, life = 1): string {
  return ldifEntry(slapdDn(one), {
    objectClass: ['inetOrgPerson', ...(one.state === 'disabled' ? ['nsAccount'] : [])],
    ...{ cn: one.name, sn: one.name, displayName: one.name, uid: one.login },
    entryUUID: uuidOf(`${one.login} ${life}`),
    ...{ mail: one.mails, mobile: one.mobiles, telephoneNumber: one.telephones },
    ...(one.language !== null && { preferredLanguage: one.language }),
    employeeType: one.state === 'expired' ? 'left' : 'staff',
    ...(one.state === 'disabled' && { nsAccountLock: 'TRUE' }),
    ...(one.state === 'locked' && { pwdAccountLockedTime: '000001010000Z' }),
  })
}

const groupDn = (name: string) => `cn=${escapedRdn(name)},${GROUPS}`

/** All of which `NESTED` are in. */
export const SLAPD_GROUPS: readonly string[] = NESTED_GROUPS.map(groupDn)

function slapdGroups(nested: readonly Inhabitant[]): string {
  return NESTED_GROUPS.map((cn, n) => {
    const below = NESTED_GROUPS[n - 1]
    const member = below === undefined ? nested.map(slapdDn) : groupDn(below)
    return ldifEntry(groupDn(cn), { objectClass: 'groupOfNames', cn, member })
  }).join('')
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex').slice(0, 32)
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
