import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/index.ts'
import type { Id } from '../../src/kernel/index.ts'
import type { Store } from '../../src/store/index.ts'
import { challengedSample, createSampler } from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import { eventsOf, type OpenBench, times, turns } from './bench.ts'

const sampler = createSampler('account store')
const ANN = { directory: 'corp', immutableId: 'guid-ann', nameKey: 'ann' }
const BOB = { directory: 'corp', immutableId: 'guid-bob', nameKey: 'bob' }
const RACERS = 20

const know = ({ accounts }: Store, person: typeof ANN, account = sampler.id('account')) =>
  accounts.know(person, account, NOON)

const about = (event: AuditEvent['event'], account: Id<'account'>) => ({
  ...{ event, at: NOON, actor: 'system', account, directory: 'corp' },
})

export function accountStoreContract(backend: string, open: OpenBench): void {
  describe(`account store: ${backend}`, () => {
    test('finds nothing where nobody was asked for', async () => {
      await using bench = await open()
      assert.equal(await bench.store.accounts.find('corp', 'guid-ann'), undefined)
    })

    test('makes an account when it is first asked for, and finds it from then on', async () => {
      await using bench = await open()
      const fresh = sampler.id('account')
      const account = await know(bench.store, ANN, fresh)
      assert.equal(account, fresh)
      const found = { account, nameKey: 'ann' }
      assert.deepEqual(await bench.store.accounts.find('corp', 'guid-ann'), found)
      await using another = await bench.another()
      assert.deepEqual(await another.accounts.find('corp', 'guid-ann'), found)
      assert.equal(await know(another, ANN), account)
      assert.deepEqual(await eventsOf(bench.store), [about('account.made', account)])
      assert.deepEqual(bench.heard, [about('account.made', account)])
    })

    test('keeps the account of a person who is called otherwise', async () => {
      await using bench = await open()
      const account = await know(bench.store, ANN)
      assert.equal(await know(bench.store, { ...ANN, nameKey: 'ann.lee' }), account)
      const found = { account, nameKey: 'ann.lee' }
      assert.deepEqual(await bench.store.accounts.find('corp', 'guid-ann'), found)
      assert.deepEqual((await eventsOf(bench.store)).slice(1), [about('account.renamed', account)])
    })

    test('makes another account for a new person under an old name, and says so', async () => {
      await using bench = await open()
      const former = await know(bench.store, ANN)
      const account = await know(bench.store, { ...ANN, immutableId: 'guid-new' })
      assert.notEqual(account, former)
      const told = [
        about('account.made', account),
        { ...about('account.name-reused', account), former },
      ]
      assert.deepEqual((await eventsOf(bench.store)).slice(1), told)
      assert.deepEqual(bench.heard.slice(1), told)
      // The name is the newcomer's alone, so that it is said once.
      const before = await bench.store.accounts.find('corp', 'guid-ann')
      assert.deepEqual(before, { account: former, nameKey: null })
      await know(bench.store, { ...ANN, immutableId: 'guid-new' })
      assert.equal((await eventsOf(bench.store)).length, 3)
    })

    test('says it as well where somebody who is known takes the name of another', async () => {
      await using bench = await open()
      const [ann, bob] = [await know(bench.store, ANN), await know(bench.store, BOB)]
      assert.equal(await know(bench.store, { ...BOB, nameKey: 'ann' }), bob)
      assert.deepEqual((await eventsOf(bench.store)).slice(2), [
        about('account.renamed', bob),
        { ...about('account.name-reused', bob), former: ann },
      ])
    })

    test('changes and tells nothing where all is as it was', async () => {
      await using bench = await open()
      const account = await know(bench.store, ANN)
      assert.equal(await know(bench.store, ANN), account)
      assert.equal((await eventsOf(bench.store)).length, 1)
      assert.equal(bench.heard.length, 1)
    })

    test('keeps directories apart, in ids and in names', async () => {
      await using bench = await open()
      const here = await know(bench.store, ANN)
      const there = await know(bench.store, { ...ANN, directory: 'branch' })
      assert.notEqual(here, there)
      const names = (await eventsOf(bench.store)).map(({ event }) => event)
      assert.deepEqual(names, ['account.made', 'account.made'])
    })

    test('takes ids and names of any kind as they are', async () => {
      await using bench = await open()
      const odd = { directory: 'corp', immutableId: 'ü\\00"\'{}', nameKey: '王小明 ( \\ )' }
      const account = await know(bench.store, odd)
      const found = { account, nameKey: odd.nameKey }
      assert.deepEqual(await bench.store.accounts.find('corp', odd.immutableId), found)
    })

    test('lets one of many processes make an account, and tells all of them the same', async () => {
      await using bench = await open()
      await using another = await bench.another()
      const pick = turns(bench.store, another)
      const heard = await Promise.all(times(RACERS, (n) => know(pick(n), ANN)))
      assert.equal(new Set(heard).size, 1)
      const [account] = heard
      assert.ok(account)
      assert.deepEqual(await eventsOf(bench.store), [about('account.made', account)])
      assert.equal(bench.heard.length, 1)
    })

    test('tells a new name once, however many processes hear of it at once', async () => {
      await using bench = await open()
      await using another = await bench.another()
      const pick = turns(bench.store, another)
      const former = await know(bench.store, BOB)
      const account = await know(bench.store, ANN)
      const heard = await Promise.all(
        times(RACERS, (n) => know(pick(n), { ...ANN, nameKey: 'bob' })),
      )
      assert.deepEqual([...new Set(heard)], [account])
      assert.deepEqual((await eventsOf(bench.store)).slice(2), [
        about('account.renamed', account),
        { ...about('account.name-reused', account), former },
      ])
    })

    test('keeps two people apart who swap their names again and again at the same moment', async () => {
      await using bench = await open()
      await using another = await bench.another()
      const pick = turns(bench.store, another)
      const [ann, bob] = [await know(bench.store, ANN), await know(bench.store, BOB)]
      const heard = await Promise.all(
        times(RACERS * 2, async (n) => {
          const who = n % 2 === 0 ? ANN : BOB
          const nameKey = n % 4 < 2 ? 'x' : 'y'
          return [who, await know(pick(Math.floor(n / 2)), { ...who, nameKey })] as const
        }),
      )
      for (const [who, account] of heard) assert.equal(account, who === ANN ? ann : bob)
    })

    test('gives a step-up what to hang on, though nobody of ours is there', async () => {
      await using bench = await open()
      const { accounts, stepUps } = bench.store
      const account = await accounts.know(ANN, sampler.id('account'), NOON)
      const stepUp = challengedSample(sampler, { account, isOurs: false })
      const { heard } = await stepUps.open(stepUp, [], null, NOON)
      assert.equal(heard, 'opened')
    })
  })
}
