import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { againAt } from './again.ts'

const ID = 'stp_0000000000000000000000'

describe('Try again after a fault', () => {
  test('asks once more for what was looked at', () => {
    assert.equal(againAt('GET', `/step-up/${ID}/begin`), '')
  })

  test('posts nothing twice, and shows where the sign-in stands', () => {
    assert.equal(againAt('POST', `/2fa/step-up/${ID}/answer`), `../${ID}`)
  })

  test('leads nowhere from an address that is none of ours', () => {
    for (const path of [
      '/par',
      '//evil.example/step-up/x/answer',
      `/step-up/${ID}`,
      '/step-up/../x',
    ])
      assert.equal(againAt('POST', path), null)
  })
})
