import type { LocalPerson, PeopleStore, Summary } from '../../../directories/index.ts'
import { instantOf, LOCALES } from '../../../kernel/index.ts'
import { factorsIn, idIn, textsIn, wordIn } from '../../rows.ts'
import type { PersonRow } from '../../schema.ts'
import { personRow } from '../../to-rows.ts'
import type { PortDeps } from './deps.ts'

export function peopleStore({ writer, reader, toRows }: PortDeps): PeopleStore {
  return {
    async find(directory, by) {
      const row = await reader.read((reads) =>
        'nameKey' in by
          ? reads.personByName.get({ directory, name_key: by.nameKey })
          : reads.personByAccount.get({ directory, account: by.account }),
      )
      return row && personIn(row)
    },

    async summary(directory, by) {
      const row = await reader.read((reads) =>
        'nameKey' in by
          ? reads.summaryByName.get({ directory, name_key: by.nameKey })
          : reads.summaryByAccount.get({ directory, account: by.account }),
      )
      return row && summaryIn(row)
    },

    add: (people, events) =>
      writer.call('people.add', {
        people: people.map(({ person, enrolment }) => ({
          row: personRow(person),
          enrolment: enrolment && toRows.enrolment(enrolment),
        })),
        told: toRows.told(events),
      }),

    set: (person, events) =>
      writer.call('people.set', { row: personRow(person), told: toRows.told(events) }),

    async list(directory, after, limit) {
      const rows = await reader.read((reads) =>
        reads.people.all({ directory, after, count: limit }),
      )
      return rows.map(summaryIn)
    },

    remove: (account, events) =>
      writer.call('people.remove', { account, told: toRows.told(events) }),

    erase: (account, events) => writer.call('people.erase', { account, told: toRows.told(events) }),

    resetFactor: (account, factor, events) =>
      writer.call('people.resetFactor', { account, factor, told: toRows.told(events) }),

    unlock: (account, factor, events) =>
      writer.call('people.unlock', { account, factor, told: toRows.told(events) }),
  }
}

function summaryIn(row: PersonRow & { readonly factors: string }): Summary {
  return { ...personIn(row), factors: factorsIn(row.factors) }
}

function personIn(row: PersonRow): LocalPerson {
  const { directory, username, name_key, display_name, locale } = row
  return {
    account: idIn('account', row.account),
    directory,
    username,
    nameKey: name_key,
    displayName: display_name,
    emails: textsIn(row.emails),
    phones: textsIn(row.phones),
    locale: locale === null ? null : wordIn(LOCALES, locale),
    state: wordIn(['enabled', 'disabled'], row.state),
    createdAt: instantOf(row.created_at),
  }
}
