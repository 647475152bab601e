import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import { Registry } from 'prom-client'
import { needs } from '../../test/support/needs.ts'
import { directoryMetrics } from './directories.ts'

const SERVERS = ['ldaps://dc1', 'ldaps://dc2']
const IDLE = { isUp: true, idle: 1, certificateDaysLeft: null }

function bench() {
  const registry = new Registry()
  const metrics = directoryMetrics([registry], { corp: SERVERS })
  const lines = async () =>
    (await registry.metrics())
      .split('\n')
      .filter((line) => /^sallyport/.test(line))
      .map((line) => line.replace('sallyport_directory_', ''))
  return { registry, metrics, lines }
}

describe('what a directory says of itself', () => {
  test('counts from 0, and shows no state before there is one', async () => {
    assert.deepEqual(await bench().lines(), [
      'answers_from_memory_total{directory="corp",why="fresh"} 0',
      'answers_from_memory_total{directory="corp",why="outage"} 0',
      ...['phone', 'email'].flatMap((contact) =>
        ['unparseable', 'no-text', 'too-many'].map(
          (why) => `contacts_dropped_total{directory="corp",contact="${contact}",why="${why}"} 0`,
        ),
      ),
      'references_ignored_total{directory="corp"} 0',
    ])
  })

  test('is what was last said', async () => {
    const { metrics, lines } = bench()
    const server = { label: 'ldaps://dc1', isUp: false, idle: 2, certificateDaysLeft: 12 }
    const busy = { servers: [server], inUse: 3, waiting: 7 }
    const before = { ...server, isUp: true, idle: 5 }
    metrics.directoryState('corp', { servers: [before], inUse: 8, waiting: 9 })
    metrics.directoryState('corp', {
      ...busy,
      servers: [server, { ...IDLE, label: 'ldaps://dc2' }],
    })
    const shown = await lines()
    assert.deepEqual(
      shown.filter((line) => !line.includes('_total')),
      [
        'server_up{directory="corp",server="ldaps://dc1"} 0',
        'server_up{directory="corp",server="ldaps://dc2"} 1',
        'connections_used{directory="corp"} 3',
        'connections_idle{directory="corp",server="ldaps://dc1"} 2',
        'connections_idle{directory="corp",server="ldaps://dc2"} 1',
        'waiting{directory="corp"} 7',
        'certificate_days_left{directory="corp",server="ldaps://dc1"} 12',
      ],
    )
  })

  test('counts what was dropped, what was ignored and what came from memory', async () => {
    const { metrics, lines } = bench()
    metrics.contactDropped('corp', 'phone', 'unparseable')
    metrics.referencesIgnored('corp', 3)
    metrics.directoryServed('corp', 'outage')
    const shown = await lines()
    for (const line of [
      'contacts_dropped_total{directory="corp",contact="phone",why="unparseable"} 1',
      'references_ignored_total{directory="corp"} 3',
      'answers_from_memory_total{directory="corp",why="outage"} 1',
    ])
      assert.ok(shown.includes(line), line)
  })

  test('makes no series of what is in no closed set', async () => {
    const { metrics, lines } = bench()
    const before = (await lines()).length
    metrics.directoryState('x', { inUse: 1, servers: [], waiting: 1 })
    metrics.directoryServed('x', 'fresh')
    metrics.referencesIgnored('x', 1)
    metrics.contactDropped('x', 'phone', 'no-text')
    metrics.contactDropped('corp', '+49 30 1234', 'no-text')
    assert.equal((await lines()).length, before)
    const elsewhere = { ...IDLE, label: 'ldaps://elsewhere' }
    metrics.directoryState('corp', { inUse: 1, servers: [elsewhere], waiting: 1 })
    assert.ok(!(await lines()).join().includes('elsewhere'))
  })

  test('is taken by promtool as it is', needs('promtool'), async () => {
    const { registry, metrics } = bench()
    metrics.directoryState('corp', { inUse: 0, servers: [], waiting: 0 })
    const input = await registry.metrics()
    const checked = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
    assert.deepEqual([checked.status, checked.stderr], [0, ''])
  })
})
