import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createProbe } from './probe.ts'

describe('a probe', () => {
  test('takes no answer in time for down, and asks anew', async () => {
    let asked = 0
    const probe = createProbe(0.02, () => {
      asked++
      return asked === 1 ? new Promise(() => {}) : Promise.resolve('up')
    })
    assert.deepEqual(await Promise.all([probe(), probe()]), ['DOWN', 'DOWN'])
    assert.equal(asked, 1)
    assert.equal(await probe(), 'UP')
  })

  test('says what it was told, and is no hiding place for a mistake', async () => {
    assert.equal(await createProbe(1, async () => 'down')(), 'DOWN')
    const broken = createProbe(1, () => Promise.reject(new Error('a bug')))
    await assert.rejects(broken(), /a bug/)
  })
})
