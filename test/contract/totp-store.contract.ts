import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Enrolment } from '../../src/stepup/index.ts'
import { enrolmentSample } from '../support/enrolment.ts'
import { challengedSample, createSampler } from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import type { OpenBench } from './bench.ts'

const sampler = createSampler('totp store')

const plain = (enrolment: Enrolment | undefined) =>
  enrolment && { ...enrolment, secret: Buffer.from(enrolment.secret.reveal()).toString('hex') }

export function totpStoreContract(backend: string, open: OpenBench): void {
  describe(`totp store: ${backend}`, () => {
    test('finds nothing where nothing is enrolled', async () => {
      await using bench = await open()
      assert.deepEqual(await bench.store.totp.find(sampler.id('account')), [])
    })

    test('finds an enrolment as it was, secret and all', async () => {
      await using bench = await open()
      const { stepUps, totp } = bench.store
      const kinds: readonly Partial<Enrolment>[] = [
        { algorithm: 'sha1', digits: 6, periodSeconds: 30, provenance: 'open' },
        {
          name: '工作手机',
          algorithm: 'sha256',
          digits: 8,
          periodSeconds: 60,
          provenance: 'import',
        },
        { algorithm: 'sha512', provenance: 'factor:email' },
      ]
      for (const kind of kinds) {
        const account = sampler.id('account')
        const stepUp = challengedSample(sampler, { account })
        const enrolment = enrolmentSample(sampler, account, kind)
        await stepUps.open(stepUp, [], null, NOON)
        await stepUps.enrol({ version: 1, next: stepUp, events: [] }, enrolment, 1, null)
        assert.deepEqual(plain((await totp.find(account))[0]), plain(enrolment))
      }
    })

    test('says the newest time step that was ever accepted', async () => {
      await using bench = await open()
      const { stepUps, totp } = bench.store
      const account = sampler.id('account')
      const stepUp = challengedSample(sampler, { account })
      const enrolment = enrolmentSample(sampler, account, { usedTimeStep: 5 })
      await stepUps.open(stepUp, [], null, NOON)
      await stepUps.enrol({ version: 1, next: stepUp, events: [] }, enrolment, 1, null)
      for (const [version, part, newest] of [
        [2, 7, 7],
        [3, 6, 7],
        [3, 9, 9],
      ] as const) {
        await stepUps.settle(
          { version, next: stepUp, events: [] },
          { account, factor: 'totp', lane: 'signed' },
          {
            ...{ verdict: 'accepted', enrolledBy: 'open' },
            consumption: { source: enrolment.id, part },
          },
          null,
        )
        assert.equal((await totp.find(account))[0]?.usedTimeStep, newest)
      }
    })
  })
}
