import type {
  By,
  HelpDeskView,
  LocalPerson,
  PeopleStore,
  Summary,
} from '../../../directories/index.ts'
import { instantOf, LOCALES } from '../../../kernel/index.ts'
import { eventIn, factorsIn, idIn, sendsIn, talliesIn, textsIn, wordIn } from '../../rows.ts'
import type { PersonRow } from '../../schema.ts'
import { personRow } from '../../to-rows.ts'
import type { PortDeps } from './deps.ts'

export function peopleStore({ writer, reader, toRows, heard }: PortDeps): PeopleStore {
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
      return row && helpDeskViewIn(row)
    },

    add: (people, events) =>
      writer.call('people.add', {
        people: people.map(({ person, enrolment }) => ({
          row: personRow(person),
          enrolment: enrolment && toRows.enrolment(enrolment),
        })),
        told: toRows.told(events),
      }),

    async set(person, events, by) {
      const of = { row: personRow(person), ending: endingBy(by), told: toRows.told(events) }
      return answerOf(await writer.call('people.set', of))
    },

    async list(directory, after, limit) {
      const rows = await reader.read((reads) =>
        reads.people.all({ directory, after, count: limit }),
      )
      return rows.map(summaryIn)
    },

    async remove(account, events, by) {
      const of = { account, ending: endingBy(by), told: toRows.told(events) }
      return answerOf(await writer.call('people.remove', of))
    },

    async erase(directory, account, events, by) {
      const of = { directory, account, ending: endingBy(by), told: toRows.told(events) }
      return answerOf(await writer.call('people.erase', of))
    },

    async eraseGone(before, at, { rowsMax }) {
      const of = { before, at, spares: toRows.spares(rowsMax) }
      const answer = await writer.call('people.eraseGone', of)
      if (answer.events.length > 0) heard(answer.events.map(eventIn))
      return answer.erased
    },

    async resetFactor(account, factor, events, by) {
      const of = { account, factor, ending: endingBy(by), told: toRows.told(events) }
      return answerOf(await writer.call('people.resetFactor', of))
    },

    unlock: (account, factor, limits, now, events) =>
      writer.call('people.unlock', { account, factor, limits, now, told: toRows.told(events) }),
  }

  function endingBy({ at, actor }: By) {
    return { at, actor, spare: toRows.spare() }
  }

  function answerOf<H>(answer: { readonly heard: H; readonly events: readonly string[] }): H {
    if (answer.events.length > 0) heard(answer.events.map(eventIn))
    return answer.heard
  }
}

function helpDeskViewIn(row: Parameters<typeof summaryIn>[0] & HeldUp): HelpDeskView {
  return { ...summaryIn(row), tallies: talliesIn(row.tallies), sends: sendsIn(row.sends) }
}

type HeldUp = { readonly tallies: string; readonly sends: string }

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
