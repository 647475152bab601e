import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { backoffSeconds, deadlineIn, within } from './pace.ts'

const dice = (value: number) => ({ bytes: (count: number) => new Uint8Array(count).fill(value) })

describe('a deadline', () => {
  test('says what is left of it, and never less than nothing', () => {
    let now = 10
    const deadline = deadlineIn(3, { seconds: () => now })
    assert.equal(deadline.left(), 3)
    now = 12
    assert.equal(deadline.left(), 1)
    now = 20
    assert.equal(deadline.left(), 0)
  })
})

describe('the pause before another attempt', () => {
  test('doubles, up to half a second', () => {
    const pauses = [1, 2, 3, 6, 7, 40].map((failures) => backoffSeconds(failures, dice(0)))
    assert.deepEqual(pauses, [0.005, 0.01, 0.02, 0.16, 0.25, 0.25])
  })

  test('is between half of it and the whole, as chance has it', () => {
    const [least, most] = [backoffSeconds(20, dice(0)), backoffSeconds(20, dice(255))]
    assert.equal(least, 0.25)
    assert.ok(most > 0.49 && most < 0.5, `${most}`)
  })
})

describe('what is promised', () => {
  const late: number[] = []
  const options = { late: (value: number) => void late.push(value), error: () => new Error('late') }

  test('is had where it comes in time, and so is its failure', async () => {
    assert.equal(await within(Promise.resolve(1), 60, options), 1)
    await assert.rejects(within(Promise.reject<number>(new Error('mine')), 60, options), /mine/)
  })

  test('is somebody else’s where it comes too late', async () => {
    const { promise, resolve } = Promise.withResolvers<number>()
    await assert.rejects(within(promise, 0, options), /late/)
    resolve(7)
    await promise
    assert.deepEqual(late, [7])
  })
})
