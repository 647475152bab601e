import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSeededRandom } from '../../../test/support/world.ts'
import { newCode, parseCode, spelled } from './spelling.ts'

describe('a code that an operator hands out', () => {
  test('has 60 bits, in groups, of symbols that nobody mistakes for one another', () => {
    const random = createSeededRandom('codes')
    const codes = Array.from({ length: 200 }, () => newCode(random))
    assert.equal(new Set(codes).size, 200)
    for (const code of codes) {
      assert.match(spelled(code), /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/)
      assert.equal(parseCode(spelled(code)), code)
    }
  })

  test('is read in any spelling', () => {
    for (const given of [
      ...[
        '7K3M-Q9XD-42T1',
        '7k3mq9xd42t1',
        ' 7K3M Q9XD\t42T1\n',
        '7K3M—Q9XD–42TL',
        '7K3M.Q9XD_42Ti',
      ],
      '７Ｋ３Ｍ－Ｑ９ＸＤ－４２Ｔ１',
    ])
      assert.equal(parseCode(given), '7K3MQ9XD42T1', given)
    assert.equal(parseCode('OOOO-IIII-LLLL'), '000011111111')
  })

  test('is nothing else', () => {
    for (const given of [
      ...['', '7K3M-Q9XD-42T', '7K3M-Q9XD-42T11', '7K3M-Q9XD-42TU', '7K3M+Q9XD+42T1', 'ＡＢ'],
      ...[' '.repeat(64), `7K3M-Q9XD-42T1${' '.repeat(60)}`, 7, null, undefined, ['7K3MQ9XD42T1']],
    ])
      assert.equal(parseCode(given), undefined, `${given}`)
  })
})
