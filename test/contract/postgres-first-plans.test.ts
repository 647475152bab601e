import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openLink } from '../../src/store/postgres/open-link.ts'
import * as accounts from '../../src/store/postgres/statements/accounts.ts'
import * as people from '../../src/store/postgres/statements/people.ts'
import * as requests from '../../src/store/postgres/statements/requests.ts'
import * as stepUps from '../../src/store/postgres/statements/step-ups.ts'
import * as totp from '../../src/store/postgres/statements/totp.ts'
import * as trust from '../../src/store/postgres/statements/trust.ts'
import { type Statement, statement } from '../../src/store/postgres/statements.ts'
import { needs } from '../support/needs.ts'
import { sharedPostgres } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres-database.ts'
import { createFakeClock, createSeededRandom, STOPWATCH } from '../support/world.ts'

/** All that a step-up asks, whatever becomes of it. */
const ASKED: readonly Statement<unknown>[] = [
  ...Object.values(stepUps),
  ...Object.values(requests).filter((one) => 'text' in one),
  ...Object.values(totp),
  ...Object.values(accounts),
  ...Object.values(trust),
  ...[people.findByName, people.findByAccount, people.taken],
]

type Plan = {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Index Cond'?: string
  readonly Plans?: readonly Plan[]
}

function* nodesOf(plan: Plan): Generator<Plan> {
  yield plan
  for (const below of plan.Plans ?? []) yield* nodesOf(below)
}

const walksThrough = (node: Plan): boolean =>
  node['Node Type'] === 'Seq Scan' ||
  (/Index (?:Only )?Scan$/.test(node['Node Type']) && node['Index Cond'] === undefined)

/**
 * Where the sweeper left nothing behind, every way to a row looks equally short. What is planned then is kept for as long as
 * the connection, or until somebody counts the rows again.
 */
describe('a plan that was made while every table was empty', needs('postgresql'), () => {
  let database: TestDatabase
  let link: ReturnType<typeof openLink>
  before(async () => {
    database = await (await sharedPostgres()).database()
    await database.query('VACUUM (ANALYZE)')
    link = openLink(database.settings, {
      ...{ random: createSeededRandom('plans'), clock: createFakeClock(), stopwatch: STOPWATCH },
    })
  })
  after(async () => {
    await link[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  for (const { name, text, names } of ASKED)
    test(`walks through no table for ${name}`, async () => {
      const given = names.length === 0 ? '' : `(${names.map(() => 'NULL')})`
      const prepare = statement(`prepare_${name}`, `PREPARE ${name} AS ${text}`)
      const explain = statement<{ readonly 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>(
        `explain_${name}`,
        `EXPLAIN (FORMAT JSON) EXECUTE ${name}${given}`,
      )
      const [explained] = await link.transact(async (tx) => {
        await tx.run(prepare, {})
        return await tx.run(explain, {})
      })
      const plan = explained?.['QUERY PLAN'][0]?.Plan
      assert.ok(plan)
      const walked = [...nodesOf(plan)].filter(walksThrough)
      assert.deepEqual(
        walked.map((node) => node['Index Name'] ?? node['Relation Name']),
        [],
      )
    })
})
