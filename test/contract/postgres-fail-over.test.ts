import assert from 'node:assert/strict'
import { after as afterAll, before, describe, test } from 'node:test'
import { isUnique } from '../../src/store/postgres/faults.ts'
import { statement } from '../../src/store/postgres/statements.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import {
  add,
  after,
  benchOn,
  CLOCK,
  count,
  fault,
  hold,
  insert,
  linkTo,
  look,
  PROBE,
  QUICK,
  retriesOf,
  secondsOf,
  sleep,
} from '../support/link-bench.ts'
import { needs } from '../support/needs.ts'
import { type Cluster, startPostgres } from '../support/postgres.ts'
import { startStandby } from '../support/postgres-standby.ts'

describe('a link to several servers', needs('postgresql'), () => {
  test('goes to the one that takes writes, and follows when another takes over', async () => {
    await using cluster = await startPostgres({ durable: true })
    await using standby = await startStandby(cluster)
    // It goes with its server, which will not be there to drop it.
    const database = await cluster.database()
    await database.query(PROBE)
    // The standby follows a moment later than it has heard.
    const there = `select 1 from pg_database where datname = '${database.name}'`
    while ((await standby.query(there)).length === 0);

    const hosts = [standby, cluster]
    await using link = linkTo({ ...database.settings, ...QUICK, hosts, deadlineSeconds: 10 })
    await link.write(insert, { id: 'before' })
    assert.deepEqual(retriesOf(link), ['read-only'])
    await cluster.kill()
    const write = link.write(add, { id: 'during' })
    await after(500, write, () => standby.promote())
    for (const id of ['before', 'during'])
      assert.deepEqual(await link.read(count, { id }), [{ n: 1 }])
  })

  test('passes over one that says nothing, and stays where it was heard', async () => {
    await using cluster = await startPostgres()
    await using mute = await startFaultProxy(cluster)
    mute.swallow()
    const hosts = [mute, cluster]
    await using made = await benchOn(cluster, { hosts, deadlineSeconds: 3 })
    assert.ok((await secondsOf(() => made.link.read(look, {}))) >= 0.5)
    await Promise.all([1, 2, 3].map(() => made.link.read(sleep, { seconds: 0.05 })))
    assert.equal(mute.accepted, 1)
    assert.equal(made.link.stats().retries.refused, 1)
  })

  test('comes to the last of many in time, however long the others may say nothing', async () => {
    await using cluster = await startPostgres()
    await using mute = await startFaultProxy(cluster)
    mute.swallow()
    const hosts = [mute, mute, mute, cluster]
    const times = { connectSeconds: 1.5, deadlineSeconds: 2 }
    await using made = await benchOn(cluster, { hosts, ...times })
    assert.deepEqual(await made.link.read(look, {}), [{ one: 1 }])
    assert.equal(mute.accepted, 3)
  })
})

describe('a link to a server', needs('postgresql'), () => {
  let cluster: Cluster
  before(async () => {
    cluster = await startPostgres({ settings: { deadlock_timeout: '50ms' } })
  })
  afterAll(() => cluster[Symbol.asyncDispose]())

  const readOnly = async (how: 'on' | 'off') => {
    await cluster.query(`alter system set default_transaction_read_only = ${how}`)
    await cluster.query('select pg_reload_conf()')
    const heard = "select 1 where current_setting('default_transaction_read_only') = $1"
    while ((await cluster.query(heard, [how])).length === 0);
  }

  test('waits for it to take writes again, and gives up at the deadline', async () => {
    await using made = await benchOn(cluster, { deadlineSeconds: 1 })
    const all = Array.from({ length: made.settings.pool.connectionsMax })
    await Promise.all(all.map(() => made.link.read(sleep, { seconds: 0.1 })))
    await using patient = linkTo({ ...made.settings, deadlineSeconds: 5 })
    await patient.read(look, {})
    try {
      await readOnly('on')
      // The first that is found so speaks for all: to ask each of them in turn would take longer.
      await assert.rejects(
        made.link.write(add, { id: 'a' }),
        fault(/not done within 1 s: .* takes no writes/),
      )
      const write = patient.write(add, { id: 'a' })
      const written = await after(300, write, () => readOnly('off'))
      assert.deepEqual(written, { rows: [{ again: false }], again: false })
      assert.deepEqual(retriesOf(patient), ['read-only'])
    } finally {
      await readOnly('off')
    }
  })

  test('does a transaction again that was in a deadlock', async () => {
    await using made = await benchOn(cluster, { lockSeconds: 1, statementSeconds: 1 })
    for (const id of ['a', 'b']) await made.link.write(insert, { id })
    const both = (first: string, second: string) =>
      made.link.transact(async (tx) => {
        await tx.run(hold, { id: first })
        await tx.run(sleep, { seconds: 0.1 })
        await tx.run(hold, { id: second })
      })
    await Promise.all([both('a', 'b'), both('b', 'a')])
    assert.deepEqual(retriesOf(made.link), ['deadlock'])
    const rows = await made.database.query('select n from probe')
    assert.deepEqual(rows, [{ n: '2' }, { n: '2' }])
  })

  test('does again what could not be serialized', async () => {
    await using made = await benchOn(cluster)
    await made.database.query(`create sequence tries; grant all on tries to public;
      create function once_more() returns bigint language plpgsql as $$ begin
        if nextval('tries') < 3 then raise exception 'not yet' using errcode = '40001'; end if;
        return currval('tries'); end $$`)
    const flaky = statement<{ n: number }>('test_flaky', 'select once_more() as n')
    const written = await made.link.write(flaky, {})
    assert.deepEqual(written, { rows: [{ n: 3 }], again: false })
    assert.equal(made.link.stats().retries.serialization, 2)
  })

  test('outlives a migration under its prepared statements', async () => {
    await using made = await benchOn(cluster)
    const all = statement<object>('test_all', 'select * from probe')
    assert.deepEqual(await made.link.read(all, {}), [])
    await made.database.query('alter table probe add column more text')
    assert.deepEqual(await made.link.read(all, {}), [])
    assert.deepEqual(retriesOf(made.link), ['stale-plan'])
  })

  test('throws a broken constraint as it is, without what the row holds', async () => {
    await using made = await benchOn(cluster)
    await made.link.write(insert, { id: 'private' })
    await assert.rejects(made.link.write(insert, { id: 'private' }), (error: Error) => {
      assert.ok(isUnique(error, 'probe_pkey') && !isUnique(error, 'probe_other'))
      assert.doesNotMatch(JSON.stringify({ ...error, message: error.message }), /private/)
      return true
    })
    const number = statement('test_number', 'select @text::text::integer')
    await assert.rejects(made.link.read(number, { text: 'private' }), (error: Error) => {
      assert.doesNotMatch(`${error.message}${JSON.stringify(error)}`, /private/)
      return true
    })
    assert.equal(made.link.stats().idle, 1)
  })

  test('undoes what a transaction did before it threw, and throws the same', async () => {
    await using made = await benchOn(cluster)
    const mine = new Error('mine')
    const work = made.link.transact(async (tx) => {
      await tx.run(insert, { id: 'a' })
      throw mine
    })
    await assert.rejects(work, mine)
    const swallowing = made.link.transact(async (tx) => {
      await tx.run(insert, { id: 'a' })
      await tx.run(insert, { id: 'a' }).catch(() => {})
    })
    await assert.rejects(swallowing, (error) => isUnique(error, 'probe_pkey'))
    assert.deepEqual(await made.link.read(count, { id: 'a' }), [{ n: 0 }])
    assert.deepEqual(made.link.stats().idle, 1)
  })

  test('says what to do where the tables or the rights are missing', async () => {
    await using made = await benchOn(cluster)
    const unfit = (saying: RegExp) => fault(saying, 'configuration.unfit')
    const nowhere = statement('test_nowhere', 'select * from nowhere')
    await assert.rejects(made.link.read(nowhere, {}), unfit(/run `sallyport migrate`/))
    await made.database.query('revoke all on probe from public, sallyport')
    await assert.rejects(made.link.read(count, { id: 'a' }), unfit(/role .* may not.*permission/))
  })

  test('reads counts and instants as numbers, and none that a number cannot hold', async () => {
    await using made = await benchOn(cluster)
    const numbers = statement<object>(
      'test_numbers',
      'select 1893499200000::bigint as at, array[1, null]::bigint[] as all, null::bigint as none',
    )
    const row = { at: 1893499200000, all: [1, null], none: null }
    assert.deepEqual(await made.link.read(numbers, {}), [row])
    const large = statement('test_large', 'select 9007199254740993::bigint')
    await assert.rejects(made.link.read(large, {}), /beyond what a number holds/)
  })

  test('holds its clock against ours', async () => {
    const clock = { now: () => CLOCK.now() }
    await using made = await benchOn(cluster, {}, { clock })
    assert.ok(Math.abs((await made.link.clock()).offsetMs) < 200)
    made.proxy.delay({ toServer: 50, toClient: 50 })
    const { offsetMs, roundTripMs } = await made.link.clock()
    assert.ok(Math.abs(offsetMs) < 200 && roundTripMs > 90, `${offsetMs} ${roundTripMs}`)
  })

  test('ends when what is under way has ended, and takes nothing new', async () => {
    await using made = await benchOn(cluster)
    const link = linkTo(made.settings)
    const read = link.read(sleep, { seconds: 0.2 })
    const closed = link[Symbol.asyncDispose]()
    await assert.rejects(link.read(look, {}), fault(/is closed/))
    assert.equal((await read).length, 1)
    await closed
    made.proxy.swallow()
    const mute = linkTo(made.settings)
    await assert.rejects(mute.read(look, {}), fault(/not done/))
    assert.ok((await secondsOf(() => mute[Symbol.asyncDispose]())) < 1.5)
  })
})
