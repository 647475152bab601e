import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instantOf, later } from '../../src/kernel/index.ts'
import type { Notice } from '../../src/notices/index.ts'
import type { Lane } from '../../src/stepup/index.ts'
import { challengedSample } from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import { counted, eventsOf, type OpenBench, times, turns } from './bench.ts'

import {
  accountOf,
  DAY,
  dueOf,
  first,
  guesses,
  LATE,
  SINCE,
  sampler,
  sends,
  sentTo,
  shortOf,
} from './noticing.ts'

export function noticeStoreContract(backend: string, open: OpenBench): void {
  describe(`the notice store: ${backend}`, () => {
    test('lets exactly one of many senders try, and is settled once, with its event', async () => {
      await using bench = await open()
      const { store } = bench
      await using another = await bench.another()
      const both = turns(store, another)
      await guesses(() => store, challengedSample(sampler), 10)
      const [notice] = await dueOf(store)
      assert.ok(notice !== undefined)
      const next = later(LATE, 60)
      const claims = await Promise.all(times(10, (n) => both(n).notices.claim(notice, next, SINCE)))
      assert.deepEqual(
        claims.filter((heard) => heard !== 'taken'),
        [{ all: 0, alike: 0 }],
      )
      assert.deepEqual(await dueOf(store), [])
      const [again] = await dueOf(store, next)
      assert.equal(again?.tries, 1)

      const tried = { id: notice.id, tries: 1 }
      const { account } = notice
      const sent = sentTo(account)
      const waiting = { state: 'waiting', remaining: ['b@x.example'] } as const
      assert.equal(await store.notices.settle(notice, waiting, []), 'stale')
      assert.equal(await store.notices.settle(tried, waiting, []), 'settled')
      assert.deepEqual((await dueOf(store, next))[0]?.remaining, ['b@x.example'])
      const end = { state: 'told', at: LATE } as const
      const before = (await eventsOf(store)).length
      const ends = await Promise.all(times(6, (n) => both(n).notices.settle(tried, end, [sent])))
      assert.deepEqual(counted(ends), { settled: 1, stale: 5 })
      assert.equal((await eventsOf(store)).length, before + 1)
      assert.deepEqual(await dueOf(store, later(next, DAY)), [])
    })

    test('says at the claim what the account was told of lately or is about to be, by lane and by kind', async () => {
      await using bench = await open()
      const { store } = bench
      const account = accountOf(challengedSample(sampler))
      const locked = async (lane: Lane) => {
        const known = new Set((await dueOf(store)).map(({ id }) => id))
        await guesses(() => store, challengedSample(sampler, { account, lane }), 10)
        return first((await dueOf(store)).filter(({ id }) => !known.has(id)))
      }
      const claim = (notice: Notice, since = SINCE) => store.notices.claim(notice, NOON, since)
      const one = await locked('signed')
      assert.deepEqual(await claim(one), { all: 0, alike: 0 })

      const email = challengedSample(sampler, { account, factor: 'email' })
      await store.stepUps.open(email, [], null, NOON)
      await sends(store, email, 2)
      const unused = first((await dueOf(store)).filter(({ kind }) => kind === 'codes-unused'))
      // One that was begun may have reached them, wherever whoever began it is now.
      assert.deepEqual(await claim(unused), { all: 1, alike: 0 })
      await store.notices.settle({ ...unused, tries: 1 }, { state: 'dropped' }, [])
      assert.deepEqual(await claim(await locked('unsigned')), { all: 0, alike: 0 })

      await store.notices.settle({ ...one, tries: 1 }, { state: 'told', at: NOON }, [])
      const again = await locked('browser:b')
      assert.equal(shortOf(again), 'locked totp signed')
      assert.deepEqual(await claim(again), { all: 1, alike: 1 })
      assert.deepEqual(await claim({ ...again, tries: 1 }, NOON), { all: 0, alike: 0 })
    })

    test('forgets what is from before, over or not, a few at a time', async () => {
      await using bench = await open()
      const { store } = bench
      for (let n = 0; n < 3; n++) await guesses(() => store, challengedSample(sampler), 10)
      const one = first(await dueOf(store))
      await store.notices.claim(one, LATE, SINCE)
      await store.notices.settle({ ...one, tries: 1 }, { state: 'dropped' }, [])
      assert.equal(await store.notices.forget(instantOf(NOON - 1), 10), 0)
      assert.equal(await store.notices.forget(NOON, 1), 1)
      assert.equal(await store.notices.forget(NOON, 10), 2)
      assert.deepEqual(await dueOf(store), [])
    })
  })
}
