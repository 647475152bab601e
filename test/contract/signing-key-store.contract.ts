import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/index.ts'
import { later, Secret } from '../../src/kernel/index.ts'
import type { SigningKey } from '../../src/oidc/index.ts'
import { NOON } from '../support/world.ts'
import { counted, eventsOf, type OpenBench, times, turns } from './bench.ts'

const key = (kid: string, state: SigningKey['state']): SigningKey => ({
  ...{ kid, alg: 'ES256', state, publicJwk: `{"kid":"${kid}"}`, madeAt: NOON },
  privateKey: new Secret(`-----BEGIN PRIVATE KEY----- ${kid}`),
  activatedAt: state === 'next' ? null : later(NOON, 1),
  retiredAt: state === 'retired' ? later(NOON, 2) : null,
})

const made = (kid: string): AuditEvent => ({
  ...{ event: 'signing-key.made', kid, alg: 'ES256', at: NOON, actor: 'system' },
})

const plain = (keys: readonly SigningKey[]) =>
  keys.map((one) => ({ ...one, privateKey: one.privateKey.reveal() }))

export function signingKeyStoreContract(backend: string, open: OpenBench): void {
  describe(`signing key store: ${backend}`, () => {
    test('is empty at first', async () => {
      await using bench = await open()
      assert.deepEqual(await bench.store.signingKeys.list(), [])
    })

    test('keeps keys of every state, with their private halves and the events', async () => {
      await using bench = await open()
      const keys = [key('a', 'retired'), key('b', 'active'), key('c', 'next')]
      const events = keys.map(({ kid }) => made(kid))
      assert.equal(await bench.store.signingKeys.replaceSet([], keys, events), 'replaced')
      assert.deepEqual(plain(await bench.store.signingKeys.list()), plain(keys))
      assert.deepEqual(await eventsOf(bench.store), events)
    })

    test('adds, changes and removes in one', async () => {
      await using bench = await open()
      const { signingKeys } = bench.store
      const before = [key('a', 'retired'), key('b', 'active')]
      await signingKeys.replaceSet([], before, [])
      const after = [key('b', 'retired'), key('c', 'active')]
      assert.equal(await signingKeys.replaceSet(before, after, []), 'replaced')
      assert.deepEqual(plain(await signingKeys.list()), plain(after))
    })

    test('lets exactly one of many racing callers replace what all of them saw', async () => {
      await using bench = await open()
      await using other = await bench.another()
      const storeOf = turns(bench.store, other)
      const race = times(10, (n) =>
        storeOf(n).signingKeys.replaceSet([], [key(`k${n}`, 'active')], [made(`k${n}`)]),
      )
      assert.deepEqual(counted(await Promise.all(race)), { replaced: 1, stale: 9 })
      const [only, ...others] = await bench.store.signingKeys.list()
      assert.deepEqual(others, [])
      assert.deepEqual(await eventsOf(bench.store), [made(only?.kid ?? '')])
    })

    test('is stale when a state is another than was seen', async () => {
      await using bench = await open()
      const { signingKeys } = bench.store
      await signingKeys.replaceSet([], [key('a', 'active')], [])
      assert.equal(await signingKeys.replaceSet([key('a', 'next')], [], [made('x')]), 'stale')
      assert.equal(await signingKeys.replaceSet([], [], [made('x')]), 'stale')
      assert.equal((await signingKeys.list()).length, 1)
      assert.deepEqual(await eventsOf(bench.store), [])
    })
  })
}
