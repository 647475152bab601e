import { usernameOf } from '../support/load.ts'
import { ldifEntry } from '../support/population/ldif.ts'
import { type Inhabitant, ordinary, UNITS } from '../support/population/people.ts'
import { sambaEntry } from '../support/population/samba.ts'
import { slapdEntry } from '../support/population/slapd.ts'

/** Before the number in each name; people of our own store begin with another letter. */
export const DIRECTORY_PREFIX = 'd'

type State = 'enabled' | 'disabled'

export const slapdPeople = (count: number, state: State = 'enabled'): string =>
  ldifOf(
    'ou=people,dc=kestrel,dc=example',
    people(count, state).map((one) => slapdEntry(one)),
  )

export const sambaPeople = (count: number): string =>
  ldifOf('OU=People,DC=corp,DC=kestrel,DC=example', people(count, 'enabled').map(sambaEntry))

const people = (count: number, state: State): readonly Inhabitant[] =>
  Array.from({ length: count }, (_, n) => ({
    ...ordinary(n),
    ...{ login: usernameOf(DIRECTORY_PREFIX, n), state },
  }))

function ldifOf(base: string, entries: readonly string[]): string {
  const units = UNITS.map((ou) =>
    ldifEntry(`ou=${ou},${base}`, { objectClass: 'organizationalUnit', ou }),
  )
  return [...units, ...entries].join('')
}

/** So many names of so many people, evenly from all of them, again from the first where there are fewer people. */
export const namesOf = (lookups: number, people: number): readonly string[] =>
  Array.from({ length: lookups }, (_, n) =>
    usernameOf(DIRECTORY_PREFIX, Math.floor((n * Math.max(1, people / lookups)) % people)),
  )
