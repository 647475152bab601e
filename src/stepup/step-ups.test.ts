import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { challengedSample, choosingSample, createSampler } from '../../test/support/step-up.ts'
import { createFakeClock } from '../../test/support/world.ts'
import { createLadder } from '../policy/index.ts'
import { type Factor, rejected } from './factor.ts'
import { createMake } from './make.ts'
import type { StepUp } from './step-up.ts'
import type { StepUpStore } from './step-up-store.ts'
import { createStepUps } from './step-ups.ts'

const sampler = createSampler('step-ups')

const unasked = async (): Promise<never> => {
  throw new Error('not asked for here')
}

/** One step-up, which somebody else changes after the answer was spent and before its verdict is kept. */
function bench(first: StepUp, meanwhile: (spent: StepUp) => StepUp) {
  let at = { version: 1, value: first, tallies: [] }
  let hasChanged = false
  const store: StepUpStore = {
    ...{ open: unasked, standing: unasked, send: unasked, enrol: unasked },
    find: async () => at,
    async replace({ next }) {
      at = { ...at, version: at.version + 1, value: next }
      return 'replaced'
    },
    async spend({ next }) {
      at = { ...at, version: at.version + 1, value: next }
      return { heard: 'spent', locked: null }
    },
    async settle({ next }) {
      if (!hasChanged) {
        hasChanged = true
        at = { ...at, version: at.version + 1, value: meanwhile(at.value) }
        return 'stale'
      }
      at = { ...at, version: at.version + 1, value: next }
      return 'settled'
    },
  }
  const clock = createFakeClock()
  const factor: Factor = {
    kind: 'totp',
    question: async () => ({ runsOutAt: null, parse: () => '000000', judge: () => rejected }),
  }
  return createStepUps({
    ...{ store, clock, random: sampler.random, codeSeconds: 300, senders: new Map() },
    make: createMake({ store, clock, heard: () => {} }),
    ...{ deliver: unasked, replan: unasked, factors: new Map([['totp', factor]]) },
    enroller: { begin: () => assert.fail(), parse: () => undefined, confirm: () => 'wrong' },
    ladder: createLadder([], ['totp']),
  })
}

describe('an answer', () => {
  test('is not called wrong where somebody moved on before its verdict was kept', async () => {
    const first = challengedSample(sampler)
    const stepUps = bench(first, () => choosingSample(sampler, first))
    const seen = await stepUps.answer(first, first.challenge, '000000')
    assert.ok(seen.seen === 'step-up')
    assert.deepEqual([seen.said, seen.at.value.state], ['stale', 'choosing'])
  })

  test('is called wrong where it was, whoever else changed something meanwhile', async () => {
    const first = challengedSample(sampler)
    const stepUps = bench(first, (spent) => ({ ...spent, locale: 'zh-CN' }))
    const seen = await stepUps.answer(first, first.challenge, '000000')
    assert.ok(seen.seen === 'step-up')
    assert.deepEqual([seen.said, seen.at.value.state], ['wrong', 'challenged'])
  })
})
