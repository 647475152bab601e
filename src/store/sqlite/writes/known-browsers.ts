import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { EarnedMessage } from '../operations.ts'
import { columns, given, prepare, type Query } from '../statements.ts'

export type KnownBrowsers = {
  /** It is known from now on; of the account's others the newest stay. */
  know(account: string, earned: EarnedMessage): void
  /** What lanes of browsers that are known no more had counted of the factor. */
  untally(of: { readonly account: string; readonly factor: string }): void
  forget(account: string): void
}

export function createKnownBrowsers(db: Database, query: Query): KnownBrowsers {
  const theirs = query.selectFrom('known_browsers').where('account', '=', given('account'))
  // A clock that is set back makes nothing known for a shorter time.
  const put = prepare(
    db,
    query
      .insertInto('known_browsers')
      .values(columns('account', 'browser', 'at', 'factor', 'destination'))
      .onConflict((clash) =>
        clash.columns(['account', 'browser']).doUpdateSet({
          at: sql<number>`max(at, excluded.at)`,
          factor: sql.ref('excluded.factor'),
          destination: sql.ref('excluded.destination'),
        }),
      ),
  )
  const trim = prepare(
    db,
    query
      .deleteFrom('known_browsers')
      .where('account', '=', given('account'))
      .where('browser', '<>', given('browser'))
      .where(
        'browser',
        'not in',
        theirs
          .select('browser')
          .where('browser', '<>', given('browser'))
          .where('at', '>', given<number>('since'))
          .orderBy('at', 'desc')
          .limit(sql<number>`${given<number>('browsers_max')} - 1`),
      ),
  )
  const untally = prepare(
    db,
    query
      .deleteFrom('counters')
      .where('account', '=', given('account'))
      .where('factor', '=', given('factor'))
      .where('lane', 'like', sql.lit('browser:%'))
      .where(sql`substr(lane, 9)`, 'not in', theirs.select('browser')),
  )
  const forget = prepare(
    db,
    query.deleteFrom('known_browsers').where('account', '=', given('account')),
  )

  return {
    know(account, { browser, at, since, browsers_max, factor, destination }) {
      put.run({ account, browser, at, factor, destination })
      trim.run({ account, browser, since, browsers_max })
    },
    untally({ account, factor }) {
      untally.run({ account, factor })
    },
    forget(account) {
      forget.run({ account })
    },
  }
}
