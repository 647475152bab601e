import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import { ONLY_EMAIL } from '../support/attack.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import { needs } from '../support/needs.ts'
import { pass } from '../support/passage.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { openOnPostgres } from '../support/test-store.ts'
import { underWay } from '../support/under-way.ts'
import { STOPWATCH } from '../support/world.ts'

const ROUND_TRIPS_MAX = 14

const SLOW_MS = 1_000
/** What is slow is in time, if it does not wait for others. */
const SETTINGS = {
  pool: { connectionsMax: 1 },
  ...{ connectSeconds: 2, statementSeconds: 2, lockSeconds: 1, deadlineSeconds: 3 },
}
/** What each door says where it is not 200. */
const RIGHT: Readonly<Record<string, number>> = {
  ...{ push: 201, begin: 200, answer: 303, nonsense: 422, speak: 303 },
}
/** Of the store, by one request. */
const CALLS_MAX = 6

/** All that it asks of the database passes the proxy. */
async function openThrough(settings: object = {}) {
  await using opening = new AsyncDisposableStack()
  const [server] = (await sharedPostgres()).address.hosts
  assert.ok(server !== undefined)
  const proxy = opening.use(await startFaultProxy(server))
  const kept = await openOnPostgres({ hosts: [proxy] })
  const config = { ...kept.config, ...settings }
  const app = opening.use(await openApp({ ...ONLY_EMAIL, kept: { ...kept, config } }))
  const opened = opening.move()
  return { proxy, app, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

describe('the whole app on PostgreSQL', needs('postgresql'), () => {
  test(`asks it ${ROUND_TRIPS_MAX} times for a step-up at most`, async () => {
    await using made = await openThrough()
    const { app, proxy } = made
    for (const username of ['ann', 'bob'])
      await app.people.add('test', { username, emails: [`${username}@kestrel.example`] })
    // So that connections, and what is read once, are there.
    await pass(app, undefined, { login_hint: 'ann' })
    const before = proxy.answered
    await pass(app, undefined, { login_hint: 'bob' })
    const times = proxy.answered - before
    assert.ok(times > 8 && times <= ROUND_TRIPS_MAX, `${times} round trips`)
  })

  test('answers whoever comes in time, right or with 503, while each statement takes long', async () => {
    await using made = await openThrough(SETTINGS)
    const { app, proxy } = made
    for (const username of ['ann', 'bob'])
      await app.people.add('test', { username, emails: [`${username}@kestrel.example`] })
    const { asking } = await underWay(app)
    proxy.delay({ toClient: SLOW_MS })
    const heard = await Promise.all(
      Object.entries(asking).map(([door, ask]) => statusOf(door, ask)),
    )
    assert.ok(heard.includes(503), heard.join())
    proxy.delay({})
    await pass(app, undefined, { login_hint: 'bob' })
  })

  test('says once that connections were lost which waited for work, and goes on', async () => {
    await using made = await openThrough()
    const { app, proxy } = made
    await Promise.all(Array.from({ length: 5 }, () => app.app.store.audit.head()))
    assert.ok((app.app.store.stats()?.idle ?? 0) > 1)
    proxy.cut()
    while ((app.app.store.stats()?.idle ?? 0) > 0) await new Promise((go) => setTimeout(go, 10))
    await pass(app)
    const told = app.logged.filter((line) => line.includes('connections to the database were lost'))
    assert.equal(told.length, 1)
    assert.match(told[0] ?? '', /"level":"warn".*"leftOut":0/)
    assert.ok(!app.logged.some((line) => line.includes('the writer was lost')))
  })

  test('says at the start what the role lacks behind a pooler', async () => {
    const advice = (logged: readonly string[]) =>
      logged.filter((line) => /"level":"warn".*has no statement_timeout/.test(line)).length
    await using unpooled = await openThrough()
    assert.equal(advice(unpooled.app.logged), 0)
    await using pooled = await openThrough({ prepared: false })
    assert.equal(advice(pooled.app.logged), 1)
  })
})

async function statusOf(door: string, ask: () => Promise<Response>): Promise<number> {
  const from = STOPWATCH.seconds()
  const answered = await ask()
  const seconds = STOPWATCH.seconds() - from
  const body = await answered.text()
  const right = RIGHT[door] ?? 200
  assert.ok([right, 503].includes(answered.status), `${door}: ${answered.status} ${body}`)
  if (answered.status === 503)
    assert.match(answered.headers.get('retry-after') ?? '', /^[1-9]\d?$/, door)
  assert.ok(seconds < SETTINGS.deadlineSeconds * CALLS_MAX, `${door} took ${seconds} s`)
  return answered.status
}
