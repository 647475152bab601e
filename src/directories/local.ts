import { parseId } from '../kernel/index.ts'
import type { Answer, Directory, Person, Query } from './directory.ts'
import { nameKeyOf } from './name-key.ts'
import type { LocalPerson, PeopleStore } from './people-store.ts'

/** People kept in our own store. Its immutable id of a person is the account id itself. */
export function createLocalDirectory(deps: {
  readonly name: string
  readonly store: Pick<PeopleStore, 'find'>
}): Directory {
  const { name, store } = deps
  return {
    name,
    async find(query) {
      const by = keyOf(query, name)
      const person = by && (await store.find(name, by))
      if (person === undefined) return { found: 'not-found' }
      return answerOf(person)
    },
  }
}

/** Undefined for what can be nobody here, so that the store is not asked. */
function keyOf(query: Query, name: string): Parameters<PeopleStore['find']>[1] | undefined {
  if (query.by === 'name') {
    const nameKey = nameKeyOf(query.value)
    return nameKey === undefined ? undefined : { nameKey }
  }
  const account = query.directory === name ? parseId('account', query.value) : undefined
  return account === undefined ? undefined : { account }
}

function answerOf(person: LocalPerson): Answer {
  switch (person.state) {
    case 'disabled':
      return { found: 'disabled', reason: 'disabled' }
    case 'enabled':
      return { found: 'person', person: personOf(person) }
  }
}

const personOf = (local: LocalPerson): Person => ({
  account: local.account,
  directory: local.directory,
  immutableId: local.account,
  username: local.username,
  displayName: local.displayName,
  emails: local.emails,
  phones: local.phones,
  groups: [],
  locale: local.locale,
})
