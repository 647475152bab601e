import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createProbe } from './probe.ts'

describe('a probe', () => {
  test('takes no answer in time for down, and asks anew when it has come', async () => {
    const first = Promise.withResolvers<'up'>()
    let asked = 0
    const probe = createProbe(0.02, () => (asked++ === 0 ? first.promise : Promise.resolve('up')))
    assert.deepEqual(await Promise.all([probe(), probe()]), ['DOWN', 'DOWN'])
    assert.deepEqual([await probe(), await probe(), asked], ['DOWN', 'DOWN', 1])
    first.resolve('up')
    await first.promise
    assert.equal(await probe(), 'UP')
    assert.equal(asked, 2)
  })

  test('tells whoever asks while it is being asked what is answered in time', async () => {
    const answer = Promise.withResolvers<'up'>()
    const probe = createProbe(5, () => answer.promise)
    const both = [probe(), probe()]
    answer.resolve('up')
    assert.deepEqual(await Promise.all(both), ['UP', 'UP'])
  })

  test('says what it was told, and is no hiding place for a mistake', async () => {
    assert.equal(await createProbe(1, async () => 'down')(), 'DOWN')
    const broken = createProbe(1, () => Promise.reject(new Error('a bug')))
    await assert.rejects(broken(), /a bug/)
  })
})
