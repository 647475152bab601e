import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hashOf, later } from '../../src/kernel/index.ts'
import * as sql from '../../src/store/postgres/statements/requests.ts'
import { type Statement, type Values, valuesOf } from '../../src/store/postgres/statements.ts'
import { needs } from '../support/needs.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { requestSample } from '../support/request.ts'
import { createSampler, satisfiedSample } from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import { openBenchOn } from './postgres-bench.ts'

const sampler = createSampler('told once')

/** As the sealer does, between an answer that was lost and the asking again. */
const SEAL = `WITH gone AS (DELETE FROM audit_waiting RETURNING id, event)
  INSERT INTO audit_links (sequence, id, event, key_id, mac)
  SELECT (SELECT coalesce(max(sequence), 0) FROM audit_links) + row_number() OVER (), id, event, 'k', 'm'
  FROM gone`

describe('what is asked again after its event was sealed, on postgres', needs('postgresql'), () => {
  for (const what of ['a code that comes twice', 'another browser'] as const)
    test(`is told once: ${what}`, async () => {
      const database = await (await sharedPostgres()).database()
      await using bench = await openBenchOn(async () => ({ database: async () => database }))()
      const { store } = bench
      const request = requestSample(sampler)
      const stepUp = satisfiedSample(sampler, { id: request.stepUp })
      const code = { hash: hashOf(stepUp.id), seconds: 60 }
      await store.requests.push(request, null)
      await store.stepUps.open(stepUp, [], null, NOON)
      await store.requests.issue(stepUp.id, stepUp.browser, code, NOON)
      const { client, redirectUri, codeChallenge } = request
      const token = { hash: hashOf('token'), expiresAt: later(NOON, 300) }
      const redeem = { ...code, client, redirectUri }
      await store.requests.redeem(redeem, codeChallenge, token, null, NOON)
      await database.query(SEAL)

      const told = { event_id: sampler.id('event'), now: NOON }
      const again = {
        ...{ hash: code.hash, client, redirect_uri: redirectUri, seconds: 60 },
        ...{ verifier_hash: codeChallenge, token_hash: 't', token_expires_at: NOON },
        ...{ ...told, tag: 'another' },
      }
      const asking: [Statement<unknown>, Values] =
        what === 'another browser'
          ? [sql.issue, { ...told, step_up: stepUp.id, browser: 'b', hash: code.hash }]
          : [sql.redeem, again]
      await ask(...asking, false)
      const [{ waits } = { waits: '' }] = await database.query<{ waits: string }>(WAITING)
      assert.equal(waits, '1')
      await database.query(SEAL)
      await ask(...asking, true)
      const [{ waits: more } = { waits: '' }] = await database.query<{ waits: string }>(WAITING)
      assert.equal(more, '0')

      async function ask(asked: Statement<unknown>, values: Values, isAgain: boolean) {
        await database.query(asked.text, valuesOf(asked, { ...values, again: isAgain }))
      }
    })
})

const WAITING = 'SELECT count(*)::text AS waits FROM audit_waiting'
