import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Id, type Instant, instantOf, later } from '../../src/kernel/index.ts'
import {
  type Chosen,
  type Earned,
  type Judged,
  type Lane,
  rejected,
  type StepUpStore,
} from '../../src/stepup/index.ts'
import type { Store } from '../../src/store/index.ts'
import { ALL_APPS, enrolmentSample } from '../support/enrolment.ts'
import { challengedSample, createSampler } from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import { counted, type OpenBench, times, turns } from './bench.ts'

const RULE = { every: 10, seconds: [900], cap: 50, own: 10 }
const BY = { at: NOON, actor: 'operator:ada' } as const
const DAY = 86_400

const sampler = createSampler('known browsers')

const BY_APP: Chosen = { factor: 'totp', to: null }

const earned = (browser: string, at: Instant = NOON, chosen = BY_APP): Earned => ({
  ...{ browser, at, browsersMax: 3, since: at - 10 * DAY * 1000, chosen, grant: null },
})

/** What is told of a right answer; `parts` of the same source are used up one by one. */
const right = (source: string, part = 0): Judged => ({
  ...{ verdict: 'accepted', enrolledBy: 'operator' },
  consumption: { source, part },
})

type Told = {
  readonly lane?: Lane
  readonly factor?: 'totp' | 'email'
  readonly version?: number
  readonly judged?: Judged
}

async function settle(
  stepUps: StepUpStore,
  account: Id<'account'>,
  what: Earned | null,
  { lane = 'signed', factor = 'totp', version = 1, judged }: Told = {},
) {
  const next = challengedSample(sampler, { account, lane, factor })
  await stepUps.open(next, [], null, NOON)
  const change = { version, next, events: [] }
  return stepUps.settle(change, { account, factor, lane }, judged ?? right(next.challenge), what)
}

async function fail(stepUps: StepUpStore, account: Id<'account'>, lane: Lane, count: number) {
  for (let n = 0; n < count; n++) {
    const next = challengedSample(sampler, { account, lane })
    await stepUps.open(next, [], null, NOON)
    const counter = { account, factor: 'totp', lane } as const
    await stepUps.spend({ version: 1, next, events: [] }, counter, RULE, NOON)
  }
}

const namesOf = async (stepUps: StepUpStore, account: Id<'account'>) =>
  (await stepUps.standing(account)).knownBrowsers.map(({ browser }) => browser).sort()

async function knownPerson({ people, stepUps }: Store) {
  const account = sampler.id('account')
  const person = {
    ...{ account, directory: 'local', username: account, nameKey: account, displayName: null },
    ...({ emails: ['a@b.example'], phones: [], locale: null, state: 'enabled' } as const),
    createdAt: NOON,
  }
  await people.add([{ person, enrolment: enrolmentSample(sampler, account) }], [])
  await settle(stepUps, account, earned('a'))
  assert.deepEqual(await namesOf(stepUps, account), ['a'])
  return person
}

export function knownBrowsersContract(backend: string, open: OpenBench): void {
  describe(`known browsers: ${backend}`, () => {
    test('are those of an accepted answer, renewed at each, and of its account alone', async () => {
      await using bench = await open()
      const { stepUps } = bench.store
      const account = sampler.id('account')
      await settle(stepUps, account, earned('a'))
      await settle(stepUps, account, earned('a', later(NOON, 60)))
      const { knownBrowsers } = await stepUps.standing(account)
      assert.deepEqual(knownBrowsers, [{ browser: 'a', at: later(NOON, 60), chosen: BY_APP }])
      assert.deepEqual(await namesOf(stepUps, sampler.id('account')), [])
    })

    test('keep what was chosen in them last, and nothing of an answer that was not accepted', async () => {
      await using bench = await open()
      const { stepUps } = bench.store
      const account = sampler.id('account')
      const chosenIn = async () =>
        (await stepUps.standing(account)).knownBrowsers.map(({ chosen }) => chosen)
      const byMail = { factor: 'email', to: 'where' } as const
      await settle(stepUps, account, earned('a', NOON, byMail))
      assert.deepEqual(await chosenIn(), [byMail])
      const later = earned('a', instantOf(NOON + 1))
      assert.equal(await settle(stepUps, account, later, { version: 9 }), 'stale')
      assert.deepEqual(await chosenIn(), [byMail])
      await settle(stepUps, account, later)
      assert.deepEqual(await chosenIn(), [BY_APP])
    })

    test('are known no shorter because a clock was set back', async () => {
      await using bench = await open()
      const { stepUps } = bench.store
      const account = sampler.id('account')
      await settle(stepUps, account, earned('a'))
      await settle(stepUps, account, earned('a', instantOf(NOON - 60_000)))
      const { knownBrowsers } = await stepUps.standing(account)
      assert.deepEqual(knownBrowsers, [{ browser: 'a', at: NOON, chosen: BY_APP }])
    })

    test('are not made by an answer that is wrong, stale or used, nor by what earned nothing', async () => {
      await using bench = await open()
      const { stepUps } = bench.store
      const account = sampler.id('account')
      const used = right(sampler.id('challenge'), 7)
      await settle(stepUps, account, null, { judged: used })
      const wrong = { judged: rejected }
      assert.equal(await settle(stepUps, account, earned('a'), wrong), 'settled')
      assert.equal(await settle(stepUps, account, earned('a'), { version: 9 }), 'stale')
      assert.equal(await settle(stepUps, account, earned('a'), { judged: used }), 'used')
      assert.deepEqual(await namesOf(stepUps, account), [])
    })

    test('are also made where a factor is enrolled, and only if it is', async () => {
      await using bench = await open()
      const { stepUps } = bench.store
      const next = challengedSample(sampler)
      const account = next.account ?? assert.fail()
      await stepUps.open(next, [], null, NOON)
      const change = { version: 1, next, events: [] }
      const enrolment = enrolmentSample(sampler, account)
      assert.equal(await stepUps.enrol(change, enrolment, 1, earned('a')), 'enrolled')
      const again = { ...change, version: 2 }
      const second = enrolmentSample(sampler, account)
      assert.equal(await stepUps.enrol(again, second, 1, earned('b')), 'full')
      assert.deepEqual(await namesOf(stepUps, account), ['a'])
    })

    test('are so many at most: the one that succeeded longest ago goes', async () => {
      await using bench = await open()
      const { stepUps } = bench.store
      const account = sampler.id('account')
      for (const [n, browser] of ['a', 'b', 'c', 'a', 'd'].entries())
        await settle(stepUps, account, earned(browser, later(NOON, n)))
      assert.deepEqual(await namesOf(stepUps, account), ['a', 'c', 'd'])
      await settle(stepUps, account, earned('e', later(NOON, 11 * DAY)))
      assert.deepEqual(await namesOf(stepUps, account), ['e'])
    })

    test('are no more than that after many succeeded at once, and none of those waits in vain', async () => {
      await using bench = await open()
      await using other = await bench.another()
      const storeOf = turns(bench.store, other)
      const account = sampler.id('account')
      const race = times(12, (n) =>
        settle(storeOf(n).stepUps, account, earned(`b${n % 6}`, later(NOON, n)), {
          factor: n % 2 === 0 ? 'totp' : 'email',
        }),
      )
      assert.deepEqual(counted(await Promise.all(race)), { settled: 12 })
      await settle(bench.store.stepUps, account, earned('last', later(NOON, 60)))
      assert.equal((await namesOf(bench.store.stepUps, account)).length, 3)
    })

    test('take with them what their lanes had counted, at the next success with that factor', async () => {
      await using bench = await open()
      const { stepUps } = bench.store
      const account = sampler.id('account')
      for (const [n, browser] of ['a', 'b', 'c'].entries())
        await settle(stepUps, account, earned(browser, later(NOON, n)))
      await fail(stepUps, account, 'browser:a', 3)
      await fail(stepUps, account, 'browser:b', 2)
      await fail(stepUps, account, 'unsigned', 4)
      await fail(stepUps, account, 'signed', 1)
      await settle(stepUps, account, earned('d', later(NOON, 60)))
      const { tallies } = await stepUps.standing(account)
      const left = tallies.map(({ lane, failures }) => [lane, failures]).sort()
      assert.deepEqual(left, [
        ['browser:b', 2],
        ['unsigned', 4],
      ])
      // The sum that the cap is held against has gone down as well.
      const next = challengedSample(sampler, { account })
      await stepUps.open(next, [], null, NOON)
      const counter = { account, factor: 'totp', lane: 'signed' } as const
      const rule = { ...RULE, cap: 3 }
      const answer = await stepUps.spend({ version: 1, next, events: [] }, counter, rule, NOON)
      assert.deepEqual(answer, { heard: 'spent', locked: 'operator' })
    })

    for (const end of ['disable', 'reset', 'remove', 'erase'] as const)
      test(`are forgotten with ${end}`, async () => {
        await using bench = await open()
        const { people, stepUps } = bench.store
        const person = await knownPerson(bench.store)
        const { account } = person
        if (end === 'disable') await people.set({ ...person, state: 'disabled' }, [], BY)
        if (end === 'reset') await people.resetFactor(account, ALL_APPS, [], BY)
        if (end === 'remove') await people.remove(account, [], BY)
        if (end === 'erase') await people.erase('local', account, [], BY)
        assert.deepEqual(await namesOf(stepUps, account), [])
      })

    test('stay where an operator unlocks, or changes anything else of the person', async () => {
      await using bench = await open()
      const { people, stepUps } = bench.store
      const person = await knownPerson(bench.store)
      const { account } = person
      await fail(stepUps, account, 'signed', 10)
      const limits = { cap: 50, sendsMax: { signed: 5, unsigned: 2 } }
      assert.equal(await people.unlock(account, null, limits, NOON, []), 'unlocked')
      await people.set({ ...person, emails: ['c@d.example'] }, [], BY)
      assert.deepEqual(await namesOf(stepUps, account), ['a'])
    })

    test('are swept ninety days after the last success', async () => {
      await using bench = await open()
      const { store } = bench
      const account = sampler.id('account')
      for (const browser of ['a', 'b']) await settle(store.stepUps, account, earned(browser))
      const days = later(NOON, 90 * DAY)
      assert.equal((await store.sweep(instantOf(days - 1), { rowsMax: 9 })).knownBrowsers, 0)
      assert.equal((await store.sweep(days, { rowsMax: 1 })).knownBrowsers, 1)
      assert.equal((await store.sweep(days, { rowsMax: 9 })).knownBrowsers, 1)
    })
  })
}
