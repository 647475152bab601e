import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import { formerOf, isAsSeen } from '../../to-rows.ts'
import type { EndingMessage, Operations } from '../operations.ts'
import { columns, given, prepare, type Query } from '../statements.ts'
import { createEndSignIns } from './ending.ts'
import { createEnrolments } from './enrolments.ts'
import { createKnownBrowsers } from './known-browsers.ts'
import { createNotices } from './notices.ts'
import { createOperatorCodes } from './operator-codes.ts'
import { createTell } from './tell.ts'

type PeopleOperations = Pick<Operations, Extract<keyof Operations, `people.${string}`>>

const PERSON = [
  ...(['account', 'directory', 'username', 'name_key', 'display_name'] as const),
  ...(['emails', 'phones', 'locale', 'state', 'created_at'] as const),
] as const

export function peopleWrites(db: Database, query: Query): PeopleOperations {
  const tell = createTell(db, query)
  const enrolments = createEnrolments(db, query)
  const notices = createNotices(db, query)
  const endSignIns = createEndSignIns(db, query)
  const browsers = createKnownBrowsers(db, query)
  const codes = createOperatorCodes(db, query)
  const run = prepared(db, query)

  return {
    'people.add'({ people, told }) {
      const seen = new Set<string>()
      const nameKeys = new Set<string>()
      for (const { row } of people) {
        const { directory, name_key } = row
        const name = JSON.stringify([directory, name_key])
        if (seen.has(name) || run.named.get({ directory, name_key }) !== undefined)
          nameKeys.add(name_key)
        seen.add(name)
      }
      if (nameKeys.size > 0) return { heard: 'exists', nameKeys: [...nameKeys] }
      for (const { row, enrolment } of people) {
        const { account, directory } = row
        run.account.run({ account, directory, immutable_id: account })
        run.insert.run(row)
        if (enrolment !== null) enrolments.add(enrolment)
      }
      tell(told)
      return { heard: 'added' }
    },

    'people.set'({ row, seen, ending, told }) {
      const { account, directory, name_key } = row
      const before = run.find.get({ account })
      if (before === undefined) return { heard: 'unknown', events: [] }
      if (seen !== null && !isAsSeen(before, seen)) return { heard: 'stale', events: [] }
      const holder = run.named.get({ directory, name_key })
      if (holder !== undefined && holder.account !== account) return { heard: 'exists', events: [] }
      run.update.run(row)
      tell(told)
      const isAsBefore = RELIED_ON.every((name) => before[name] === row[name])
      if (before.emails !== row.emails || before.phones !== row.phones)
        notices.addOperators(account, 'contacts', { told, at: ending.at, former: formerOf(before) })
      const spares = row.state === 'enabled' ? 'asked-nothing' : 'none'
      const events = isAsBefore ? [] : endSignIns({ account, factor: null, ending, spares })
      if (row.state !== 'enabled') {
        browsers.forget(account)
        codes.end({ account, kind: null })
      }
      return { heard: 'set', events }
    },

    'people.remove'({ account, ending, told }) {
      if (run.find.get({ account }) === undefined) return { heard: 'unknown', events: [] }
      clear(account)
      run.gone.run({ account, at: ending.at })
      tell(told)
      return {
        heard: 'removed',
        events: endSignIns({ account, factor: null, ending, spares: 'none' }),
      }
    },

    'people.erase'({ directory, account, ending, told }) {
      // Also for somebody who was removed before: what is left of them goes then.
      if (run.known.get({ directory, account }) === undefined)
        return { heard: 'unknown', events: [] }
      const events = erase(account, ending)
      tell(told)
      return { heard: 'erased', events }
    },

    'people.eraseGone'({ before, at, spares }) {
      const actor = 'system'
      const over = run.over.all({ before, rows: spares.length })
      const events = over.flatMap(({ account }, n) => {
        const spare = spares[n]
        if (spare === undefined) return []
        const ended = erase(account, { at, actor, spare })
        const event = JSON.stringify({ event: 'person.erased', at, actor, account })
        tell([{ id: spare.id, event }])
        return [...ended, event]
      })
      return { erased: over.length, events }
    },

    'people.resetFactor'({ account, factor, enrolment, ending, told }) {
      if (enrolments.end({ account, factor, id: enrolment }) === 0)
        return { heard: 'unknown', events: [] }
      // What counts against who guesses the others' codes stays.
      if (enrolment === null) run.untally.run({ account, factor })
      browsers.forget(account)
      tell(told)
      notices.addOperators(account, 'reset', { told, at: ending.at, factor })
      return { heard: 'reset', events: endSignIns({ account, factor, ending, spares: 'none' }) }
    },

    'people.unlock'({ account, factor, limits, now, told }) {
      const { cap, sendsMax } = limits
      const of = { account, factor }
      const isHeld =
        run.locked.get({ ...of, cap, now }) !== undefined ||
        run.silent.get({ ...of, ...sendsMax, now }) !== undefined
      if (!isHeld) return 'not-locked'
      run.untally.run(of)
      run.unsend.run(of)
      tell(told)
      return 'unlocked'
    },
  }

  function erase(account: string, ending: EndingMessage): readonly string[] {
    clear(account)
    const events = endSignIns({ account, factor: null, ending, spares: 'none' })
    run.endCodes.run({ account })
    run.endRequests.run({ account })
    run.endStepUps.run({ account })
    run.forget.run({ account })
    return events
  }

  function clear(account: string): void {
    enrolments.end({ account, factor: null, id: null })
    run.untally.run({ account, factor: null })
    run.unsend.run({ account, factor: null })
    browsers.forget(account)
    codes.end({ account, kind: null })
    notices.end(account)
    run.remove.run({ account })
    run.unset.run({ account })
  }
}

/** What a question under way was planned on. */
const RELIED_ON = ['emails', 'phones', 'state'] as const
const CHANGED = PERSON.filter((name) => name !== 'created_at' && name !== 'account')

function prepared(db: Database, query: Query) {
  const account = given('account')
  const now = given<number>('now')
  const isOf = (name: 'factor' | 'channel') => {
    const factor = given<string | null>('factor')
    return sql<boolean>`(${factor} is null or ${sql.ref(name)} = ${factor})`
  }
  const theirs = query.selectFrom('step_ups').select('id').where('account', '=', account)
  return {
    named: prepare(
      db,
      query
        .selectFrom('people')
        .select('account')
        .where('directory', '=', given('directory'))
        .where('name_key', '=', given('name_key')),
    ),
    find: prepare(db, query.selectFrom('people').select(CHANGED).where('account', '=', account)),
    known: prepare(
      db,
      query
        .selectFrom('accounts')
        .select('account')
        .where('account', '=', account)
        .where('directory', '=', given('directory')),
    ),
    account: prepare(
      db,
      query.insertInto('accounts').values(columns('account', 'directory', 'immutable_id')),
    ),
    insert: prepare(db, query.insertInto('people').values(columns(...PERSON))),
    update: prepare(
      db,
      query
        .updateTable('people')
        .set(columns(...PERSON))
        .where('account', '=', account),
    ),
    remove: prepare(db, query.deleteFrom('people').where('account', '=', account)),
    unset: prepare(db, query.deleteFrom('person_settings').where('account', '=', account)),
    gone: prepare(
      db,
      query
        .updateTable('accounts')
        .set({ gone_at: given<number>('at') })
        .where('account', '=', account),
    ),
    /** Gone for longer; whoever is there is never among them, whatever `gone_at` says. */
    over: prepare(
      db,
      query
        .selectFrom('accounts')
        .select('account')
        .where('gone_at', 'is not', null)
        .where('gone_at', '<=', given<number>('before'))
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('people').select('account').whereRef('account', '=', 'accounts.account'),
            ),
          ),
        )
        .orderBy('gone_at')
        .limit(given<number>('rows')),
    ),
    forget: prepare(db, query.deleteFrom('accounts').where('account', '=', account)),
    /** Paused, or at the cap of its class of lanes. */
    locked: prepare(
      db,
      query
        .selectFrom('counters')
        .select('factor')
        .where('account', '=', account)
        .where(isOf('factor'))
        .groupBy(['factor', sql`lane = 'unsigned'`])
        .having(
          sql<boolean>`max(locked_until) > ${now} or sum(failures) >= ${given<number>('cap')}`,
        ),
    ),
    /** Its messages of this window are used up. */
    silent: prepare(
      db,
      query
        .selectFrom('send_budgets')
        .select('channel')
        .where('account', '=', account)
        .where(isOf('channel'))
        .where('next_at', '>', now)
        .where(
          sql<boolean>`sends >= iif(lane = 'unsigned', ${given<number>('unsigned')}, ${given<number>('signed')})`,
        ),
    ),
    unsend: prepare(
      db,
      query.deleteFrom('send_budgets').where('account', '=', account).where(isOf('channel')),
    ),
    untally: prepare(
      db,
      query.deleteFrom('counters').where('account', '=', account).where(isOf('factor')),
    ),
    endCodes: prepare(db, query.deleteFrom('authorization_codes').where('step_up', 'in', theirs)),
    endRequests: prepare(db, query.deleteFrom('requests').where('step_up', 'in', theirs)),
    endStepUps: prepare(db, query.deleteFrom('step_ups').where('account', '=', account)),
  }
}
