import type { Database } from 'better-sqlite3'
import { sql as raw } from 'kysely'
import type { OnceMessage, Operations } from '../operations.ts'
import { columns, given, prepare, type Query } from '../statements.ts'
import { createTell } from './tell.ts'

type RequestOperations = Pick<Operations, Extract<keyof Operations, `requests.${string}`>>

/** As `stepUpWrites`: a 'no' has written nothing but what it used up. */
export function requestWrites(db: Database, query: Query): RequestOperations {
  const tell = createTell(db, query)
  const sql = prepared(db, query)

  return {
    'requests.push'({ row, once }) {
      if (once !== null && isReplayed(once)) return 'assertion-replayed'
      if (isNonceReplayed(row)) return 'nonce-replayed'
      if (once !== null) sql.useUp.run(once)
      sql.insert.run(row)
      return 'pushed'
    },

    'requests.park'({ row, now }) {
      const kept = sql.find.get({ uri_hash: row.uri_hash })
      if (kept !== undefined) {
        const isOurs = kept.client === row.client && now < kept.expires_at
        return isOurs ? { request: kept.value } : 'expired'
      }
      if (now >= row.open_by || now >= row.expires_at) return 'expired'
      if (isNonceReplayed(row)) return 'nonce-replayed'
      sql.insert.run(row)
      return { request: row.value }
    },

    'requests.issue'({ step_up, browser, hash, seconds, now, spare }) {
      const kept = sql.withStepUp.get({ step_up })
      if (kept === undefined) return { heard: 'unknown' }
      const about = { at: now, actor: 'person', stepUp: step_up, client: kept.client }
      const say = (event: string) => {
        const text = JSON.stringify({ ...about, account: kept.account, event })
        tell([{ id: spare.id, event: text }])
        return text
      }
      if (kept.browser !== browser)
        return { heard: 'other-browser', event: say('step-up.other-browser') }

      const { request, stepUp } = kept
      const told = { request, stepUp, event: null }
      if (kept.state !== 'satisfied')
        return { heard: ENDS.has(kept.state) ? 'ended' : 'open', ...told }
      const code = sql.codeOf.get({ step_up })
      if (code === undefined) {
        sql.issue.run({ hash, step_up, issued_at: now })
        return { heard: 'issued', request, stepUp, event: say('authorization-code.issued') }
      }
      // After a change of keys the derived code is another one: the one that was issued cannot be repeated.
      const isWaiting =
        code.hash === hash && code.redeemed_at === null && now <= code.issued_at + seconds * 1000
      return { heard: isWaiting ? 'again' : 'spent', ...told }
    },

    'requests.redeem'(wanted) {
      const { hash, once, now, spare } = wanted
      if (once !== null && isReplayed(once)) return { heard: 'assertion-replayed' }
      // Good once, also where it was brought for a code that is none.
      if (once !== null) sql.useUp.run(once)
      const kept = sql.code.get({ hash })
      if (
        kept === undefined ||
        kept.client !== wanted.client ||
        kept.redirect_uri !== wanted.redirect_uri ||
        kept.state !== 'satisfied'
      )
        return { heard: 'unknown' }

      const about = { at: now, actor: 'client', stepUp: kept.step_up, client: kept.client }
      const say = (event: string) => {
        const text = JSON.stringify({ ...about, account: kept.account, event })
        tell([{ id: spare.id, event: text }])
        return text
      }
      if (kept.redeemed_at !== null) {
        sql.endToken.run({ hash })
        return { heard: 'replayed', event: say('authorization-code.replayed') }
      }
      if (now > kept.issued_at + wanted.seconds * 1000) return { heard: 'expired' }
      if (kept.code_challenge !== wanted.verifier_hash) {
        sql.redeem.run({ hash, redeemed_at: now, token_hash: null, token_expires_at: null })
        const refused = { at: now, actor: 'client', event: 'request.refused', client: kept.client }
        const event = JSON.stringify({ ...refused, reason: 'verifier-wrong' })
        tell([{ id: spare.id, event }])
        return { heard: 'verifier-wrong', event }
      }
      const { token_hash, token_expires_at } = wanted
      sql.redeem.run({ hash, redeemed_at: now, token_hash, token_expires_at })
      const { request, stepUp } = kept
      return { heard: 'redeemed', request, stepUp, event: say('authorization-code.redeemed') }
    },

    'requests.refuse'(told) {
      tell([told])
      return null
    },
  }

  function isReplayed({ client, jti }: OnceMessage): boolean {
    return sql.isUsed.get({ client, jti }) !== undefined
  }

  function isNonceReplayed({ client, nonce }: { client: string; nonce: string | null }): boolean {
    return nonce !== null && sql.isNonceUsed.get({ client, nonce }) !== undefined
  }
}

const ENDS: ReadonlySet<string> = new Set(['refused', 'cancelled', 'expired'])

function prepared(db: Database, query: Query) {
  const nothing = raw.lit(null)
  return {
    isUsed: prepare(
      db,
      query
        .selectFrom('client_assertions')
        .select('jti')
        .where('client', '=', given('client'))
        .where('jti', '=', given('jti')),
    ),
    useUp: prepare(
      db,
      query.insertInto('client_assertions').values(columns('client', 'jti', 'expires_at')),
    ),
    isNonceUsed: prepare(
      db,
      query
        .selectFrom('requests')
        .select('uri_hash')
        .where('client', '=', given('client'))
        .where('nonce', '=', given('nonce')),
    ),
    insert: prepare(
      db,
      query
        .insertInto('requests')
        .values(
          columns(
            ...(['uri_hash', 'step_up', 'client', 'nonce', 'redirect_uri'] as const),
            ...(['code_challenge', 'open_by', 'expires_at', 'value'] as const),
          ),
        ),
    ),
    find: prepare(
      db,
      query
        .selectFrom('requests')
        .select(['client', 'expires_at', 'value'])
        .where('uri_hash', '=', given('uri_hash')),
    ),
    withStepUp: prepare(
      db,
      query
        .selectFrom('requests')
        .innerJoin('step_ups', 'step_ups.id', 'requests.step_up')
        .select([
          'requests.client',
          'requests.value as request',
          'step_ups.account',
          'step_ups.browser',
          'step_ups.state',
          'step_ups.value as stepUp',
        ])
        .where('requests.step_up', '=', given('step_up')),
    ),
    codeOf: prepare(
      db,
      query
        .selectFrom('authorization_codes')
        .select(['hash', 'issued_at', 'redeemed_at'])
        .where('step_up', '=', given('step_up')),
    ),
    issue: prepare(
      db,
      query.insertInto('authorization_codes').values(columns('hash', 'step_up', 'issued_at')),
    ),
    code: prepare(
      db,
      query
        .selectFrom('authorization_codes')
        .innerJoin('requests', 'requests.step_up', 'authorization_codes.step_up')
        .innerJoin('step_ups', 'step_ups.id', 'authorization_codes.step_up')
        .select([
          'authorization_codes.step_up',
          'authorization_codes.issued_at',
          'authorization_codes.redeemed_at',
          'requests.client',
          'requests.redirect_uri',
          'requests.code_challenge',
          'requests.value as request',
          'step_ups.account',
          'step_ups.state',
          'step_ups.value as stepUp',
        ])
        .where('authorization_codes.hash', '=', given('hash')),
    ),
    redeem: prepare(
      db,
      query
        .updateTable('authorization_codes')
        .set(columns('redeemed_at', 'token_hash', 'token_expires_at'))
        .where('hash', '=', given('hash'))
        .where('redeemed_at', 'is', null),
    ),
    endToken: prepare(
      db,
      query
        .updateTable('authorization_codes')
        .set({ token_hash: nothing, token_expires_at: nothing })
        .where('hash', '=', given('hash')),
    ),
  }
}
