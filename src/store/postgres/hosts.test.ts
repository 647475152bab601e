import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createHosts } from './hosts.ts'

const hosts = () =>
  createHosts([
    { host: 'one', port: 1 },
    { host: '::1', port: 2 },
  ])

describe('hosts', () => {
  test('are tried in order, and then from the first again', () => {
    const made = hosts()
    const labels = Array.from({ length: 3 }, () => {
      const host = made.current()
      made.leave(host)
      return host.label
    })
    assert.deepEqual(labels, ['one:1', '[::1]:2', 'one:1'])
  })

  test('are left once, however many found the same one gone', () => {
    const made = hosts()
    const first = made.current()
    for (let times = 0; times < 3; times++) made.leave(first)
    assert.equal(made.current().label, '[::1]:2')
  })
})
