import assert from 'node:assert/strict'
import { after as afterAll, before, describe, test } from 'node:test'
import { statement } from '../../src/store/postgres/statements.ts'
import {
  add,
  after,
  benchOn,
  count,
  fault,
  hold,
  insert,
  linkTo,
  look,
  retriesOf,
  SLACK_SECONDS,
  secondsOf,
  sleep,
} from '../support/link-bench.ts'
import { needs } from '../support/needs.ts'
import { type Cluster, startPostgres } from '../support/postgres.ts'
import { SERVING } from '../support/postgres-database.ts'

/** Whoever had a connection hears nothing on it, and all others get none in time. */
const NOBODY_ANSWERS = /not done within 2 s|no connection to the database was free in time/

describe('a link to PostgreSQL', needs('postgresql'), () => {
  let cluster: Cluster
  before(async () => {
    cluster = await startPostgres()
  })
  afterAll(() => cluster[Symbol.asyncDispose]())

  describe('whose server is not there', () => {
    test('gives up at its deadline, and works as soon as the server does', async () => {
      await using made = await benchOn(cluster)
      await made.proxy.refuse()
      const took = await secondsOf(() =>
        assert.rejects(made.link.read(look, {}), fault(/not done within 2 s: .* was not reached/)),
      )
      assert.ok(took > 1 && took < 2 + SLACK_SECONDS, `${took} s`)
      await made.proxy.heal()
      assert.deepEqual(await made.link.read(look, {}), [{ one: 1 }])
    })

    test('waits for one that comes back in time, and nobody hears of it', async () => {
      await using made = await benchOn(cluster)
      await made.link.read(look, {})
      await made.proxy.refuse()
      const read = made.link.read(look, {})
      assert.deepEqual(await after(300, read, () => made.proxy.heal()), [{ one: 1 }])
      assert.ok(retriesOf(made.link).includes('refused'))
    })

    test('takes one that closes at once for one that is not there', async () => {
      await using made = await benchOn(cluster)
      made.proxy.slam()
      const read = made.link.read(look, {})
      assert.deepEqual(await after(300, read, () => made.proxy.heal()), [{ one: 1 }])
      assert.deepEqual(retriesOf(made.link), ['refused'])
    })

    test('outlives a restart, with every connection that it kept', async () => {
      const told: unknown[] = []
      await using made = await benchOn(cluster, {}, { onFault: (why) => told.push(why) })
      await Promise.all([1, 2, 3].map(() => made.link.read(sleep, { seconds: 0.05 })))
      assert.equal(made.link.stats().idle, 3)
      await cluster.restart()
      assert.deepEqual(await made.link.read(look, {}), [{ one: 1 }])
      assert.equal(told.length, 3)
      for (const why of told) fault(/nobody used was lost: terminating connection/)(why)
    })

    test('waits for a connection where the server has as many as it may', async () => {
      await using made = await benchOn(cluster)
      // One of them is the test's own.
      await made.database.query(`alter database ${made.database.name} connection limit 2`)
      const other = linkTo(made.settings)
      await other.read(look, {})
      const read = made.link.read(look, {})
      await after(300, read, () => other[Symbol.asyncDispose]())
      assert.deepEqual(retriesOf(made.link), ['limit'])
      await using third = linkTo(made.settings)
      await assert.rejects(third.read(look, {}), fault(/not done within 2 s: .* refuses \(53300\)/))
    })
  })

  describe('whose server is slow', () => {
    test('waits for an answer as long as a statement may take', async () => {
      await using made = await benchOn(cluster)
      await made.link.read(look, {})
      made.proxy.delay({ toServer: 200, toClient: 100 })
      assert.ok((await secondsOf(() => made.link.read(look, {}))) > 0.3)
      assert.deepEqual(retriesOf(made.link), [])
    })

    test('gives up at the deadline where it is slower', async () => {
      await using made = await benchOn(cluster)
      await made.link.read(look, {})
      made.proxy.delay({ toServer: 1_500 })
      const took = await secondsOf(() =>
        assert.rejects(made.link.read(look, {}), fault(/not done within 2 s/)),
      )
      assert.ok(took < 2 + SLACK_SECONDS, `${took} s`)
    })

    test('hears of the statement that the server itself ended, and does not ask it again', async () => {
      await using made = await benchOn(cluster)
      const read = made.link.read(sleep, { seconds: 5 })
      await assert.rejects(
        read,
        fault(/took too long: canceling statement due to statement timeout/),
      )
      assert.deepEqual(retriesOf(made.link), [])
    })

    test('hears of a lock that was not had, and does not ask again', async () => {
      await using made = await benchOn(cluster)
      await made.link.write(add, { id: 'a' })
      await made.link.transact(async (tx) => {
        await tx.run(hold, { id: 'a' })
        await assert.rejects(
          made.link.write(hold, { id: 'a' }),
          fault(/a lock was not had in time/),
        )
      })
    })

    test('lets nobody wait beyond their deadline, however many wait and nothing answers', async () => {
      const pool = { connectionsMax: 3, waitingMax: 100 }
      await using made = await benchOn(cluster, { pool })
      await Promise.all([1, 2, 3].map(() => made.link.read(look, {})))
      made.proxy.swallow()
      const took = await Promise.all(
        Array.from({ length: 20 }, () =>
          secondsOf(() => assert.rejects(made.link.write(add, { id: 'a' }), fault(NOBODY_ANSWERS))),
        ),
      )
      assert.ok(Math.max(...took) < 2 + SLACK_SECONDS, took.join(' '))
      await made.proxy.heal()
      assert.deepEqual(await made.link.read(count, { id: 'a' }), [{ n: 0 }])
    })

    test('turns away at once whom it has no room for', async () => {
      await using made = await benchOn(cluster, { pool: { connectionsMax: 1, waitingMax: 2 } })
      await made.link.read(look, {})
      const waiting = [1, 2, 3].map(() => made.link.read(sleep, { seconds: 0.2 }))
      assert.equal(made.link.stats().waiting, 2)
      const took = await secondsOf(() =>
        assert.rejects(made.link.read(look, {}), fault(/2 wait for the database already/)),
      )
      assert.ok(took < 0.1)
      await Promise.all(waiting)
      assert.equal(made.link.stats().waiting, 0)
    })

    test('counts the connections that are lent, and none while none can be had', async () => {
      await using made = await benchOn(cluster, { pool: { connectionsMax: 2, waitingMax: 9 } })
      await Promise.all([1, 2].map(() => made.link.read(sleep, { seconds: 0.05 })))
      const counted = () => ({ ...made.link.stats(), retries: {} })
      assert.deepEqual(counted(), { inUse: 0, idle: 2, waiting: 0, retries: {} })
      await made.link.transact(async (tx) => {
        await tx.run(look, {})
        assert.deepEqual(counted(), { inUse: 1, idle: 1, waiting: 0, retries: {} })
      })
      await made.proxy.refuse()
      const reads = [1, 2, 3].map(() => made.link.read(look, {}))
      const done = after(300, Promise.all(reads), async () => {
        assert.deepEqual(counted(), { inUse: 0, idle: 0, waiting: 1, retries: {} })
        await made.proxy.heal()
      })
      await done
    })
  })

  describe('whose connection is lost', () => {
    for (const what of ['question', 'answer'] as const)
      for (const then of ['cut', 'silence'] as const)
        test(`asks a write again, and says so, where its ${what} was lost: ${then}`, async () => {
          await using made = await benchOn(cluster)
          await made.link.read(look, {})
          const lost = made.proxy.lose({ of: 'mark-7', what, then })
          const written = await made.link.write(add, { id: 'mark-7' })
          await lost
          const rows = what === 'question' ? [{ again: true }] : []
          assert.deepEqual(written, { rows, again: true })
          assert.deepEqual(await made.link.read(count, { id: 'mark-7' }), [{ n: 1 }])
          assert.deepEqual(retriesOf(made.link), [then === 'cut' ? 'lost' : 'silent'])
        })

    test('says that it is not known whether a write was done, where nobody answers any more', async () => {
      await using made = await benchOn(cluster)
      await made.link.read(look, {})
      const lost = made.proxy.lose({ of: 'mark-8', what: 'answer', then: 'cut' })
      const write = made.link.write(add, { id: 'mark-8' })
      write.catch(() => {})
      await lost
      await made.proxy.refuse()
      await assert.rejects(write, fault(/not done within 2 s; whether it was done is not known/))
    })

    test('asks a read again', async () => {
      await using made = await benchOn(cluster)
      await made.link.read(count, { id: 'mark-9' })
      const lost = made.proxy.lose({ of: 'mark-9', what: 'answer', then: 'cut' })
      assert.deepEqual(await made.link.read(count, { id: 'mark-9' }), [{ n: 0 }])
      await lost
    })

    test('begins a transaction again that was not committed', async () => {
      await using made = await benchOn(cluster)
      const lost = made.proxy.lose({ of: 'mark-10', what: 'answer', then: 'cut' })
      let times = 0
      await made.link.transact(async (tx) => {
        times += 1
        await tx.run(insert, { id: 'mark-10' })
      })
      await lost
      assert.equal(times, 2)
      assert.deepEqual(await made.link.read(count, { id: 'mark-10' }), [{ n: 1 }])
    })

    test('never does a transaction twice whose commit nobody confirmed', async () => {
      await using made = await benchOn(cluster)
      const lost = made.proxy.lose({ of: 'commit\0', what: 'answer', then: 'cut' })
      await assert.rejects(
        made.link.transact((tx) => tx.run(insert, { id: 'a' })),
        fault(/^transact: the answer was lost; whether it was done is not known/),
      )
      await lost
      assert.deepEqual(await made.link.read(count, { id: 'a' }), [{ n: 1 }])
    })

    test('takes what an operator of the database ends for lost', async () => {
      await using made = await benchOn(cluster, { statementSeconds: 2 })
      const slow = statement(
        'test_slow_add',
        `
      with added as (insert into probe (id, n) values (@id, 0) on conflict do nothing returning id)
      select id, pg_sleep(case when @again::boolean then 0 else 1 end) from added`,
      )
      const write = made.link.write(slow, { id: 'a' })
      const ended = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = '${made.database.name}' and usename = '${SERVING.user}'`
      assert.equal((await after(300, write, () => made.database.query(ended))).again, true)
      assert.deepEqual(retriesOf(made.link), ['lost'])
    })

    test('does not believe the other connections that were as silent as one that was lost', async () => {
      await using made = await benchOn(cluster, { statementSeconds: 0.1 })
      await Promise.all([1, 2, 3, 4].map(() => made.link.read(sleep, { seconds: 0.05 })))
      made.proxy.swallow()
      await made.proxy.heal()
      // One of four is found silent; if each were, the deadline would pass.
      assert.deepEqual(await made.link.read(look, {}), [{ one: 1 }])
      assert.equal(made.link.stats().retries.silent, 1)
      assert.equal(made.link.stats().idle, 1)
    })
  })
})
