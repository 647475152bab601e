import type { LdapSettings } from './settings.ts'
import type { Filter } from './wire.ts'

/** Those of ours, of whom the operator's own filter holds. In Active Directory a computer is a user too. */
export function amongPeople(
  asked: Filter,
  { dialect, filter }: Pick<LdapSettings, 'dialect' | 'filter'>,
): Filter {
  const all: readonly Filter[] = [
    asked,
    ...(filter === null ? [] : [{ is: 'written', text: filter } as const]),
    ...(dialect === 'ldap' ? [] : PEOPLE),
  ]
  return all.length === 1 ? asked : { is: 'and', all }
}

const of = (attribute: string, value: string): Filter => ({ is: 'equal', attribute, value })

const PEOPLE: readonly Filter[] = [
  of('objectCategory', 'person'),
  of('objectClass', 'user'),
  { is: 'not', one: of('objectClass', 'computer') },
]

/** Whom a DN is a member of, and what those are members of. */
export const LDAP_MATCHING_RULE_IN_CHAIN = '1.2.840.113556.1.4.1941'
