import { invariant } from '../kernel/index.ts'
import type { AccountOf } from './account-of.ts'
import type { Directory, Told } from './directory.ts'
import { nameKeyOf } from './name-key.ts'

/**
 * The people of a directory of the company, each with what is ours: the account, and contacts that an operator added, after
 * those that the directory tells. It hangs on the immutable id alone, so that it outlives a new name, a move to another branch
 * and a changed mail, and does not pass on with a name. What is ours is never older than the question, however old the
 * directory's answer may be.
 */
export function createWithAccounts(deps: {
  readonly directory: Directory<Told>
  readonly accountOf: AccountOf
}): Directory {
  const { directory, accountOf } = deps
  return {
    name: directory.name,
    async find(query, signal, how) {
      const answer = await directory.find(query, signal, how)
      if (answer.found !== 'person') return answer
      const { person } = answer
      const nameKey = nameKeyOf(person.username)
      invariant(nameKey !== undefined, 'a username that was read is a name')
      const { directory: of, immutableId } = person
      const { account, contacts } = await accountOf({ directory: of, immutableId, nameKey })
      const emails = [...new Set([...person.emails, ...contacts.emails])]
      const phones = [...new Set([...person.phones, ...contacts.phones])]
      return { found: 'person', person: { ...person, account, emails, phones } }
    },
  }
}
