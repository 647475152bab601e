import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { Operations } from '../operations.ts'
import { columns, given, prepare, type Query } from '../statements.ts'
import { createEnrolments } from './enrolments.ts'
import { createTell } from './tell.ts'

type PeopleOperations = Pick<Operations, Extract<keyof Operations, `people.${string}`>>

const PERSON = [
  ...(['account', 'directory', 'username', 'name_key', 'display_name'] as const),
  ...(['emails', 'phones', 'locale', 'state', 'created_at'] as const),
] as const

export function peopleWrites(db: Database, query: Query): PeopleOperations {
  const tell = createTell(db, query)
  const enrolments = createEnrolments(db, query)
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

    'people.set'({ row, told }) {
      const { account, directory, name_key } = row
      if (run.find.get({ account }) === undefined) return 'unknown'
      const holder = run.named.get({ directory, name_key })
      if (holder !== undefined && holder.account !== account) return 'exists'
      run.update.run(row)
      tell(told)
      return 'set'
    },

    'people.remove'({ account, told }) {
      if (run.find.get({ account }) === undefined) return 'unknown'
      clear(account)
      tell(told)
      return 'removed'
    },

    'people.erase'({ account, told }) {
      // Also for somebody who was removed before: what is left of them goes then.
      if (run.known.get({ account }) === undefined) return 'unknown'
      clear(account)
      run.endCodes.run({ account })
      run.endRequests.run({ account })
      run.endStepUps.run({ account })
      run.forget.run({ account })
      tell(told)
      return 'erased'
    },

    'people.resetFactor'({ account, factor, told }) {
      if (enrolments.end({ account, factor }) === 0) return 'unknown'
      run.untally.run({ account, factor })
      tell(told)
      return 'reset'
    },

    'people.unlock'({ account, factor, told }) {
      if (run.untally.run({ account, factor }).changes === 0) return 'not-locked'
      tell(told)
      return 'unlocked'
    },
  }

  function clear(account: string): void {
    enrolments.end({ account, factor: null })
    run.untally.run({ account, factor: null })
    run.unsend.run({ account })
    run.remove.run({ account })
  }
}

function prepared(db: Database, query: Query) {
  const account = given('account')
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
    find: prepare(db, query.selectFrom('people').select('account').where('account', '=', account)),
    known: prepare(
      db,
      query.selectFrom('accounts').select('account').where('account', '=', account),
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
    forget: prepare(db, query.deleteFrom('accounts').where('account', '=', account)),
    unsend: prepare(db, query.deleteFrom('send_budgets').where('account', '=', account)),
    untally: prepare(
      db,
      query
        .deleteFrom('counters')
        .where('account', '=', account)
        .where(
          sql<boolean>`(${given<string | null>('factor')} is null or factor = ${given<string | null>('factor')})`,
        ),
    ),
    endCodes: prepare(db, query.deleteFrom('authorization_codes').where('step_up', 'in', theirs)),
    endRequests: prepare(db, query.deleteFrom('requests').where('step_up', 'in', theirs)),
    endStepUps: prepare(db, query.deleteFrom('step_ups').where('account', '=', account)),
  }
}
