import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isUnique } from '../../src/store/postgres/faults.ts'
import { openLink } from '../../src/store/postgres/open-link.ts'
import { statement } from '../../src/store/postgres/statements.ts'
import { needs } from '../support/needs.ts'
import { sharedPostgres } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres-database.ts'
import { createFakeClock, createSeededRandom, STOPWATCH } from '../support/world.ts'

const ODD = [
  ...[
    '',
    ' ',
    'NULL',
    'null',
    'a,b',
    '{}',
    '{"a"}',
    '"',
    '\\',
    '\\"',
    "'",
    '$1',
    '\n\t',
    '李 é 😀',
  ],
  'x'.repeat(100_000),
]

describe('what a statement is given', needs('postgresql'), () => {
  let database: TestDatabase
  let link: ReturnType<typeof openLink>
  before(async () => {
    database = await (await sharedPostgres()).database()
    const settings = { ...database.settings, pool: { connectionsMax: 1, waitingMax: 10 } }
    link = openLink(settings, {
      ...{ random: createSeededRandom('values'), clock: createFakeClock(), stopwatch: STOPWATCH },
    })
  })
  after(async () => {
    await link[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  test('arrives as it was, text by text', async () => {
    const echo = statement<{ readonly said: string }>('echo', 'select @said::text as said')
    for (const said of ODD) assert.deepEqual(await link.read(echo, { said }), [{ said }])
  })

  test('arrives as it was, in lists', async () => {
    const echo = statement<{ readonly n: number; readonly said: string | null }>(
      'echo_list',
      'select n, said from unnest(@said::text[]) with ordinality as told (said, n)',
    )
    const said = [...ODD, null]
    const rows = await link.read(echo, { said })
    assert.deepEqual(
      rows.map((row) => row.said),
      said,
    )
    assert.deepEqual(await link.read(echo, { said: [] }), [])
  })

  test('arrives as it was: numbers, yes and no, nothing', async () => {
    const echo = statement(
      'echo_rest',
      'select @n::bigint as n, @ns::bigint[] as ns, @is::boolean as is, @no::text as no',
    )
    const given = { n: 1_800_000_000_000, ns: [0, -1, 2 ** 53 - 1], is: true, no: null }
    assert.deepEqual(await link.read(echo, given), [given])
  })

  test('does not hinder the next where it was refused', async () => {
    const add = statement(
      'add',
      `insert into accounts (account, directory, immutable_id) values (@account, 'd', @account)`,
    )
    const wrong = statement('wrong', 'select nothing from accounts where 1 = @n::integer')
    const divide = statement<{ readonly n: number }>('divide', 'select 1 / @n::integer as n')
    for (const account of ['one', 'two']) {
      await assert.rejects(link.read(wrong, { n: 1 }), { code: '42703' })
      await link.write(add, { account })
      await assert.rejects(link.write(add, { account }), (error) =>
        isUnique(error, 'accounts_pkey'),
      )
      await assert.rejects(link.read(divide, { n: 0 }), { code: '22012' })
      assert.deepEqual(await link.read(divide, { n: 1 }), [{ n: 1 }])
    }
  })
})
