import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { openSqliteStore } from '../../src/store/index.ts'
import { createFakeClock, createSeededRandom, createTestKeys } from '../support/world.ts'

const [NORMAL, FULL] = [{ synchronous: 1 }, { synchronous: 2 }]
const hasStrace = spawnSync('strace', ['-V']).status === 0
const skip = hasStrace || process.env['CI'] === 'true' ? false : 'strace is not here'

describe('the writer of the sqlite store', () => {
  test('waits for the disk for a batch that holds a durable operation, and for no other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-durability-'))
    try {
      await using store = await openSqliteStore({
        file: join(folder, 'sallyport.db'),
        keys: createTestKeys(),
        random: createSeededRandom(),
        clock: createFakeClock(),
      })
      assert.deepEqual(await store.diagnose('durable'), FULL)
      assert.deepEqual(await store.diagnose('ordered'), NORMAL)
      // Asked in one turn of the loop, they share one batch.
      const mixed = [store.diagnose('ordered'), store.diagnose('durable')]
      assert.deepEqual(await Promise.all(mixed), [FULL, FULL])
      assert.deepEqual(await store.diagnose('ordered'), NORMAL)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('has told the disk before each durable operation is answered, and for none that is ordered', {
    skip,
  }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-strace-'))
    try {
      const out = join(folder, 'trace')
      const script = new URL('./every-write.ts', import.meta.url).pathname
      const calls = ['-f', '-qq', '-s', '200', '-e', 'trace=fdatasync,fsync,write', '-o', out]
      const child = [process.execPath, script, join(folder, 'sallyport.db')]
      const ran = spawnSync('strace', [...calls, ...child], { encoding: 'utf8' })
      assert.equal(ran.status, 0, ran.stderr)
      const traced = syncsIn(readFileSync(out, 'utf8'))
      assert.ok(traced.length >= 25, `${traced.length} operations were traced`)
      for (const { name, answer, syncs } of traced) {
        assert.doesNotMatch(answer, /stale|unknown|replayed|exists|not-locked|expired|ended/, name)
        if (name.startsWith('durable')) assert.ok(syncs > 0, `${name} was answered unsynced`)
        else assert.equal(syncs, 0, `${name} synced`)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

/** Of each operation, the syncs that had come back before its answer was written. */
function syncsIn(trace: string) {
  const traced: { name: string; answer: string; syncs: number }[] = []
  let syncs = 0
  for (const line of trace.split('\n')) {
    if (/(?:fdatasync|fsync)(?:\(\d+\)| resumed>\)) += 0/.test(line)) syncs++
    if (/write\(1, "ASKED /.test(line)) syncs = 0
    const [, name, answer] = /write\(1, "ANSWERED (.+): ([\w-]+)/.exec(line) ?? []
    if (name !== undefined && answer !== undefined) traced.push({ name, answer, syncs })
  }
  return traced
}
