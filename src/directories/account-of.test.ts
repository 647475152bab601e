import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createFakeClock, createSeededRandom } from '../../test/support/world.ts'
import { createAccountOf } from './account-of.ts'
import type { AccountStore } from './account-store.ts'

const ANN = { directory: 'corp', immutableId: 'guid', nameKey: 'ann' }

function bench() {
  const asked: string[] = []
  const kept = new Map<string, Awaited<ReturnType<AccountStore['find']>>>()
  const store: AccountStore = {
    async find(_directory, immutableId) {
      asked.push('find')
      return kept.get(immutableId)
    },
    async know({ immutableId, nameKey }, fresh) {
      asked.push('know')
      const account = kept.get(immutableId)?.account ?? fresh
      kept.set(immutableId, { account, nameKey })
      return account
    },
  }
  const random = createSeededRandom('account of')
  const accountOf = createAccountOf({ store, clock: createFakeClock(), random })
  return { accountOf, asked }
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

  test('is another one for another id, whatever the name', async () => {
    const { accountOf } = bench()
    const account = await accountOf(ANN)
    assert.notEqual(await accountOf({ ...ANN, immutableId: 'other' }), account)
  })
})
