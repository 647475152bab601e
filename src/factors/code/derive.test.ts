import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createKeyRing, type Id, Secret } from '../../kernel/index.ts'
import { type CodeFacts, deriveCode } from './derive.ts'

const keys = createKeyRing([{ id: 'k', secret: new Secret(new Uint8Array(32).fill(7)) }])
const facts: CodeFacts = {
  keyId: 'k',
  challenge: 'chl_AAAAAAAAAAAAAAAAAAAAAA' as Id<'challenge'>,
  account: 'acc_AAAAAAAAAAAAAAAAAAAAAA' as Id<'account'>,
  channel: 'email',
  to: 'li.wei@kestrel.example',
  generation: 0,
}

describe('a derived code', () => {
  test('is the same for the same challenge and another for anything else', () => {
    const others: readonly Partial<CodeFacts>[] = [
      { challenge: 'chl_BBBBBBBBBBBBBBBBBBBBBB' as Id<'challenge'> },
      { account: 'acc_BBBBBBBBBBBBBBBBBBBBBB' as Id<'account'> },
      { channel: 'sms' },
      { to: 'li.wei@kestrel.example2' },
      { generation: 1 },
    ]
    const code = deriveCode(keys, facts, 8)
    assert.equal(deriveCode(keys, facts, 8), code)
    for (const other of others) assert.notEqual(deriveCode(keys, { ...facts, ...other }, 8), code)
  })

  test('is not made under a key that has gone', () =>
    assert.equal(deriveCode(keys, { ...facts, keyId: 'gone' }, 6), undefined))

  test('has every digit equally often in every place, leading zeros kept', () => {
    const counts = Array.from({ length: 6 }, () => new Array<number>(10).fill(0))
    const all = 20_000
    for (let generation = 0; generation < all; generation++) {
      const code = deriveCode(keys, { ...facts, generation }, 6) ?? ''
      assert.match(code, /^[0-9]{6}$/)
      for (const [place, digit] of [...code].entries()) {
        const row = counts[place]
        if (row !== undefined) row[Number(digit)] = (row[Number(digit)] ?? 0) + 1
      }
    }
    // Chi-square with 9 degrees of freedom: 33.7 is passed by chance once in 10,000. The keys are fixed, so this never flickers.
    for (const row of counts) {
      const expected = all / 10
      const chi = row.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
      assert.ok(chi < 33.7, `chi-square ${chi}`)
    }
  })
})
