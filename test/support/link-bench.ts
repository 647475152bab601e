import assert from 'node:assert/strict'
import { Fault, instantOf } from '../../src/kernel/index.ts'
import type { Watched } from '../../src/store/postgres/link.ts'
import { type LinkOptions, openLink } from '../../src/store/postgres/open-link.ts'
import type { PostgresSettings } from '../../src/store/postgres/settings.ts'
import { statement } from '../../src/store/postgres/statements.ts'
import { startFaultProxy } from './fault-proxy.ts'
import type { Cluster } from './postgres.ts'
import { SERVING } from './postgres-database.ts'
import { createSeededRandom, STOPWATCH } from './world.ts'

export const CLOCK = { now: () => instantOf(Date.now()) }

export const QUICK = {
  connectSeconds: 0.5,
  statementSeconds: 0.3,
  lockSeconds: 0.2,
  deadlineSeconds: 2,
}
/** What a busy machine may add to a deadline. */
export const SLACK_SECONDS = 0.5

export const look = statement<{ one: number }>('test_look', 'select 1 as one')
export const sleep = statement('test_sleep', 'select pg_sleep(@seconds::float8)')
export const count = statement<{ n: number }>(
  'test_count',
  'select count(*) as n from probe where id = @id',
)
/** Idempotent, as whatever is written has to be; and it tells who asked. */
export const add = statement<{ again: boolean }>(
  'test_add',
  `insert into probe (id, n) values (@id, 0) on conflict (id) do nothing
    returning @again::boolean as again`,
)
export const insert = statement('test_insert', 'insert into probe (id, n) values (@id, 0)')
export const hold = statement('test_hold', 'update probe set n = n + 1 where id = @id')

export const PROBE = `create table probe (id text primary key, n bigint not null);
  grant all on probe to ${SERVING.user}`

/** A link through a proxy to a database of its own, with a table `probe`. */
export async function benchOn(
  cluster: Cluster,
  over: Partial<PostgresSettings> = {},
  options: Partial<LinkOptions> = {},
) {
  await using opening = new AsyncDisposableStack()
  const database = opening.use(await cluster.database())
  await database.query(PROBE)
  const proxy = opening.use(await startFaultProxy(cluster))
  const settings = { ...database.settings, ...QUICK, hosts: [proxy], ...over }
  const link = opening.use(linkTo(settings, options))
  const made = opening.move()
  return { database, proxy, settings, link, [Symbol.asyncDispose]: () => made.disposeAsync() }
}

export function linkTo(settings: PostgresSettings, options: Partial<LinkOptions> = {}) {
  const world = { random: createSeededRandom(), clock: CLOCK, stopwatch: STOPWATCH }
  return openLink(settings, { ...world, ...options })
}

/** For `assert.rejects`: what it says, and what its cause does. No secret of the tests is in it. */
export const fault =
  (saying: RegExp, code = 'store.unavailable') =>
  (error: unknown): true => {
    assert.ok(error instanceof Fault, String(error))
    assert.equal(error.code, code)
    const { cause } = error
    const told = `${error.message}: ${cause instanceof Error ? cause.message : ''}`
    assert.match(told, saying)
    assert.doesNotMatch(told, /secret/)
    return true
  }

export async function secondsOf(work: () => PromiseLike<unknown>): Promise<number> {
  const begun = STOPWATCH.seconds()
  await work()
  return STOPWATCH.seconds() - begun
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** What was promised, when something has happened on the way to it. */
export async function after<T>(
  ms: number,
  promised: Promise<T>,
  act: () => PromiseLike<unknown>,
): Promise<T> {
  // Heard of below, whatever it is.
  promised.catch(() => {})
  await pause(ms)
  await act()
  return await promised
}

/** Why something was asked again so far. */
export const retriesOf = (link: Watched): readonly string[] =>
  Object.entries(link.stats().retries).flatMap(([kind, times]) => (times > 0 ? [kind] : []))
