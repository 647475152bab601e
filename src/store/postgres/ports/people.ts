import type { PeopleStore } from '../../../directories/index.ts'
import { helpDeskViewIn, personIn, summaryIn } from '../../rows-people.ts'
import { formerOf, isAsSeen, personRow } from '../../to-rows.ts'
import { endEnrolments } from '../end-enrolments.ts'
import { type Ending, endSignIns, holdSignIns, type ToldRow } from '../ending.ts'
import { isUnique } from '../faults.ts'
import type { Tx } from '../link.ts'
import * as endingSql from '../statements/ending.ts'
import { end as endNotices } from '../statements/notices.ts'
import * as codes from '../statements/operator-codes.ts'
import * as sql from '../statements/people.ts'
import { end as endTrust } from '../statements/trust.ts'
import { createAddPeople } from './add-people.ts'
import type { PortDeps } from './deps.ts'
import { createDone, nothing } from './done.ts'
import { noticed } from './noticed.ts'

const NAME = 'people_directory_name_key_key'

/** What a question under way was planned on. */
const RELIED_ON = ['emails', 'phones', 'state'] as const

/** Short transactions. Each holds a person before it looks at what is under way for them. */
export function peopleStore(deps: PortDeps): PeopleStore {
  const { link, toRows } = deps
  const { done, endingOf } = createDone(deps)
  return {
    async find(directory, by) {
      const [row] =
        'nameKey' in by
          ? await link.read(sql.findByName, { directory, name_key: by.nameKey })
          : await link.read(sql.findByAccount, { directory, account: by.account })
      return row && personIn(row)
    },

    async summary(directory, by) {
      const [row] =
        'nameKey' in by
          ? await link.read(sql.viewByName, { directory, name_key: by.nameKey })
          : await link.read(sql.viewByAccount, { directory, account: by.account })
      return row && helpDeskViewIn(row)
    },

    async list(directory, after, limit) {
      return (await link.read(sql.list, { directory, after, count: limit })).map(summaryIn)
    },

    add: createAddPeople(deps),

    async set(person, events, by, seen) {
      const row = personRow(person)
      const { account } = row
      const spares = row.state === 'enabled' ? 'asked-nothing' : 'none'
      const ending = endingOf(account, { spares }, by)
      const told = toRows.told(events)
      try {
        return await done(async (tx) => {
          const [before] = await tx.run(sql.hold, { account })
          if (before === undefined) return nothing('unknown')
          if (seen !== undefined && !isAsSeen(before, personRow(seen))) return nothing('stale')
          await tx.run(sql.set, row)
          const isAsBefore = RELIED_ON.every((name) => before[name] === row[name])
          if (before.emails !== row.emails || before.phones !== row.phones)
            await noticed(tx, account, 'contacts', { told, at: by.at, former: formerOf(before) })
          const own = isAsBefore ? [] : await endSignIns(tx, ending)
          if (row.state !== 'enabled') {
            const of = { accounts: [account] }
            await tx.run(codes.end, of)
            await tx.run(sql.forgetBrowsers, of)
          }
          return { answer: 'set', told: [...told, ...own], own }
        })
      } catch (error) {
        if (isUnique(error, NAME)) return 'exists'
        throw error
      }
    },

    remove(account, events, by) {
      const ending = endingOf(account, {}, by)
      const told = toRows.told(events)
      return done(async (tx) => {
        const [person] = await tx.run(sql.hold, { account })
        if (person === undefined) return nothing('unknown')
        const own = await endSignIns(tx, ending)
        await clear(tx, [account])
        await tx.run(sql.gone, { account, at: by.at })
        return { answer: 'removed', told: [...told, ...own], own }
      })
    },

    erase(directory, account, events, by) {
      const ending = endingOf(account, {}, by)
      const told = toRows.told(events)
      return done(async (tx) => {
        await tx.run(sql.hold, { account })
        // Also for somebody who was removed before: what is left of them goes then.
        const [known] = await tx.run(sql.holdAccount, { directory, account })
        if (known === undefined) return nothing('unknown')
        const own = await eraseAll(tx, ending)
        return { answer: 'erased', told: [...own, ...told], own }
      })
    },

    eraseGone(before, at, { rowsMax }) {
      const spares = toRows.spares(rowsMax)
      const actor = 'system'
      return done(async (tx) => {
        const over = await tx.run(sql.holdGone, { before, rows: spares.length })
        const accounts = new Map<string, ToldRow>()
        for (const [n, { account }] of over.entries()) {
          const event = JSON.stringify({ event: 'person.erased', at, actor, account })
          const spare = spares[n]
          if (spare !== undefined) accounts.set(account, { id: spare.id, event })
        }
        if (accounts.size === 0) return nothing(0)
        const ended = await eraseAll(tx, { accounts, factor: null, spares: 'none', at, actor })
        const told = [...ended, ...accounts.values()]
        return { answer: accounts.size, told, own: told }
      })
    },

    resetFactor(account, { factor, enrolment }, events, by) {
      const ending = endingOf(account, { factor }, by)
      const told = toRows.told(events)
      const of = { accounts: [account], factor }
      return done(async (tx) => {
        await tx.run(sql.hold, { account })
        await tx.run(sql.holdElsewhere, { account })
        await tx.run(endingSql.holdStepUps, of)
        if ((await endEnrolments(tx, { ...of, enrolment })) === 0) return nothing('unknown')
        // What counts against who guesses the others' codes stays.
        if (enrolment === null) await tx.run(sql.untally, of)
        await tx.run(sql.forgetBrowsers, of)
        await noticed(tx, account, 'reset', { told, at: by.at, factor })
        const own = await endSignIns(tx, ending)
        return { answer: 'reset', told: [...told, ...own], own }
      })
    },

    unlock(account, factor, { cap, sendsMax }, now, events) {
      const told = toRows.told(events)
      const of = { accounts: [account], factor }
      return done(async (tx) => {
        const tallies = await tx.run(sql.holdTallies, { account, factor, cap, now })
        const sends = await tx.run(sql.holdSends, { account, factor, now, ...sendsMax })
        const isHeld = tallies.some(({ locked }) => locked) || sends.some(({ silent }) => silent)
        if (!isHeld) return nothing('not-locked')
        await tx.run(sql.untally, of)
        await tx.run(sql.unsend, of)
        return { answer: 'unlocked', told, own: [] }
      })
    },
  }
}

/** Everything but the audit, whose events of step-ups that ended on the way this answers with. */
async function eraseAll(tx: Tx, ending: Ending): Promise<readonly ToldRow[]> {
  const accounts = [...ending.accounts.keys()]
  const { ended } = await holdSignIns(tx, ending)
  await clear(tx, accounts)
  await tx.run(endingSql.eraseCodes, { accounts })
  await tx.run(endingSql.eraseRequests, { accounts })
  await tx.run(endingSql.eraseStepUps, { accounts })
  await tx.run(sql.forget, { accounts })
  return ended.map(({ told }) => told)
}

/** The people, and all that counts for or against them. */
async function clear(tx: Tx, accounts: readonly string[]): Promise<void> {
  const of = { accounts, factor: null }
  await tx.run(codes.end, of)
  await endEnrolments(tx, { ...of, enrolment: null })
  await tx.run(sql.untally, of)
  await tx.run(sql.unsend, of)
  await tx.run(sql.forgetBrowsers, of)
  await tx.run(endTrust, { accounts })
  await tx.run(endNotices, { accounts })
  await tx.run(sql.remove, { accounts })
}
