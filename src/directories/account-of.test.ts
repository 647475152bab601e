import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createFakeClock, createSeededRandom } from '../../test/support/world.ts'
import { createAccountOf } from './account-of.ts'
import type { Account, AccountStore } from './account-store.ts'

const ANN = { directory: 'corp', immutableId: 'guid', nameKey: 'ann' }
const NONE = { emails: [], phones: [] }

function bench() {
  const asked: string[] = []
  const kept = new Map<string, Account>()
  const store: Pick<AccountStore, 'find' | 'know'> = {
    async find(_directory, immutableId) {
      asked.push('find')
      return kept.get(immutableId)
    },
    async know({ immutableId, nameKey }, fresh, now) {
      asked.push('know')
      const { account, contacts } = kept.get(immutableId) ?? { account: fresh, contacts: NONE }
      const known = { account, nameKey, contacts, seenAt: now, goneAt: null }
      kept.set(immutableId, known)
      return known
    },
  }
  const [random, clock] = [createSeededRandom('account of'), createFakeClock()]
  const accountOf = createAccountOf({ store, clock, random })
  return { accountOf: async (of: typeof ANN) => (await accountOf(of)).account, asked, clock, kept }
}

describe('the account of a person of a directory', () => {
  test('costs one read once it is known under that name', async () => {
    const { accountOf, asked } = bench()
    const account = await accountOf(ANN)
    asked.length = 0
    assert.equal(await accountOf(ANN), account)
    assert.deepEqual(asked, ['find'])
  })

  test('is told of a new name, and stays', async () => {
    const { accountOf, asked } = bench()
    const account = await accountOf(ANN)
    asked.length = 0
    assert.equal(await accountOf({ ...ANN, nameKey: 'ann.lee' }), account)
    assert.deepEqual(asked, ['find', 'know'])
  })

  test('says once a day that its person is there', async () => {
    const { accountOf, asked, clock } = bench()
    await accountOf(ANN)
    for (const [hours, calls] of [
      [23, ['find']],
      [1, ['find', 'know']],
      [1, ['find']],
    ] as const) {
      clock.advance(hours * 3600)
      asked.length = 0
      await accountOf(ANN)
      assert.deepEqual(asked, calls)
    }
  })

  test('is told that somebody is back who was thought to be gone', async () => {
    const { accountOf, asked, kept } = bench()
    const account = await accountOf(ANN)
    for (const [id, one] of kept) kept.set(id, { ...one, goneAt: one.seenAt })
    asked.length = 0
    assert.equal(await accountOf(ANN), account)
    assert.deepEqual(asked, ['find', 'know'])
  })

  test('is another one for another id, whatever the name', async () => {
    const { accountOf } = bench()
    const account = await accountOf(ANN)
    assert.notEqual(await accountOf({ ...ANN, immutableId: 'other' }), account)
  })
})
