import assert from 'node:assert/strict'
import { after as afterAll, before, describe, test } from 'node:test'
import { openPostgresStore } from '../../src/store/postgres/index.ts'
import { statement } from '../../src/store/postgres/statements.ts'
import { add, benchOn, CLOCK, fault, linkTo, sleep } from '../support/link-bench.ts'
import { needs } from '../support/needs.ts'
import { type Cluster, startPostgres } from '../support/postgres.ts'
import { createSeededRandom, createTestKeys, STOPWATCH } from '../support/world.ts'

const CONNECTIONS = 2
const WORK_SECONDS = 0.1
const OFFERED_TIMES = 3
/** Several deadlines: what only breaks down when the queue is as long as the deadline has the time to. */
const OFFERED_SECONDS = 6
/** A long queue, in which the last would wait many times its deadline. */
const WAITING_MAX = 1_000

describe('a link to PostgreSQL of which more is asked than it can do', needs('postgresql'), () => {
  let cluster: Cluster
  before(async () => {
    cluster = await startPostgres()
  })
  afterAll(() => cluster[Symbol.asyncDispose]())

  test('goes on doing what it can, on the connections that it has', async () => {
    const pool = { connectionsMax: CONNECTIONS, waitingMax: WAITING_MAX }
    await using made = await benchOn(cluster, { pool, statementSeconds: 1, deadlineSeconds: 2 })
    await Promise.all([1, 2].map(() => made.link.read(sleep, { seconds: WORK_SECONDS })))

    // What it can do here and now, with each connection always at work and nobody waiting.
    const [alone, begun] = [20, STOPWATCH.seconds()]
    const worker = async () => {
      for (let n = 0; n < alone; n++) await made.link.read(sleep, { seconds: WORK_SECONDS })
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, worker))
    const perSecond = (alone * CONNECTIONS) / (STOPWATCH.seconds() - begun)
    const connected = made.proxy.accepted

    const heard: Promise<'done' | 'refused'>[] = []
    const offered = STOPWATCH.seconds()
    for (let second = 0; second < OFFERED_SECONDS; ) {
      while (heard.length < second * perSecond * OFFERED_TIMES) heard.push(ask())
      await new Promise((resolve) => setTimeout(resolve, 10))
      second = STOPWATCH.seconds() - offered
    }
    const answers = await Promise.all(heard)
    const took = STOPWATCH.seconds() - offered
    const done = answers.filter((answer) => answer === 'done').length
    assert.ok(answers.length > 2 * done, 'more was asked than it could do')
    const could = perSecond * took
    assert.ok(done > could / 2, `${done} of ${could} that it could have done`)
    assert.ok(
      made.proxy.accepted - connected <= CONNECTIONS,
      `${made.proxy.accepted - connected} connections were made anew`,
    )

    async function ask(): Promise<'done' | 'refused'> {
      return made.link.read(sleep, { seconds: WORK_SECONDS }).then(
        () => 'done' as const,
        (error) => {
          fault(/was free in time|wait for the database already|not done within 2 s/)(error)
          return 'refused' as const
        },
      )
    }
  })

  test('answers whoever asks beside the queue, one at a time', async () => {
    const pool = { connectionsMax: 1, waitingMax: 10 }
    await using made = await benchOn(cluster, { pool })
    const order: string[] = []
    const told = (name: string) => () => void order.push(name)
    const waiting = [1, 2].map(() => made.link.read(sleep, { seconds: 0.2 }).then(told('queue')))
    const aside = ['a', 'b', 'c'].map((id) => made.link.writeAside(add, { id }).then(told(id)))
    await Promise.all([...waiting, ...aside])
    assert.deepEqual(order, ['a', 'b', 'c', 'queue', 'queue'])
    assert.equal(made.proxy.accepted, 2)
  })

  test('is up, as long as the database does what health asks of it', async () => {
    await using database = await cluster.database()
    const pool = { connectionsMax: 1, waitingMax: 10 }
    await using store = await openPostgresStore({
      ...{ settings: { ...database.settings, pool }, migrate: 'manual', keys: createTestKeys() },
      ...{ random: createSeededRandom(), clock: CLOCK, stopwatch: STOPWATCH },
    })
    const now = CLOCK.now()
    assert.equal(await store.leases.claim('sealer', 'one', now, now), 'held')
    await using other = linkTo(database.settings)
    const { claimed, healths } = await other.transact(async (tx) => {
      await tx.run(HELD, {})
      let isWaiting = true
      const claimed = store.leases.claim('sealer', 'one', now, now).finally(() => {
        isWaiting = false
      })
      const healths = [await store.health(), await store.health()]
      assert.ok(isWaiting, 'what holds the only turn still waits')
      return { claimed: [claimed], healths }
    })
    assert.deepEqual(healths, ['up', 'up'])
    assert.deepEqual(await Promise.all(claimed), ['held'])
  })

  test('is down where either a write or a read does not come through', async () => {
    await using database = await cluster.database()
    await using store = await openPostgresStore({
      ...{ settings: database.settings, migrate: 'manual', keys: createTestKeys() },
      ...{ random: createSeededRandom(), clock: CLOCK, stopwatch: STOPWATCH },
    })
    const [wrote, read] = ['UPDATE ON leases', 'SELECT ON key_checks']
    assert.equal(await store.health(), 'up')
    for (const right of [wrote, read]) {
      await database.query(`REVOKE ${right} FROM sallyport`)
      assert.equal(await store.health(), 'down', right)
      await database.query(`GRANT ${right} TO sallyport`)
      assert.equal(await store.health(), 'up')
    }
  })
})

const HELD = statement('test_held', "select 1 from leases where name = 'sealer' for update")
