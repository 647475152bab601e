import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { crash } from './run.ts'

describe('a server that is killed while people sign in', () => {
  test('takes no code twice, loses nothing that it said, and keeps a whole audit', async () => {
    const report = await crash({ stepUps: 150, workers: 8, kills: 4, seed: 7 })
    assert.deepEqual(report.broke, [])
    assert.ok(report.stepUps >= 150 && report.kills >= 4)
    // Otherwise nothing of this was tried.
    for (const what of ['lost', 'wrong', 'replays', 'doubles'] as const)
      assert.ok(report[what] > 0, what)
  })
})
