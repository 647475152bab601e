import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AuditEvent, KeptEvent } from '../../src/audit/index.ts'
import { instantOf, later } from '../../src/kernel/index.ts'
import { createLeases, RENEW_SECONDS } from '../../src/leases/index.ts'
import type { Store } from '../../src/store/index.ts'
import { createFakeClock, NOON } from '../support/world.ts'
import { counted, type OpenBench, times, turns } from './bench.ts'

const told = (reason: string): AuditEvent => ({
  ...{ event: 'request.refused', at: NOON, actor: 'client', client: 'iam', reason },
})
const linksOf = (after: number, kept: readonly KeptEvent[]) =>
  kept.map(({ id }, n) => ({
    ...{ id, sequence: after + n + 1, keyId: 'k', mac: `mac ${after + n + 1}` },
  }))
const checkpointOf = (sequence: number) => ({
  ...{ sequence, mac: `mac ${sequence}`, at: NOON, keyId: 'k', signature: `s ${sequence}` },
})
const reasons = (kept: readonly KeptEvent[]) => kept.map(({ text }) => JSON.parse(text).reason)

export function auditStoreContract(backend: string, open: OpenBench): void {
  describe(`audit store: ${backend}`, () => {
    test('gives what is not sealed, oldest commit first, as many as asked for', async () => {
      await using bench = await open()
      const { audit, requests } = bench.store
      await audit.keep([told('1'), told('2')])
      await requests.refuse(told('3'))
      await audit.keep([told('4')])
      assert.deepEqual(reasons(await audit.unsealed(3)), ['1', '2', '3'])
      assert.deepEqual(reasons(await audit.unsealed(9)), ['1', '2', '3', '4'])
    })

    test('counts what is not sealed, no further than it is asked to', async () => {
      await using bench = await open()
      const { audit } = bench.store
      assert.equal(await audit.countUnsealed(9), 0)
      await audit.keep([told('1'), told('2'), told('3'), told('4')])
      assert.deepEqual([await audit.countUnsealed(9), await audit.countUnsealed(3)], [4, 3])
      assert.equal(await audit.seal(0, linksOf(0, await audit.unsealed(3)), null), 'sealed')
      assert.equal(await audit.countUnsealed(9), 1)
    })

    test('has no head, no link and no checkpoint before the first', async () => {
      await using bench = await open()
      const { audit } = bench.store
      assert.equal(await audit.head(), undefined)
      assert.deepEqual(await audit.sealed(0, 10), [])
      assert.equal(await audit.lastCheckpoint(), undefined)
    })

    test('appends in order, and gives back each link with its event', async () => {
      await using bench = await open()
      const { audit } = bench.store
      await audit.keep([told('1'), told('2'), told('3')])
      const kept = await audit.unsealed(10)
      const first = linksOf(0, kept.slice(0, 2))
      assert.equal(await audit.seal(0, first, null), 'sealed')
      assert.deepEqual(await audit.head(), { sequence: 2, mac: 'mac 2' })
      assert.deepEqual(reasons(await audit.unsealed(10)), ['3'])
      assert.equal(await audit.seal(2, linksOf(2, kept.slice(2)), checkpointOf(3)), 'sealed')
      assert.deepEqual(await audit.lastCheckpoint(), checkpointOf(3))
      const all = linksOf(0, kept).map((link, n) => ({
        ...link,
        text: JSON.stringify(told(`${n + 1}`)),
      }))
      assert.deepEqual(await audit.sealed(0, 10), all)
      assert.deepEqual(await audit.sealed(1, 1), all.slice(1, 2))
    })

    test('lets exactly one of many racing sealers append after a head', async () => {
      await using bench = await open()
      await using other = await bench.another()
      const storeOf = turns(bench.store, other)
      await bench.store.audit.keep([told('1'), told('2')])
      const links = linksOf(0, await bench.store.audit.unsealed(10))
      const race = times(10, (n) => storeOf(n).audit.seal(0, links, checkpointOf(2)))
      assert.deepEqual(counted(await Promise.all(race)), { sealed: 1, stale: 9 })
      assert.equal((await other.audit.sealed(0, 10)).length, 2)
    })

    test('seals nothing twice, out of order, or past an older commit that waits', async () => {
      await using bench = await open()
      const { audit } = bench.store
      await audit.keep([told('1'), told('2'), told('3')])
      const kept = await audit.unsealed(10)
      const [one, two, three] = kept
      assert.ok(one && two && three)
      for (const order of [[two], [two, one], [one, three], [one, one]])
        assert.equal(await audit.seal(0, linksOf(0, order), null), 'stale')
      assert.equal(await audit.seal(0, linksOf(1, [one]), null), 'stale')
      assert.equal(await audit.head(), undefined)
      assert.equal(await audit.seal(0, linksOf(0, kept), null), 'sealed')
      assert.equal(await audit.seal(3, linksOf(3, [one]), null), 'stale')
    })

    test('signs a checkpoint without a new link', async () => {
      await using bench = await open()
      const { audit } = bench.store
      await audit.keep([told('1')])
      await audit.seal(0, linksOf(0, await audit.unsealed(1)), null)
      assert.equal(await audit.seal(1, [], checkpointOf(1)), 'sealed')
      assert.deepEqual(await audit.lastCheckpoint(), checkpointOf(1))
    })
  })

  describe(`lease store: ${backend}`, () => {
    const until = later(NOON, 10)

    test('lets exactly one of many racing holders have it', async () => {
      await using bench = await open()
      await using other = await bench.another()
      const storeOf = turns(bench.store, other)
      const race = times(10, (n) => storeOf(n).leases.claim('sealer', `h${n}`, NOON, until))
      assert.deepEqual(counted(await Promise.all(race)), { held: 1, taken: 9 })
    })

    test('lets its holder claim on, and others when its time is over', async () => {
      await using bench = await open()
      const { leases } = bench.store
      assert.equal(await leases.claim('sealer', 'a', NOON, until), 'held')
      assert.equal(await leases.claim('sealer', 'a', NOON, later(NOON, 20)), 'held')
      const last = instantOf(later(NOON, 20) - 1)
      assert.equal(await leases.claim('sealer', 'b', last, later(NOON, 30)), 'taken')
      assert.equal(await leases.claim('sealer', 'b', later(NOON, 20), later(NOON, 30)), 'held')
      assert.equal(await leases.claim('sweeper', 'a', NOON, until), 'held')
    })

    test('is free once its holder released it, and not when another did', async () => {
      await using bench = await open()
      const { leases } = bench.store
      await leases.claim('sealer', 'a', NOON, until)
      await leases.release('sealer', 'b')
      assert.equal(await leases.claim('sealer', 'b', NOON, until), 'taken')
      await leases.release('sealer', 'a')
      assert.equal(await leases.claim('sealer', 'b', NOON, until), 'held')
    })

    test('passes every job on within ten seconds when the process that did it is killed', async () => {
      await using bench = await open()
      const clock = createFakeClock()
      const names = ['sealer', 'sweeper', 'key-maker'] as const
      const log = { info() {}, warn() {} }
      const of = (store: Store, holder: string) =>
        createLeases({ names, store: store.leases, holder, clock, log, company: 'expected' })
      const killed = of(bench.store, 'killed')
      await using second = await bench.another()
      await using third = await bench.another()
      const others = [of(second, 'b'), of(third, 'c')]
      const held = () => others.flatMap((one) => names.filter((name) => one.isHeld(name)))
      for (let seconds = 0; seconds < 20; seconds += RENEW_SECONDS) {
        for (const one of [killed, ...others]) await one.renew()
        assert.deepEqual(held(), [])
        clock.advance(RENEW_SECONDS)
      }
      const died = clock.now()
      while (held().length < names.length && clock.now() <= later(died, 10)) {
        clock.advance(RENEW_SECONDS)
        for (const one of others) await one.renew()
      }
      assert.deepEqual(held().toSorted(), names.toSorted())
      assert.ok(clock.now() <= later(died, 10))
      // It was only asleep, and knows by its own clock that others do its jobs.
      assert.ok(names.every((name) => !killed.isHeld(name)))
      await killed.renew()
      assert.ok(names.every((name) => !killed.isHeld(name)))
    })
  })
}
