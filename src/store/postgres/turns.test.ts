import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createTurns } from './turns.ts'

const patient = { left: () => 60 }
const hasty = { left: () => 0 }

describe('turns', () => {
  test('are given to so many, then to each who waits, in order', async () => {
    const turns = createTurns(2, 10)
    const [first, second] = [await turns.take(patient), await turns.take(patient)]
    const order: string[] = []
    const waiting = ['a', 'b'].map((name) =>
      turns.take(patient).then((turn) => {
        order.push(name)
        return turn
      }),
    )
    assert.deepEqual([turns.taken, turns.waiting], [2, 2])
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    await waiting[0]
    assert.deepEqual([order, turns.taken, turns.waiting], [['a'], 2, 1])
    second[Symbol.dispose]()
    for (const turn of await Promise.all(waiting)) turn[Symbol.dispose]()
    assert.deepEqual([order, turns.taken, turns.waiting], [['a', 'b'], 0, 0])
  })

  test('are refused at once to whom there is no room for', async () => {
    const turns = createTurns(1, 1)
    const held = await turns.take(patient)
    const waiting = turns.take(patient)
    await assert.rejects(turns.take(patient), /1 wait for the database already/)
    held[Symbol.dispose]()
    await waiting
  })

  test('are left by whom they came too late for', async () => {
    const turns = createTurns(1, 10)
    using held = await turns.take(patient)
    await assert.rejects(turns.take(hasty), /no connection to the database was free in time/)
    assert.deepEqual([turns.taken, turns.waiting], [1, 0])
    held[Symbol.dispose]()
    assert.equal(turns.taken, 0)
  })
})
