import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LIMITS } from '../../test/support/limits.ts'
import {
  challengedSample,
  choosingSample,
  createSampler,
  heldSample,
} from '../../test/support/step-up.ts'
import { createFakeClock } from '../../test/support/world.ts'
import { type Factor, rejected } from './factor.ts'
import { createMake } from './make.ts'
import type { Planned } from './move.ts'
import type { StepUp } from './step-up.ts'
import type { StepUpStore } from './step-up-store.ts'
import { createStepUps } from './step-ups.ts'

const sampler = createSampler('step-ups')

const unasked = async (): Promise<never> => {
  throw new Error('not asked for here')
}

/** One step-up, which somebody else changes after the answer was spent and before its verdict is kept. */
function bench(
  first: StepUp,
  meanwhile: (spent: StepUp) => StepUp,
  over: { readonly store?: Partial<StepUpStore>; readonly replan?: () => Promise<Planned> } = {},
) {
  let at = { version: 1, value: first, tallies: [] }
  let hasChanged = false
  const store: StepUpStore = {
    ...{ open: unasked, standing: unasked, replan: unasked, send: unasked, enrol: unasked },
    openTrusted: unasked,
    ...{ apps: unasked, renameApp: unasked, removeApp: unasked },
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
    ...over.store,
  }
  const clock = createFakeClock()
  const factor: Factor = {
    kind: 'totp',
    question: async () => ({ runsOutAt: null, parse: () => '000000', judge: () => rejected }),
  }
  return createStepUps({
    ...{
      store,
      clock,
      random: sampler.random,
      codeSeconds: 300,
      limits: LIMITS,
      senders: new Map(),
    },
    make: createMake({ store, limits: LIMITS, marks: { of: () => '' }, clock, heard: () => {} }),
    ...{
      deliver: unasked,
      replan: over.replan ?? unasked,
      survey: unasked,
      factors: new Map([['totp', factor]]),
    },
    enroller: { begin: () => assert.fail(), parse: () => undefined, confirm: () => 'wrong' },
    trust: { earn: () => null },
  })
}

describe('an answer', () => {
  test('is not called wrong where somebody moved on before its verdict was kept', async () => {
    const first = challengedSample(sampler)
    const stepUps = bench(first, () => choosingSample(sampler, first))
    const seen = await stepUps.answer(first, first.challenge, '000000', false)
    assert.ok(seen.seen === 'step-up')
    assert.deepEqual([seen.said, seen.at.value.state], ['stale', 'choosing'])
  })

  test('is called wrong where it was, whoever else changed something meanwhile', async () => {
    const first = challengedSample(sampler)
    const stepUps = bench(first, (spent) => ({ ...spent, locale: 'zh-CN' }))
    const seen = await stepUps.answer(first, first.challenge, '000000', false)
    assert.ok(seen.seen === 'step-up')
    assert.deepEqual([seen.said, seen.at.value.state], ['wrong', 'challenged'])
  })
})

describe('planning anew', () => {
  test('looks again for somebody who went between being found and being taken up', async () => {
    const first: StepUp = {
      ...heldSample(sampler, { account: null, offered: [] }),
      ...({ state: 'blocked', why: 'no-contact', factor: null } as const),
    }
    const account = sampler.id('account')
    const named = { username: 'li.wei', offered: [], lane: 'signed', trust: null } as const
    const block = { plan: 'block', why: 'no-contact', factor: null } as const
    const plans: Planned[] = [
      { ...named, account, isOurs: true, isTheirs: false, outcome: { plan: 'ask' } },
      {
        ...named,
        account: null,
        isOurs: false,
        isTheirs: false,
        outcome: { ...block, reason: 'not-found' },
      },
    ]
    const asked: (typeof account | null)[] = []
    const stepUps = bench(first, (spent) => spent, {
      replan: async () => plans.shift() ?? assert.fail('looked a third time'),
      store: {
        async replan({ next }) {
          asked.push(next.account)
          return next.isOurs ? 'account-gone' : 'replaced'
        },
      },
    })
    const seen = await stepUps.retry(first)
    assert.deepEqual(asked, [account, null])
    assert.ok(seen.seen === 'step-up')
    assert.deepEqual([seen.at.value.state, seen.at.value.account], ['blocked', null])
  })

  test('looks again where something changed while it was planned, and goes by nothing older', async () => {
    const account = sampler.id('account')
    const first: StepUp = {
      ...heldSample(sampler, { account, offered: [] }),
      ...({ state: 'blocked', why: 'no-contact', factor: null } as const),
    }
    const block = { plan: 'block', why: 'no-contact', factor: null } as const
    const planned = (username: string): Planned => ({
      ...{
        username,
        account,
        isOurs: true,
        isTheirs: false,
        offered: [],
        lane: 'signed',
        trust: null,
      },
      outcome: { ...block, reason: username },
    })
    const plans = [planned('before'), planned('after')]
    const kept: string[] = []
    const stepUps = bench(first, (spent) => spent, {
      replan: async () => plans.shift() ?? assert.fail('looked a third time'),
      store: {
        async replan({ next }) {
          kept.push(next.username)
          return kept.length === 1 ? 'stale' : 'replaced'
        },
      },
    })
    await stepUps.retry(first)
    assert.deepEqual(kept, ['before', 'after'])
  })
})
