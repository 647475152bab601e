import type { PeopleStore } from '../../../directories/index.ts'
import { helpDeskViewIn, personIn, summaryIn } from '../../rows-people.ts'
import { personRow } from '../../to-rows.ts'
import type { PortDeps } from './deps.ts'
import { createEndings } from './endings.ts'

export function peopleStore(deps: PortDeps): PeopleStore {
  const { writer, reader, toRows } = deps
  const { endingBy, answerOf, tellEvents } = createEndings(deps)
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

    async set(person, events, by, seen) {
      const of = {
        ...{ row: personRow(person), seen: seen ? personRow(seen) : null },
        ending: endingBy(by),
        told: toRows.told(events),
      }
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
      tellEvents(answer.events)
      return answer.erased
    },

    async resetFactor(account, { factor, enrolment }, events, by) {
      const of = { account, factor, enrolment, ending: endingBy(by), told: toRows.told(events) }
      return answerOf(await writer.call('people.resetFactor', of))
    },

    unlock: (account, factor, limits, now, events) =>
      writer.call('people.unlock', { account, factor, limits, now, told: toRows.told(events) }),
  }
}
