import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { guidText, parseGuid } from './guid.ts'

/** [MS-DTYP] §2.3.4.3: the first three parts are numbers, and lie in memory with the least byte first. */
const BYTES = Uint8Array.from(Buffer.from('33221100554477668899aabbccddeeff', 'hex'))
const TEXT = '00112233-4455-6677-8899-aabbccddeeff'

describe('a GUID', () => {
  test('is written as Microsoft writes it', () => assert.equal(guidText(BYTES), TEXT))

  for (const text of [TEXT, TEXT.toUpperCase(), `{${TEXT}}`, TEXT.replaceAll('-', '')])
    test(`is read from ${text}`, () => assert.deepEqual(parseGuid(text), BYTES))

  for (const text of ['', TEXT.slice(1), `${TEXT}0`, `${TEXT}\n`, TEXT.replace('0', 'g'), '*'])
    test(`is none: ${JSON.stringify(text)}`, () => assert.equal(parseGuid(text), undefined))

  test('comes back from its text', () => {
    const holds = fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      assert.deepEqual(parseGuid(guidText(bytes)), bytes)
    })
    fc.assert(holds, { seed: 1, numRuns: 500 })
  })
})
