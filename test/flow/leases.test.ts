import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { later } from '../../src/kernel/index.ts'
import {
  createInstallation,
  createReplica,
  type Installation,
  serve,
} from '../bench/installation.ts'
import { openApp } from '../support/app.ts'
import { begin } from '../support/passage.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { engine } from '../support/test-store.ts'

const NAMES = ['sealer', 'sweeper', 'key-maker', 'notifier']

/** What a process believes to hold, as Prometheus reads it. */
async function held({ management }: Installation): Promise<readonly string[]> {
  const body = await (await fetch(`${management}/metrics`)).text()
  const of = (name: string) => new RegExp(`^sallyport_lease_held\\{lease="${name}"\\} ([01])$`, 'm')
  return NAMES.filter((name) => {
    const value = of(name).exec(body)?.[1]
    assert.ok(value !== undefined, name)
    return value === '1'
  })
}

describe('a process without the leases', () => {
  test('seals, sweeps and tends nothing, reads the keys that others made, and goes on when it may', async () => {
    await using app = await openApp({ settings: { factors: ['email'] } })
    const { store, signingKeys, tend } = app.app
    const look = async () => ({
      stepUps: await app.kept.query<{ id: string }>('SELECT id FROM step_ups'),
      unsealed: (await store.audit.unsealed(100)).length,
      keys: (await store.signingKeys.list()).map(({ state }) => state).toSorted(),
    })
    await begin(app)
    await signingKeys.rotate('system')
    const stepUps = (await look()).stepUps
    assert.equal(stepUps.length, 1)

    app.clock.advance(10)
    const monthLater = later(app.clock.now(), 30 * 86_400)
    for (const name of NAMES)
      assert.equal(await store.leases.claim(name, 'other', app.clock.now(), monthLater), 'held')
    app.clock.advance(3 * 86_400)
    const before = await look()
    assert.ok(before.unsealed > 0)
    await tend()
    assert.deepEqual(await look(), { ...before, keys: ['active', 'next'], stepUps })
    assert.equal((await signingKeys.published()).keys.length, 2)

    for (const name of NAMES) await store.leases.release(name, 'other')
    await tend()
    await tend()
    assert.deepEqual(await look(), { stepUps: [], unsealed: 0, keys: ['active', 'retired'] })
  })
})

describe('two processes on one store', () => {
  test('share the jobs of the background: one does them, and the other as soon as that one is gone', async () => {
    await using opening = new AsyncDisposableStack()
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-leases-'))
    opening.defer(() => rmSync(folder, { recursive: true, force: true }))
    const database = engine === 'postgres' ? await (await sharedPostgres()).database() : null
    if (database !== null) opening.use(database)
    const one = await createInstallation(folder, database)
    const other = await createReplica(one)
    const first = await serve(one)
    opening.defer(() => first.stop())
    const second = await serve(other)
    opening.defer(() => second.stop())
    assert.deepEqual([await held(one), await held(other)], [NAMES, []])

    const gone = once(first.child, 'exit')
    first.child.kill('SIGKILL')
    await gone
    const from = performance.now()
    while ((await held(other)).length < NAMES.length) {
      assert.ok(performance.now() - from < 10_000, 'nobody took over')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    // The lease of the dead one had to run out first.
    assert.ok(performance.now() - from > 1_000)

    // One that stops as it should leaves nothing behind that another would have to wait for.
    const third = await serve(one)
    opening.defer(() => third.stop())
    assert.deepEqual(await held(one), [])
    await second.stop()
    assert.equal(second.child.exitCode, 0)
    const since = performance.now()
    while ((await held(one)).length < NAMES.length) {
      assert.ok(performance.now() - since < 4_000, 'nobody took over')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })
})
