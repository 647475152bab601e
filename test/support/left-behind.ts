import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type Instant, instantOf } from '../../src/kernel/index.ts'
import { migratePostgres } from '../../src/store/postgres/index.ts'
import { migrateSqlite } from '../../src/store/sqlite/migrate.ts'
import { openApp, type TestApp } from './app.ts'
import { sharedPostgres } from './postgres.ts'
import { OWNER, SERVING, type TestDatabase } from './postgres-database.ts'
import { binary } from './postgres-server.ts'
import { setUpSql } from './postgres-setup.ts'
import { engine, openOnPostgres, openOnSqlite, type TestStore } from './test-store.ts'
import { createFakeClock, createSeededRandom, STOPWATCH } from './world.ts'

/** What one engine of a release keeps, and what has to be known of it to go on. */
export type LeftBehind = {
  readonly at: Instant
  /** Base32, of each who has an OTP app. */
  readonly keys: Readonly<Record<string, string>>
  /** A browser that was asked for a code and has not answered yet. */
  readonly pending: {
    readonly path: string
    readonly cookies: Cookies
    readonly code: string
  }
  /** A browser in which somebody ticked the box. */
  readonly trusted: { readonly username: string; readonly cookies: Cookies }
}
type Cookies = readonly (readonly [string, string])[]

export const FIXTURES = join(import.meta.dirname, '../fixtures')

/** As operators write it, apart from where things are, which is a test's own. */
export function settingsOf(release: string): Record<string, unknown> {
  const text = readFileSync(join(FIXTURES, release, 'sallyport.yaml'), 'utf8')
  const { org, listen, trust, factors, firstEnrolment, acr } = parse(text)
  const { trustedProxies } = listen
  return { org, trust, factors, firstEnrolment, acr, listen: { port: 8080, trustedProxies } }
}

/** This release on a copy of what another one left, on the engine of this run, after its migrations. */
export async function openLeftBehind(
  release: string,
  folder: string,
): Promise<{ readonly app: TestApp; readonly left: LeftBehind }> {
  const from = join(FIXTURES, release)
  const left = JSON.parse(readFileSync(join(from, `${engine}.json`), 'utf8'))
  const start = instantOf(Date.parse(left.at))
  const kept = await (engine === 'sqlite' ? copied(from, folder) : restored(from, start))
  const settings = settingsOf(release)
  const app = await openApp({ settings, kept, start, people: 'none', seed: 2 })
  return { app, left: { ...left, at: start } }
}

async function copied(from: string, folder: string): Promise<TestStore> {
  const file = join(folder, 'sallyport.db')
  cpSync(join(from, 'sallyport.db'), file)
  migrateSqlite(file, createFakeClock())
  return openOnSqlite(folder)
}

async function restored(from: string, at: Instant): Promise<TestStore> {
  const database = await (await sharedPostgres()).database('empty')
  const given = { owner: OWNER.password, serving: SERVING.password, database: database.name }
  // As the page tells operators, but for the dump in place of the first migration.
  run(database, setUpSql('database', given))
  run(database, readFileSync(join(from, 'sallyport.sql'), 'utf8'))
  const world = {
    ...{ clock: createFakeClock(at), random: createSeededRandom('migrate') },
    stopwatch: STOPWATCH,
  }
  await migratePostgres(database.owner, world)
  run(database, setUpSql('grants', given))
  return openOnPostgres({}, database)
}

function run({ owner, name }: TestDatabase, sql: string): void {
  const [{ host, port } = { host: '', port: 0 }] = owner.hosts
  const line = ['-h', host, '-p', `${port}`, '-U', owner.user, '-d', name, '-v', 'ON_ERROR_STOP=1']
  const env = { ...process.env, PGPASSWORD: OWNER.password }
  const done = spawnSync(binary('psql'), ['-q', '-X', ...line], {
    input: sql,
    env,
    encoding: 'utf8',
  })
  if (done.status !== 0) throw new Error(`psql: ${done.stderr}`)
}
