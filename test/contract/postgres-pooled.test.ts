import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { needs } from '../support/needs.ts'
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts'
import { type Cluster, startPostgres } from '../support/postgres.ts'
import { OWNER, SERVING } from '../support/postgres-database.ts'
import { setUpSql } from '../support/postgres-setup.ts'
import { openBenchOn } from './postgres-bench.ts'
import { requestStoreContract } from './request-store.contract.ts'
import { stepUpStoreContract } from './step-up-store.contract.ts'

/** Everything that decides in a step-up, through a pooler that gives each statement to whichever connection is free. */
const { skip } = needs('postgresql', 'pgbouncer')
if (skip === false)
  describe('through PgBouncer in transaction mode', () => {
    let opened: { readonly cluster: Cluster; readonly pooler: PgBouncer } | undefined
    const through = () => {
      assert.ok(opened !== undefined)
      return opened
    }
    before(async () => {
      const cluster = await startPostgres()
      const [owner, serving] = [OWNER.password, SERVING.password]
      await cluster.query(setUpSql('timeouts', { owner, serving, database: '' }))
      // Fewer than who races, so that they do share them.
      const pooler = await startPgBouncer(cluster, { default_pool_size: 4 })
      opened = { cluster, pooler }
    })
    after(async () => {
      await opened?.pooler[Symbol.asyncDispose]()
      await opened?.cluster[Symbol.asyncDispose]()
    })

    const open = openBenchOn(
      async () => through().cluster,
      () => ({ ...through().pooler.address, prepared: false }),
    )
    stepUpStoreContract('postgres', open)
    requestStoreContract('postgres', open)
  })
else test('the stores of postgres through PgBouncer', { skip }, () => {})
