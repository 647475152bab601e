import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault } from '../../src/kernel/index.ts'
import type { Migrated, Migration, MigrationPlan } from '../../src/store/migration.ts'

/** A place for a store, with nothing in it yet. */
export type SchemaBench = AsyncDisposable & {
  migrate(migrations: readonly Migration[]): Promise<Migrated>
  plan(migrations: readonly Migration[]): Promise<MigrationPlan>
  check(migrations: readonly Migration[]): Promise<void>
  /** As the engine's own command line would. */
  run(sql: string): Promise<void>
  /** Names, in order. */
  tables(): Promise<readonly string[]>
  versions(): Promise<readonly Readonly<Record<string, unknown>>[]>
}

const FIRST: Migration = {
  ...{ version: 1, name: 'first', compatibleFrom: 1 },
  sql: `
    CREATE TABLE birds (
      id text PRIMARY KEY,
      name text NOT NULL
    );
    CREATE INDEX birds_by_name ON birds (name);
  `,
}
const SECOND: Migration = {
  ...{ version: 2, name: "the owl's", compatibleFrom: 1 },
  sql: `
    CREATE TABLE owls (id text PRIMARY KEY);
    INSERT INTO birds VALUES ('1', 'owl; or so');
  `,
}
const BREAKING: Migration = {
  ...{ version: 3, name: 'breaking', compatibleFrom: 3 },
  sql: 'CREATE TABLE eggs (id text PRIMARY KEY);',
}
const BROKEN: Migration = {
  ...{ version: 2, name: 'broken', compatibleFrom: 1 },
  sql: 'CREATE TABLE nests (id text);\nCREATE TABLE birds (id text);',
}
const ALL = ['birds', 'owls', 'schema_versions']

const fault = (code: string, says: RegExp) => (error: unknown) =>
  error instanceof Fault && error.code === code && says.test(error.message)

export function schemaContract(
  backend: string,
  { skip }: { readonly skip: string | false },
  open: () => Promise<SchemaBench>,
): void {
  describe(`the schema: ${backend}`, { skip }, () => {
    test('is brought up to date in order and noted; whoever comes second finds it done', async () => {
      await using bench = await open()
      assert.deepEqual(await bench.migrate([FIRST]), { from: 0, to: 1 })
      assert.deepEqual(await bench.migrate([FIRST, SECOND]), { from: 1, to: 2 })
      assert.deepEqual(await bench.migrate([FIRST, SECOND]), { from: 2, to: 2 })
      assert.deepEqual(await bench.tables(), ALL)
      const [first, second] = await bench.versions()
      assert.deepEqual([first?.['name'], second?.['name']], ['first', "the owl's"])
      assert.equal(second?.['compatible_from'], 1)
      assert.ok(Number(second['applied_at']) > 0)
    })

    test('is changed once by many who start at the same time', async () => {
      await using bench = await open()
      const race = Array.from({ length: 5 }, () => bench.migrate([FIRST, SECOND]))
      const ran = (await Promise.all(race)).filter(({ from }) => from === 0)
      assert.equal(ran.length, 1)
      assert.equal((await bench.versions()).length, 2)
    })

    test('is changed as a whole or not at all', async () => {
      await using bench = await open()
      await bench.migrate([FIRST])
      await assert.rejects(bench.migrate([FIRST, BROKEN]), /birds/)
      assert.deepEqual(await bench.tables(), ['birds', 'schema_versions'])
      assert.equal((await bench.versions()).length, 1)
      assert.deepEqual(await bench.migrate([FIRST, SECOND]), { from: 1, to: 2 })
    })

    test('is left alone by a plan, whose SQL does by hand what `migrate` would have done', async () => {
      await using planned = await open()
      await using done = await open()
      const { sql, ...plan } = await planned.plan([FIRST, SECOND])
      assert.deepEqual(plan, { from: 0, to: 2 })
      assert.deepEqual(await planned.tables(), [])
      await planned.run(sql)
      await done.migrate([FIRST, SECOND])
      assert.deepEqual(await planned.tables(), await done.tables())
      assert.deepEqual(await planned.versions(), await done.versions())
      assert.deepEqual(await planned.plan([FIRST, SECOND]), { from: 2, to: 2, sql: '' })
      assert.deepEqual(await planned.migrate([FIRST, SECOND]), { from: 2, to: 2 })
      const next = (await planned.plan([FIRST, SECOND, BREAKING])).sql
      assert.match(next, /eggs/)
      assert.doesNotMatch(next, /birds|owls/)
    })

    test('that is older is refused by whoever may not change it, and nothing is made', async () => {
      await using bench = await open()
      const run = /run `sallyport migrate`, or set store\.migrate: auto/
      await assert.rejects(bench.check([FIRST]), fault('configuration.unfit', run))
      assert.deepEqual(await bench.tables(), [])
      await bench.migrate([FIRST])
      await bench.check([FIRST])
      await assert.rejects(bench.check([FIRST, SECOND]), fault('configuration.unfit', run))
      assert.deepEqual(await bench.tables(), ['birds', 'schema_versions'])
    })

    test('that is newer is taken by the release before it, and left as it is', async () => {
      await using bench = await open()
      await bench.migrate([FIRST, SECOND])
      await bench.check([FIRST])
      assert.deepEqual(await bench.migrate([FIRST]), { from: 2, to: 2 })
      assert.deepEqual(await bench.plan([FIRST]), { from: 2, to: 2, sql: '' })
      assert.equal((await bench.versions()).length, 2)
    })

    test('that broke with a release is refused by it', async () => {
      await using bench = await open()
      await bench.migrate([FIRST, SECOND, BREAKING])
      const newer = fault(
        'store.unavailable',
        /schema 3, .* knows schema 3; this one knows up to 2/,
      )
      await assert.rejects(bench.check([FIRST, SECOND]), newer)
      await assert.rejects(bench.migrate([FIRST, SECOND]), newer)
      await assert.rejects(bench.plan([FIRST, SECOND]), newer)
    })
  })
}
