import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { Operations } from '../operations.ts'
import { given, prepare, type Query } from '../statements.ts'
import { createTell } from './tell.ts'

type UpkeepOperations = Pick<Operations, Extract<keyof Operations, `upkeep.${string}`>>

/** A page that comes late can still be told that it is over, and a replay still be told from a stranger. */
const KEPT_MS = 3_600_000
/** Longer than any window of sends. */
const BUDGETS_KEPT_MS = 24 * 3_600_000
/** As long as the cookie that names one lives. */
const BROWSERS_KEPT_MS = 90 * 24 * 3_600_000

const ENDS: ReadonlySet<string> = new Set(['satisfied', 'refused', 'cancelled', 'expired'])

export function upkeepWrites(db: Database, query: Query): UpkeepOperations {
  const run = prepared(db, query)
  const tell = createTell(db, query)

  return {
    'upkeep.sweep'({ now, spares }) {
      const before = now - KEPT_MS
      const rows = spares.length
      const events: string[] = []
      const over = run.over.all({ before, rows })
      over.forEach(({ id, account, state, client }, n) => {
        const spare = spares[n]
        if (!ENDS.has(state) && spare !== undefined) {
          const about = { at: now, actor: 'system', stepUp: id, client, account }
          const event = JSON.stringify({ ...about, event: 'step-up.expired' })
          tell([{ id: spare.id, event }])
          events.push(event)
        }
        run.code.run({ id })
        run.stepUp.run({ id })
      })
      return {
        stepUps: over.length,
        requests: run.requests.run({ before, rows }).changes,
        assertions: run.assertions.run({ before, rows }).changes,
        consumed: run.consumed.run({ before, rows }).changes,
        sendBudgets: run.budgets.run({ before: now - BUDGETS_KEPT_MS, rows }).changes,
        operatorCodes: run.codes.run({ before, rows }).changes,
        knownBrowsers: run.browsers.run({ before: now - BROWSERS_KEPT_MS, rows }).changes,
        grants: run.grants.run({ before: now, rows }).changes,
        events,
      }
    },

    'upkeep.reseal'({ changes, actor, now, spare }) {
      let resealed = 0
      for (const { table, row, from, to } of changes) {
        const put = table === 'enrolments' ? run.enrolment : run.signingKey
        resealed += put.run({ row, from, to }).changes
      }
      if (resealed === 0) return { resealed, event: null }
      const event = JSON.stringify({
        event: 'field-keys.resealed',
        at: now,
        actor,
        count: resealed,
      })
      tell([{ id: spare.id, event }])
      return { resealed, event }
    },

    'upkeep.diagnose': () => ({ synchronous: Number(db.pragma('synchronous', { simple: true })) }),
  }
}

function prepared(db: Database, query: Query) {
  const before = given<number>('before')
  const rows = given<number>('rows')
  return {
    over: prepare(
      db,
      query
        .selectFrom('step_ups')
        .select([
          ...(['id', 'account', 'state'] as const),
          sql<string>`json_extract(value, '$.request.client')`.as('client'),
        ])
        .where('expires_at', '<=', before)
        .orderBy('expires_at')
        .limit(rows),
    ),
    stepUp: prepare(db, query.deleteFrom('step_ups').where('id', '=', given('id'))),
    code: prepare(db, query.deleteFrom('authorization_codes').where('step_up', '=', given('id'))),
    // A request goes with its step-up or later: what could still be redeemed needs both.
    requests: prepare(
      db,
      query.deleteFrom('requests').where(
        'uri_hash',
        'in',
        query
          .selectFrom('requests')
          .select('uri_hash')
          .where('expires_at', '<=', before)
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(selectFrom('step_ups').select('id').whereRef('id', '=', 'requests.step_up')),
            ),
          )
          .orderBy('expires_at')
          .limit(rows),
      ),
    ),
    assertions: prepare(
      db,
      query
        .deleteFrom('client_assertions')
        .where(
          ({ refTuple }) => refTuple('client', 'jti'),
          'in',
          query
            .selectFrom('client_assertions')
            .select(['client', 'jti'])
            .where('expires_at', '<=', before)
            .orderBy('expires_at')
            .limit(rows)
            .$asTuple('client', 'jti'),
        ),
    ),
    consumed: prepare(
      db,
      query
        .deleteFrom('consumed')
        .where(
          'source',
          'in',
          query
            .selectFrom('consumed')
            .select('source')
            .where('expires_at', 'is not', null)
            .where('expires_at', '<=', before)
            .orderBy('expires_at')
            .limit(rows),
        ),
    ),
    budgets: prepare(
      db,
      query
        .deleteFrom('send_budgets')
        .where(
          ({ refTuple }) => refTuple('account', 'channel', 'lane'),
          'in',
          query
            .selectFrom('send_budgets')
            .select(['account', 'channel', 'lane'])
            .where('window_started_at', '<=', before)
            .orderBy('window_started_at')
            .limit(rows)
            .$asTuple('account', 'channel', 'lane'),
        ),
    ),
    browsers: prepare(
      db,
      query
        .deleteFrom('known_browsers')
        .where(
          ({ refTuple }) => refTuple('account', 'browser'),
          'in',
          query
            .selectFrom('known_browsers')
            .select(['account', 'browser'])
            .where('at', '<=', before)
            .orderBy('at')
            .limit(rows)
            .$asTuple('account', 'browser'),
        ),
    ),
    grants: prepare(
      db,
      query
        .deleteFrom('trust_grants')
        .where(
          ({ refTuple }) => refTuple('account', 'id'),
          'in',
          query
            .selectFrom('trust_grants')
            .select(['account', 'id'])
            .where('expires_at', '<=', before)
            .orderBy('expires_at')
            .limit(rows)
            .$asTuple('account', 'id'),
        ),
    ),
    codes: prepare(
      db,
      query
        .deleteFrom('operator_codes')
        .where(
          ({ refTuple }) => refTuple('account', 'kind'),
          'in',
          query
            .selectFrom('operator_codes')
            .select(['account', 'kind'])
            .where('expires_at', '<=', before)
            .orderBy('expires_at')
            .limit(rows)
            .$asTuple('account', 'kind'),
        ),
    ),
    enrolment: prepare(
      db,
      query
        .updateTable('enrolments')
        .set({ secret: given('to') })
        .where('id', '=', given('row'))
        .where('secret', '=', given('from')),
    ),
    signingKey: prepare(
      db,
      query
        .updateTable('signing_keys')
        .set({ private_key: given('to') })
        .where('kid', '=', given('row'))
        .where('private_key', '=', given('from')),
    ),
  }
}
