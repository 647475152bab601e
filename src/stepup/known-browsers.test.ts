import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instantOf, later } from '../kernel/index.ts'
import { laneOf } from './known-browsers.ts'
import type { Lane } from './step-up.ts'
import { lockedUntil, triesLeft } from './tallies.ts'

const NOW = instantOf(1_893_499_200_000)
const DAYS_90 = 90 * 86_400
/** As in a configuration that says nothing of it. */
const LOCK_RULE = { every: 10, seconds: [900], cap: 50, own: 10 }
const signed = { lane: 'signed' } as const
const since = (seconds: number) => ({
  knownBrowsers: [{ browser: 'mine', at: later(NOW, -seconds), chosen: null }],
})

describe('the lane of a request', () => {
  test('is that of the browser for ninety days after its last success', () => {
    assert.equal(laneOf(signed, since(DAYS_90 - 1), 'mine', NOW), 'browser:mine')
    assert.equal(laneOf(signed, since(DAYS_90), 'mine', NOW), 'signed')
    assert.equal(laneOf(signed, since(1), 'other', NOW), 'signed')
  })

  test('is never that of a browser where nobody signed', () => {
    assert.equal(laneOf({ lane: 'unsigned' }, since(1), 'mine', NOW), 'unsigned')
  })
})

describe('the cap', () => {
  const tally = (lane: Lane, failures: number) =>
    ({ factor: 'totp', lane, failures, lockedUntil: null }) as const
  const tallies = [tally('signed', 48), tally('browser:a', 2), tally('browser:b', 9)]
  const until = (lane: Lane) => lockedUntil(tallies, 'totp', lane, LOCK_RULE, NOW)
  const left = (lane: Lane) => triesLeft(tallies, 'totp', lane, LOCK_RULE)

  test('leaves a known browser what is left of ten answers, and nobody else any', () => {
    assert.equal(until('signed'), 'operator')
    assert.equal(until('browser:a'), null)
    assert.equal(until('unsigned'), null)
    assert.deepEqual([left('signed'), left('browser:a'), left('browser:b')], [0, 8, 1])
    const spent = [...tallies, tally('browser:c', 10)]
    assert.equal(lockedUntil(spent, 'totp', 'browser:c', LOCK_RULE, NOW), 'operator')
  })
})
