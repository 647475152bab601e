import Sqlite from 'better-sqlite3'
import { sql } from 'kysely'
import { Fault } from '../../kernel/index.ts'
import { asFault } from './faults.ts'
import { accountReads, codesOf, factorsOf, sendsOf } from './reads-accounts.ts'
import { noticeReads } from './reads-notices.ts'
import { policyReads } from './reads-policy.ts'
import { createQuery, given, prepare, type Query } from './statements.ts'
import { foundStepUp, talliesOf } from './tallies.ts'
import { grantsOf } from './trust.ts'

/** Readers never wait for the writer (WAL); only a recovery after a crash of another process can hold them up. */
const BUSY_MS = 100
/** Before anybody is served: whoever is just then the last to leave the file holds it until all is written back. */
const FIRST_BUSY_MS = 2_000

type Reads = ReturnType<typeof prepared>

export type Reader = Disposable & {
  read<T>(from: (reads: Reads) => T): Promise<T>
  /** After the writer came back, perhaps to a file that was put back. */
  reopen(): void
}

/** Reads on the thread that asks: a row by its key takes microseconds, less than a message to another thread. */
export function openReader(file: string): Reader {
  const query = createQuery()
  let db: Sqlite.Database | undefined
  let reads: Reads | undefined
  let isClosed = false
  open(FIRST_BUSY_MS)
  db?.pragma(`busy_timeout = ${BUSY_MS}`)

  return {
    async read(from) {
      if (isClosed) throw new Fault('store.unavailable', 'the store is closed')
      try {
        return from(reads ?? open())
      } catch (error) {
        throw asFault(error, 'the store did not read')
      }
    },
    reopen() {
      close()
      try {
        open()
      } catch {
        // Stays away: every read tries to open it again, and is a Fault until that works.
      }
    },
    [Symbol.dispose]() {
      isClosed = true
      close()
    },
  }

  function open(busyMs = BUSY_MS): Reads {
    try {
      db = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: busyMs })
      // Not mapped: a mapping is dropped and made anew at the first read after every commit, which costs twice what reading does.
      reads = prepared(db, query)
      return reads
    } catch (error) {
      close()
      throw asFault(error, `cannot read ${file}`)
    }
  }

  function close(): void {
    reads = undefined
    db?.close()
    db = undefined
  }
}

function prepared(db: Sqlite.Database, query: Query) {
  const account = given('account')
  const withRequest = query
    .selectFrom('requests')
    .leftJoin('step_ups', 'step_ups.id', 'requests.step_up')
    .select(['requests.value as request', 'step_ups.value as stepUp'])
  const summaries = query
    .selectFrom('people')
    .selectAll()
    .select(factorsOf('people.account').as('factors'))
    .where('directory', '=', given('directory'))
  const helpDeskViews = summaries.select([
    talliesOf(sql.ref('people.account')).as('tallies'),
    sendsOf('people.account').as('sends'),
    codesOf(sql.ref('people.account')).as('codes'),
  ])
  const events = query.selectFrom('audit_events').select(['id', 'event'])
  const lastSealed = sql<number>`(select coalesce(max(position), 0) from audit_links)`

  return {
    ...accountReads(db, query),
    ...policyReads(db, query),
    ...noticeReads(db, query),
    stepUp: prepare(db, foundStepUp(query)),
    standing: prepare(
      db,
      query.selectNoFrom([
        sql<string>`(
          select json_group_array(json_object('enrolment', id, 'factor', factor,
            'provenance', provenance, 'digits', digits, 'periodSeconds', period_seconds) order by place)
          from enrolments where account = ${account})`.as('enrolled'),
        codesOf(account).as('codes'),
        talliesOf(account).as('tallies'),
        sql<string | null>`(select settings from person_settings where account = ${account})`.as(
          'settings',
        ),
        sql<number>`coalesce((select version from policy), 0)`.as('policy_version'),
        sql<string>`(
          select json_group_array(json_object('browser', browser, 'at', at,
            'factor', factor, 'destination', destination))
          from known_browsers where account = ${account})`.as('known_browsers'),
        grantsOf(account).as('grants'),
      ]),
    ),
    apps: prepare(
      db,
      query.selectNoFrom(
        sql<string>`(
          select json_group_array(json_object('enrolment', id, 'name', name, 'place', place,
            'provenance', provenance, 'at', at, 'periodSeconds', period_seconds,
            'usedTimeStep', part) order by place)
          from enrolments left join consumed on source = id
          where account = ${account} and factor = 'totp')`.as('apps'),
      ),
    ),
    totp: prepare(
      db,
      query
        .selectFrom('enrolments')
        .leftJoin('consumed', 'consumed.source', 'enrolments.id')
        .selectAll('enrolments')
        .select('consumed.part')
        .where('account', '=', account)
        .where('factor', '=', sql.lit('totp'))
        .orderBy('place'),
    ),
    operatorCode: prepare(
      db,
      query
        .selectFrom('operator_codes')
        .selectAll()
        .where('account', '=', account)
        .where('kind', '=', given('kind')),
    ),
    pushed: prepare(
      db,
      query
        .selectFrom('requests')
        .leftJoin('step_ups', 'step_ups.id', 'requests.step_up')
        .select([
          ...(['requests.client', 'requests.open_by', 'requests.expires_at'] as const),
          ...(['requests.value as request', 'step_ups.id as step_up'] as const),
        ])
        .where('uri_hash', '=', given('uri_hash')),
    ),
    request: prepare(db, withRequest.where('requests.step_up', '=', given('step_up'))),
    token: prepare(
      db,
      query
        .selectFrom('authorization_codes')
        .innerJoin('requests', 'requests.step_up', 'authorization_codes.step_up')
        .innerJoin('step_ups', 'step_ups.id', 'authorization_codes.step_up')
        .select([
          'authorization_codes.token_expires_at',
          'requests.value as request',
          'step_ups.value as stepUp',
        ])
        .where('token_hash', '=', given('token_hash')),
    ),
    personByName: prepare(
      db,
      query
        .selectFrom('people')
        .selectAll()
        .where('directory', '=', given('directory'))
        .where('name_key', '=', given('name_key')),
    ),
    personByAccount: prepare(
      db,
      query
        .selectFrom('people')
        .selectAll()
        .where('directory', '=', given('directory'))
        .where('account', '=', account),
    ),
    summaryByName: prepare(db, helpDeskViews.where('name_key', '=', given('name_key'))),
    summaryByAccount: prepare(db, helpDeskViews.where('account', '=', account)),
    people: prepare(
      db,
      summaries
        .where('name_key', '>', given('after'))
        .orderBy('name_key')
        .limit(given<number>('count')),
    ),
    signingKeys: prepare(
      db,
      query.selectFrom('signing_keys').selectAll().orderBy('made_at').orderBy('kid'),
    ),
    sealedSecrets: prepare(
      db,
      query.selectFrom('enrolments').select(['id as row', 'secret as sealed']),
    ),
    sealedKeys: prepare(
      db,
      query.selectFrom('signing_keys').select(['kid as row', 'private_key as sealed']),
    ),
    unsealed: prepare(
      db,
      events.where('position', '>', lastSealed).orderBy('position').limit(given<number>('count')),
    ),
    countUnsealed: prepare(
      db,
      query
        .selectFrom(
          query
            .selectFrom('audit_events')
            .select('position')
            .where('position', '>', lastSealed)
            .limit(given<number>('max'))
            .as('counted'),
        )
        .select(({ fn }) => fn.countAll<number>().as('events')),
    ),
    head: prepare(
      db,
      query
        .selectFrom('audit_links')
        .select(['sequence', 'mac'])
        .orderBy('sequence', 'desc')
        .limit(sql.lit(1)),
    ),
    sealed: prepare(
      db,
      query
        .selectFrom('audit_links')
        .innerJoin('audit_events', 'audit_events.position', 'audit_links.position')
        .select([
          ...(['audit_events.id', 'audit_events.event'] as const),
          ...(['audit_links.sequence', 'audit_links.key_id', 'audit_links.mac'] as const),
        ])
        .where('sequence', '>', given<number>('after'))
        .orderBy('sequence')
        .limit(given<number>('count')),
    ),
    checkpoint: prepare(
      db,
      query.selectFrom('checkpoints').selectAll().orderBy('sequence', 'desc').limit(sql.lit(1)),
    ),
    checkpointAt: prepare(
      db,
      query.selectFrom('checkpoints').selectAll().where('sequence', '=', given<number>('sequence')),
    ),
    // Those in reach come first, newest first; failing them, the nearest beyond.
    prunable: prepare(
      db,
      query
        .selectFrom('checkpoints')
        .selectAll()
        .where('at', '<', given<number>('before'))
        .where('sequence', '>=', sql<number>`(select min(sequence) from audit_links)`)
        .where('sequence', '<', sql<number>`(select max(sequence) from checkpoints)`)
        .orderBy(
          sql`max(0, sequence - (select min(sequence) from audit_links) - ${given<number>('rows')})`,
        )
        .orderBy('sequence', 'desc')
        .limit(sql.lit(1)),
    ),
    alive: prepare(db, query.selectFrom('schema_versions').select('version').limit(sql.lit(1))),
  }
}
