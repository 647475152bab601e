import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import { Registry } from 'prom-client'
import { needs } from '../../test/support/needs.ts'
import { replicaMetrics } from './replica.ts'

const NONE = { used: 0, idle: 0, waiting: 0, retries: {} }

function bench(retryKinds: readonly string[] | null = ['deadlock', 'connection']) {
  const registry = new Registry()
  const metrics = replicaMetrics([registry], { leases: ['sealer'], retryKinds })
  const lines = async () =>
    (await registry.metrics()).split('\n').filter((line) => /^sallyport/.test(line))
  return { registry, metrics, lines }
}

describe('what a replica says of itself', () => {
  test('stands at 0 from the start', async () => {
    assert.deepEqual(await bench().lines(), [
      'sallyport_lease_held{lease="sealer"} 0',
      'sallyport_store_connections{state="used"} 0',
      'sallyport_store_connections{state="idle"} 0',
      'sallyport_store_waiting 0',
      'sallyport_store_retries_total{kind="deadlock"} 0',
      'sallyport_store_retries_total{kind="connection"} 0',
      'sallyport_clock_skew_seconds 0',
    ])
  })

  test('has no pool and no skew where the store is no server', async () => {
    const { metrics, lines } = bench(null)
    metrics.pool(null)
    metrics.clockSkew(3)
    assert.deepEqual(await lines(), ['sallyport_lease_held{lease="sealer"} 0'])
  })

  test('is what was last said, and counts on what is asked again', async () => {
    const { metrics, lines } = bench()
    metrics.lease('sealer', true)
    metrics.clockSkew(-0.25)
    metrics.pool({ used: 3, idle: 2, waiting: 1, retries: { deadlock: 4, connection: 1 } })
    metrics.pool({ used: 1, idle: 4, waiting: 0, retries: { deadlock: 6, connection: 1 } })
    assert.deepEqual(await lines(), [
      'sallyport_lease_held{lease="sealer"} 1',
      'sallyport_store_connections{state="used"} 1',
      'sallyport_store_connections{state="idle"} 4',
      'sallyport_store_waiting 0',
      'sallyport_store_retries_total{kind="deadlock"} 6',
      'sallyport_store_retries_total{kind="connection"} 1',
      'sallyport_clock_skew_seconds -0.25',
    ])
  })

  test('makes no series of what is in no closed set', async () => {
    const { metrics, lines } = bench()
    const before = (await lines()).length
    metrics.lease('x', true)
    metrics.pool({ ...NONE, retries: { x: 1 } })
    assert.equal((await lines()).length, before)
  })

  test('is taken by promtool as it is', needs('promtool'), async () => {
    const input = await bench().registry.metrics()
    const checked = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
    assert.deepEqual([checked.status, checked.stderr], [0, ''])
  })
})
