import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createFakeClock } from '../../test/support/world.ts'
import { Fault, type Instant } from '../kernel/index.ts'
import type { LeaseStore } from './lease-store.ts'
import { createLeases, RENEW_SECONDS } from './leases.ts'

/** As the port says it, of one process. */
function createFakeLeaseStore() {
  const rows = new Map<string, { holder: string; until: Instant }>()
  let isDown = false
  const store: LeaseStore = {
    async claim(name, holder, now, until) {
      if (isDown) throw new Fault('store.unavailable', 'the store is down')
      const row = rows.get(name)
      if (row !== undefined && row.holder !== holder && now < row.until) return 'taken'
      rows.set(name, { holder, until })
      return 'held'
    },
    async release(name, holder) {
      if (rows.get(name)?.holder === holder) rows.delete(name)
    },
  }
  return {
    store,
    down(to: boolean) {
      isDown = to
    },
  }
}

function bench(company: 'expected' | 'unexpected' = 'expected') {
  const { store, down } = createFakeLeaseStore()
  const clock = createFakeClock()
  const told: string[] = []
  const log = {
    info: (said: string, facts: object) =>
      void told.push([said, ...Object.values(facts)].join(' ')),
    warn: (said: string) => void told.push(said),
  }
  const open = (holder: string) =>
    createLeases({ names: ['sealer', 'sweeper'], store, holder, clock, log, company })
  return { clock, told, down, open, one: open('one'), other: open('other') }
}

describe('leases', () => {
  test('are held by one, for as long as it asks', async () => {
    const { clock, one, other, told } = bench()
    assert.equal(one.isHeld('sealer'), false)
    for (let renewed = 0; renewed < 60; renewed++) {
      await one.renew()
      await other.renew()
      clock.advance(RENEW_SECONDS)
      assert.deepEqual([one.isHeld('sealer'), one.isHeld('sweeper')], [true, true])
      assert.deepEqual([other.isHeld('sealer'), other.isHeld('sweeper')], [false, false])
    }
    assert.deepEqual(told, ['lease taken sealer one', 'lease taken sweeper one'])
  })

  test('pass on within ten seconds when their holder dies, wherever it stood', async () => {
    for (let phase = 0; phase <= RENEW_SECONDS; phase += 0.5) {
      const { clock, one, other, told } = bench()
      await one.renew()
      clock.advance(phase)
      let since = phase
      while (!other.isHeld('sealer')) {
        await other.renew()
        assert.ok(since <= 10 || other.isHeld('sealer'), `${since} s`)
        if (!other.isHeld('sealer')) clock.advance(RENEW_SECONDS)
        if (!other.isHeld('sealer')) since += RENEW_SECONDS
      }
      assert.ok(since > 5 && since < 10, `${since} s`)
      // Whoever was only thought to be dead, as after a pause, knows by its own clock that it holds nothing.
      assert.equal(one.isHeld('sealer'), false)
      await one.renew()
      assert.equal(one.isHeld('sealer'), false)
      assert.ok(told.includes('lease lost sealer one'))
    }
  })

  test('pass on at once when they are released, and only those that are held', async () => {
    const { one, other } = bench()
    await one.renew()
    await other.renew()
    await other.release()
    await other.renew()
    assert.equal(other.isHeld('sealer'), false)
    await one.release()
    assert.equal(one.isHeld('sealer'), false)
    await other.renew()
    assert.deepEqual([other.isHeld('sealer'), other.isHeld('sweeper')], [true, true])
  })

  test('are held on while the store is down until they run out, and asked for again', async () => {
    const { clock, one, down } = bench()
    await one.renew()
    down(true)
    clock.advance(RENEW_SECONDS)
    await assert.rejects(one.renew())
    assert.equal(one.isHeld('sealer'), true)
    clock.advance(3 * RENEW_SECONDS)
    await assert.rejects(one.renew())
    assert.equal(one.isHeld('sealer'), false)
    down(false)
    await one.renew()
    assert.equal(one.isHeld('sealer'), true)
  })

  test('tell once of company that stays, where the store is meant for one process', async () => {
    for (const [company, warnings] of [
      ['unexpected', 1],
      ['expected', 0],
    ] as const) {
      const { clock, one, other, told } = bench(company)
      const says = () => told.filter((said) => said === 'another process serves this store').length
      for (let second = 0; second < 28; second += RENEW_SECONDS) {
        await one.renew()
        await other.renew()
        clock.advance(RENEW_SECONDS)
      }
      assert.equal(says(), 0)
      for (let second = 0; second < 60; second += RENEW_SECONDS) {
        await one.renew()
        await other.renew()
        clock.advance(RENEW_SECONDS)
      }
      assert.equal(says(), warnings)
    }
  })
})
