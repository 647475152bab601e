import type { Database } from 'better-sqlite3'
import type { AppOperations } from '../operations-apps.ts'
import type { Query } from '../statements.ts'
import { createEndSignIns } from './ending.ts'
import { createEnrolments } from './enrolments.ts'
import { createKnownBrowsers } from './known-browsers.ts'
import { createNotices } from './notices.ts'
import { createSwap } from './swap.ts'

const FACTOR = 'totp'

/** What a person does with their OTP apps. As with step-ups, every 'no' precedes the first write. */
export function appWrites(db: Database, query: Query): AppOperations {
  const enrolments = createEnrolments(db, query)
  const endSignIns = createEndSignIns(db, query)
  const browsers = createKnownBrowsers(db, query)
  const notices = createNotices(db, query)
  const swap = createSwap(db, query)

  return {
    'stepUps.renameApp'({ change, account, id, name }) {
      if (idsOf(account).every((one) => one !== id)) return 'unknown'
      if (!swap(change)) return 'stale'
      enrolments.rename({ account, id, name })
      return 'renamed'
    },

    'stepUps.removeApp'({ change, account, id, instead, ending, about }) {
      const ids = idsOf(account)
      if (!ids.includes(id)) return { heard: 'unknown', events: [] }
      if (instead !== null && !ids.some((one) => instead.includes(one)))
        return { heard: 'last', events: [] }
      if (!swap(change)) return { heard: 'stale', events: [] }
      enrolments.end({ account, factor: FACTOR, id })
      browsers.forget(account)
      notices.add({
        ...{ id: ending.spare.id, account, lane: 'proven', kind: 'removed', factor: FACTOR },
        ...{ at: ending.at, about },
      })
      const of = { account, factor: FACTOR, but: change.row.id, ending, spares: 'none' } as const
      return { heard: 'removed', events: endSignIns(of) }
    },
  }

  function idsOf(account: string): readonly string[] {
    return enrolments.of({ account, factor: FACTOR }).map(({ id }) => id)
  }
}
