import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { createFakeSigningKeyStore } from '../../../test/support/fake-signing-key-store.ts'
import { createFakeClock } from '../../../test/support/world.ts'
import { later } from '../../kernel/index.ts'
import { createSigningKeys } from './signing-keys.ts'

const HOUR = 3600

function bench() {
  const store = createFakeSigningKeyStore()
  const clock = createFakeClock()
  const open = () => createSigningKeys({ store, clock })
  const states = async () => (await store.list()).map(({ state }) => state)
  return { store, clock, open, states, keys: open() }
}

describe('the signing keys', () => {
  test('sign at once with the first ever', async () => {
    const { keys, store, states } = bench()
    const jwt = (await keys.signer()).sign({ sub: 'x' })
    const set = (await keys.published()) as JSONWebKeySet
    const { payload, protectedHeader } = await jwtVerify(jwt, createLocalJWKSet(set))
    assert.deepEqual(payload, { sub: 'x' })
    assert.deepEqual([protectedHeader.alg, protectedHeader.typ], ['ES256', 'JWT'])
    assert.deepEqual(await states(), ['active'])
    const events = store.events.map(({ event }) => event)
    assert.deepEqual(events, ['signing-key.made', 'signing-key.activated'])
  })

  test('are one, however many replicas start together', async () => {
    const { open, states } = bench()
    const kids = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const keys = open()
        await keys.signer()
        const [active] = await keys.list()
        return active?.kid
      }),
    )
    assert.equal(new Set(kids).size, 1)
    assert.deepEqual(await states(), ['active'])
  })

  test('are published two days before they sign and more than two after', async () => {
    const { keys, clock, states } = bench()
    await keys.signer()
    const begun = await keys.rotate('operator:ops')
    assert.deepEqual([begun.rotation, begun.at], ['begun', later(clock.now(), 48 * HOUR)])
    await keys.tend()
    assert.equal((await keys.published()).keys.length, 2)

    clock.advance(48 * HOUR - 1)
    await keys.tend()
    assert.deepEqual(await states(), ['active', 'next'])
    clock.advance(1)
    await keys.tend()
    assert.deepEqual(await states(), ['retired', 'active'])

    clock.advance(48 * HOUR)
    await keys.tend()
    assert.equal((await keys.published()).keys.length, 2)
    clock.advance(HOUR)
    await keys.tend()
    assert.deepEqual(await states(), ['active'])
    assert.equal((await keys.list())[0]?.kid, begun.kid)
  })

  test('are read by every replica, and made, begun and removed by the one that tends them', async () => {
    const { open, clock, states, keys: tending } = bench()
    const reading = open()
    await reading.refresh()
    assert.deepEqual(await states(), ['active'])
    await tending.rotate('system')
    clock.advance(48 * HOUR)
    await reading.refresh()
    assert.deepEqual(await states(), ['active', 'next'])
    assert.equal((await reading.published()).keys.length, 2)
    await tending.tend()
    clock.advance(49 * HOUR)
    await reading.refresh()
    assert.deepEqual(await states(), ['retired', 'active'])
    await tending.tend()
    await reading.refresh()
    assert.equal((await reading.published()).keys.length, 1)
    assert.equal(
      (await tending.signer()).sign({}).split('.')[0],
      (await reading.signer()).sign({}).split('.')[0],
    )
  })

  test('begin one rotation at a time', async () => {
    const { keys, states } = bench()
    await keys.signer()
    const [first, second] = [await keys.rotate('system'), await keys.rotate('system')]
    assert.deepEqual([second.rotation, second.kid], ['pending', first.kid])
    assert.deepEqual(await states(), ['active', 'next'])
  })

  test('may be rotated before anything was signed', async () => {
    const { keys, states } = bench()
    assert.equal((await keys.rotate('system')).rotation, 'begun')
    assert.deepEqual(await states(), ['active', 'next'])
  })

  test('never come back or vanish early, in any order of days and rotations', async () => {
    const { keys, clock, store } = bench()
    await keys.signer()
    const seen = new Map<string, string>()
    const order = ['next', 'active', 'retired']
    for (let step = 0; step < 60; step++) {
      if (step % 5 === 0) await keys.rotate('system')
      clock.advance(((step * 7) % 30) * HOUR)
      await keys.tend()
      const now = await store.list()
      assert.equal(now.filter(({ state }) => state === 'active').length, 1)
      for (const { kid, state } of now) {
        assert.ok(order.indexOf(state) >= order.indexOf(seen.get(kid) ?? 'next'))
        seen.set(kid, state)
      }
    }
  })
})
