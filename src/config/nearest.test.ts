import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findNearest } from './nearest.ts'

const KEYS = ['issuer', 'listen', 'passwordFile', 'passwordEnv', 'id', 'port']

describe('the nearest word', () => {
  const CASES: readonly [written: string, meant: string | undefined][] = [
    ['isuer', 'issuer'],
    ['Listen', 'listen'],
    ['pasword', 'passwordFile'],
    ['passwordfile', 'passwordFile'],
    ['prot', undefined],
    ['ports', 'port'],
    ['x', undefined],
    ['', undefined],
    ['__proto__', undefined],
    ['a'.repeat(100_000), undefined],
  ]
  for (const [written, meant] of CASES)
    test(`of ${written.slice(0, 20) || 'nothing'} is ${meant ?? 'none'}`, () => {
      assert.equal(findNearest(written, KEYS), meant)
    })
})
