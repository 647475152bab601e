import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openTransaction, untilWaiting } from '../support/held-rows.ts'
import { needs } from '../support/needs.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { challengedSample, createSampler } from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import { openBenchOn } from './postgres-bench.ts'

const sampler = createSampler('settle race')

describe(
  'a time step that is settled while a newer one is, on postgres',
  needs('postgresql'),
  () => {
    test('is used: what the row says when it is had decides, not what it said before', async () => {
      const database = await (await sharedPostgres()).database()
      await using bench = await openBenchOn(async () => ({ database: async () => database }))()
      const { stepUps } = bench.store
      const [account, source] = [sampler.id('account'), sampler.id('challenge')]
      const settle = async (part: number) => {
        const next = challengedSample(sampler, { account })
        await stepUps.open(next, [], null, NOON)
        const counter = { account, factor: 'totp', lane: 'signed' } as const
        const judged = { verdict: 'accepted', enrolledBy: 'import' } as const
        const consumption = { source, part }
        return stepUps.settle(
          { version: 1, next, events: [] },
          counter,
          { ...judged, consumption },
          null,
        )
      }
      assert.equal(await settle(1), 'settled')

      // As another replica, in the middle of settling a newer one.
      const other = await openTransaction(database)
      await other.query('UPDATE consumed SET part = 10 WHERE source = $1', [source])
      const older = settle(5)
      await untilWaiting(database, 1)
      await other.query('COMMIT')
      await other.end()
      assert.equal(await older, 'used')
      assert.equal(await settle(11), 'settled')
    })
  },
)
