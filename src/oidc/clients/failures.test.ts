import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Instant, instantOf, later } from '../../kernel/index.ts'
import { createFailed } from './failures.ts'

function watching() {
  let now: Instant = instantOf(0)
  const lines: object[] = []
  const counted: (string | null)[] = []
  const failed = createFailed({
    log: { warn: (message, facts) => void lines.push({ message, ...facts }) },
    clock: { now: () => now },
    count: (client) => void counted.push(client),
  })
  const fail = (times: number) => {
    for (let time = 0; time < times; time++)
      failed('client authentication failed', 'iam', 'signature')
  }
  const pass = (seconds: number) => {
    now = later(now, seconds)
  }
  return { lines, counted, fail, pass }
}

describe('failures of clients', () => {
  test('are logged with the reason, a few a second, and all of them counted', () => {
    const { lines, counted, fail, pass } = watching()
    fail(100)
    assert.equal(lines.length, 5)
    assert.equal(counted.length, 100)
    const line = { message: 'client authentication failed', client: 'iam', why: 'signature' }
    assert.deepEqual(lines[0], { ...line, leftOut: 0 })
    pass(1)
    fail(100)
    assert.equal(lines.length, 7)
    assert.deepEqual(lines[5], { ...line, leftOut: 95 })
    pass(60)
    fail(1)
    assert.deepEqual(lines[7], { ...line, leftOut: 98 })
  })

  test('are logged again also where the clock went back', () => {
    const { lines, fail, pass } = watching()
    fail(5)
    pass(-3600)
    fail(1)
    assert.equal(lines.length, 5)
    pass(1)
    fail(1)
    assert.equal(lines.length, 6)
  })
})
