import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { entryOf } from '../../../test/support/fake-ldap.ts'
import { bytesOf, oneOf, textsOf } from './entry.ts'

const latin1 = Uint8Array.from(Buffer.from('Jürgen', 'latin1'))
const MEGABYTE = 'x'.repeat(1024 * 1024)
const entry = entryOf('cn=a', {
  ...{ mail: ['a@b.example', 'c@d.example'], cn: 'A', empty: [] },
  ...{ lost: 'caf\ufffd', binary: latin1, long: [MEGABYTE, 'short'], huge: MEGABYTE },
  ...{ wide: '\u4e2d'.repeat(342), utf8: Uint8Array.from(Buffer.from('李伟')) },
})

describe('a value of an entry', () => {
  test('is found whatever the case of its attribute', () => {
    assert.deepEqual(textsOf(entry, 'MAIL').texts, ['a@b.example', 'c@d.example'])
  })

  test('is text where its bytes are UTF-8, and nothing where they are not', () => {
    assert.deepEqual(textsOf(entry, 'utf8'), { texts: ['李伟'], unreadable: 0 })
    assert.deepEqual(textsOf(entry, 'binary'), { texts: [], unreadable: 1 })
    assert.deepEqual(textsOf(entry, 'lost'), { texts: [], unreadable: 1 })
  })

  test('is dropped over 1 KiB, alone', () => {
    assert.deepEqual(textsOf(entry, 'long'), { texts: ['short'], unreadable: 1 })
    assert.deepEqual(textsOf(entry, 'huge'), { texts: [], unreadable: 1 })
    assert.deepEqual(textsOf(entry, 'wide'), { texts: [], unreadable: 1 })
  })

  test('is one, none, several, or not to be read', () => {
    assert.deepEqual(oneOf(entry, 'cn'), { text: 'A' })
    assert.equal(oneOf(entry, 'sn'), 'none')
    assert.equal(oneOf(entry, 'empty'), 'none')
    assert.equal(oneOf(entry, 'mail'), 'several')
    assert.equal(oneOf(entry, 'long'), 'unreadable')
  })

  test('is bytes of the length that is asked for, or nothing', () => {
    assert.deepEqual(bytesOf(entry, 'binary', 6), latin1)
    for (const [attribute, length] of [
      ['binary', 16],
      ['cn', 1],
      ['sn', 0],
    ] as const)
      assert.equal(bytesOf(entry, attribute, length), undefined)
  })
})
