import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSparing } from './sparing.ts'

test('what comes many times at once is told once, and the next time how many there were', () => {
  let now = 0
  const told: object[] = []
  const stopwatch = { seconds: () => now }
  const tell = createSparing({ seconds: 10, stopwatch, tell: (facts) => void told.push(facts) })
  for (const connection of [1, 2, 3]) tell({ connection })
  assert.deepEqual(told, [{ connection: 1, leftOut: 0 }])
  now = 9.9
  tell({ connection: 4 })
  now = 10
  tell({ connection: 5 })
  now = 20
  tell({ connection: 6 })
  assert.deepEqual(told.slice(1), [
    { connection: 5, leftOut: 3 },
    { connection: 6, leftOut: 0 },
  ])
})
