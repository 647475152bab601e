import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { createSlots } from './slots.ts'

describe('slots', () => {
  test('hold what a map would hold, whatever comes and goes', () => {
    const steps = fc.array(fc.nat({ max: 30 }), { maxLength: 300 })
    fc.assert(
      fc.property(steps, (all) => {
        const [slots, map] = [createSlots<{ n: number }>(), new Map<number, { n: number }>()]
        const ever = new Set<number>()
        for (const [n, step] of all.entries()) {
          const known = [...ever][step]
          if (known === undefined || step % 3 === 0) {
            const id = slots.put({ n })
            assert.ok(!ever.has(id), 'an id is never given twice')
            ever.add(id)
            map.set(id, { n })
          } else {
            assert.deepEqual(slots.get(known), map.get(known))
            assert.deepEqual(slots.take(known), map.get(known))
            map.delete(known)
          }
          assert.equal(slots.count(), map.size)
        }
        const numbers = (values: Iterable<{ n: number }>) => [...values].map(({ n }) => n).sort()
        assert.deepEqual(numbers(slots.values()), numbers(map.values()))
        assert.deepEqual(numbers(slots.takeAll()), numbers(map.values()))
        assert.equal(slots.count(), 0)
        assert.deepEqual([...ever].map(slots.get).filter(Boolean), [])
      }),
    )
  })

  test('go on after four thousand million of them', () => {
    const slots = createSlots<object>(2 ** 32 - 3)
    const kept = {}
    const before = slots.put(kept)
    const ids = Array.from({ length: 6 }, () => slots.put({}))
    assert.equal(new Set([before, ...ids]).size, 7)
    assert.ok(ids.every(Number.isSafeInteger))
    assert.equal(slots.get(before), kept)
    assert.ok(ids.every((id) => slots.take(id) !== undefined))
    assert.equal(slots.count(), 1)
  })

  test('let go of what was taken, before a full collection', () => {
    setFlagsFromString('--expose-gc')
    const collect: (how?: object) => void = runInNewContext('gc')
    const slots = createSlots<object>()
    const large = () => ({ of: Array.from({ length: 5_000 }, () => 0) })
    const waiting = Array.from({ length: 5 }, () => slots.put(large()))
    // All that is there is old from here on, and collected no more: what is taken and is held by it stays.
    collect()
    const before = old()
    for (let n = 0; n < 3_000; n++) {
      waiting.push(slots.put(large()))
      slots.take(waiting.shift() ?? 0)
      if (n % 50 === 0) collect({ type: 'minor' })
    }
    // A Map grows by five times as much.
    assert.ok(old() - before < 3 * 2 ** 20, `${old() - before} bytes`)
  })
})

function old(): number {
  const spaces = getHeapSpaceStatistics().filter(({ space_name: name }) => /^old|large/.test(name))
  return spaces.reduce((sum, { space_used_size: used }) => sum + used, 0)
}
