import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Client } from 'pg'
import * as accounts from '../../src/store/postgres/statements/accounts.ts'
import * as apps from '../../src/store/postgres/statements/apps.ts'
import * as audit from '../../src/store/postgres/statements/audit.ts'
import * as operatorCodes from '../../src/store/postgres/statements/operator-codes.ts'
import * as people from '../../src/store/postgres/statements/people.ts'
import * as requests from '../../src/store/postgres/statements/requests.ts'
import * as stepUps from '../../src/store/postgres/statements/step-ups.ts'
import * as totp from '../../src/store/postgres/statements/totp.ts'
import * as trust from '../../src/store/postgres/statements/trust.ts'
import type { Statement } from '../../src/store/postgres/statements.ts'
import { needs } from '../support/needs.ts'
import { sharedPostgres } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres-database.ts'

const ROWS = 1_000_000

/** What each table is filled with, `n` counting. Rows are short: what is asked is how they are found. */
const FILLED: Readonly<Record<string, string>> = {
  accounts: `'acc_' || n, 'local', 'acc_' || n, null, 'p' || n`,
  people: `'acc_' || n, 'local', 'p' || n, 'p' || n, null, '[]', '[]', null, 'enabled', 0`,
  person_settings: `'acc_' || n, '{}'`,
  enrolments: `'enr_' || n, 'acc_' || n, 'totp', 'import', 's', 160, 'sha1', 6, 30, 0, null, 1`,
  consumed: `'enr_' || n, n, null`,
  counters: `'acc_' || n, 'totp', 'signed', 0, '{}'`,
  send_budgets: `'acc_' || n, 'email', 'signed', n, 1, n`,
  known_browsers: `'acc_' || n, 'b', n, 'totp', null`,
  operator_codes: `'acc_' || n, 'bypass-code', 'opc_' || n, 'k', 'h', 0, 'system', n, 0, null`,
  trust_grants: `'acc_' || n, 'tru_' || n, 'g', 'totp', 'ip', 'mfa', '[]', n, n, 'c'`,
  step_ups: `'stp_' || n, 1, 't', 'acc_' || n, 'b', 'choosing', n, '{}'`,
  requests: `'u' || n, 'stp_' || n, 'iam', 'n' || n, 'r', 'c', n, n, '{}'`,
  client_assertions: `'iam', 'j' || n, n, 't'`,
  authorization_codes: `'h' || n, 'stp_' || n, n, n, 't', 'k' || n, n`,
  audit_waiting: `'evt_' || n, n, 1, '{}'`,
  audit_links: `n, 'evt_' || n, '{}', 'k', 'm'`,
  checkpoints: `n, 'm', n, 'k', 's'`,
}

const ALL: readonly (readonly [string, Statement<unknown>])[] = [
  ...[stepUps, apps, requests, audit, people, totp, accounts, operatorCodes, trust].flatMap(
    (room) => Object.values(room),
  ),
].map((one) => [one.name, one])

/** A row for each job of the background, and one of the policy: that is all there ever is. */
const SHORT: ReadonlySet<string | undefined> = new Set(['leases', 'policy'])

type Plan = {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly Plans?: readonly Plan[]
}

function* nodesOf(plan: Plan): Generator<Plan> {
  yield plan
  for (const below of plan.Plans ?? []) yield* nodesOf(below)
}

describe('with a million rows in each table', needs('postgresql'), () => {
  let database: TestDatabase
  let client: Client
  before(async () => {
    const postgres = await sharedPostgres()
    database = await postgres.database()
    for (const [table, values] of Object.entries(FILLED))
      await database.query(
        `INSERT INTO ${table} SELECT ${values} FROM generate_series(1, ${ROWS}) n`,
      )
    await database.query('ANALYZE')
    const { hosts, owner } = { ...database.owner, owner: database.owner }
    const { user, password, database: name } = owner
    client = new Client({ ...hosts[0], user, password: password ?? undefined, database: name })
    await client.connect()
    // What is kept prepared is planned once for all values: that plan is the one that is looked at.
    await client.query('SET plan_cache_mode = force_generic_plan')
  })
  after(async () => {
    await client.end()
    await database[Symbol.asyncDispose]()
  })

  for (const [name, { text, names }] of ALL)
    test(`${name} finds every row by an index`, async () => {
      await client.query(`PREPARE ${name} AS ${text}`)
      const given = names.length === 0 ? '' : `(${names.map(() => 'NULL').join(', ')})`
      const { rows } = await client.query<{ 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>(
        `EXPLAIN (FORMAT JSON) EXECUTE ${name}${given}`,
      )
      const plan = rows[0]?.['QUERY PLAN'][0]?.Plan
      assert.ok(plan)
      const scanned = [...nodesOf(plan)]
        .filter((node) => node['Node Type'] === 'Seq Scan')
        .map((node) => node['Relation Name'])
      assert.deepEqual(
        scanned.filter((table) => !SHORT.has(table)),
        [],
      )
    })
})
