import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ANONYMOUS, sidOf } from './sid.ts'

describe('a SID', () => {
  test('is written as Windows writes it', () => {
    const bytes = Buffer.from('AQUAAAAAAAUVAAAA2VbKkJNTlNPNJss7TgQAAA==', 'base64')
    assert.equal(sidOf(bytes), 'S-1-5-21-2429179609-3549713299-1003169485-1102')
  })

  test('of nobody is known', () => {
    assert.equal(sidOf(Buffer.from('AQEAAAAAAAUHAAAA', 'base64')), ANONYMOUS)
  })

  test('that is none is not taken for nobody', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('short')]) assert.match(sidOf(bytes), /^S-/)
  })
})
