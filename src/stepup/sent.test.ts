import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instantOf, later } from '../kernel/index.ts'
import { firstSent, sentAgain } from './sent.ts'

const NOON = instantOf(Date.UTC(2030, 0, 1, 12))
const life = { codeSeconds: 300, stepUpEnds: later(NOON, 600), coolDownSeconds: [30, 60, 120] }
const first = firstSent('a@b.c', 'k', life, NOON)

describe('a code that is sent', () => {
  test('lives five minutes and may be sent again after 30, 60, 120 s', () => {
    assert.equal(first.expiresAt, later(NOON, 300))
    const second = sentAgain(first, 'k', life, later(NOON, 30))
    const third = sentAgain(second, 'k', life, later(NOON, 90))
    const fourth = sentAgain(third, 'k', life, later(NOON, 210))
    const waits = [first, second, third, fourth].map((s) => (s.resendAt - s.sentAt) / 1000)
    assert.deepEqual(waits, [30, 60, 120, 120])
  })

  test('is repeated with its first expiry while a minute is left', () => {
    const again = sentAgain(first, 'newer', life, later(NOON, 239))
    assert.deepEqual([again.generation, again.expiresAt, again.keyId], [0, first.expiresAt, 'k'])
  })

  test('is replaced when less than a minute is left', () => {
    const again = sentAgain(first, 'newer', life, later(NOON, 241))
    assert.deepEqual([again.generation, again.keyId], [1, 'newer'])
    assert.equal(again.expiresAt, later(NOON, 541))
  })

  test('never outlives its step-up', () =>
    assert.equal(firstSent('a@b.c', 'k', life, later(NOON, 500)).expiresAt, life.stepUpEnds))
})
