import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createKeyRing, Fault, instantOf, later, Secret } from '../../src/kernel/index.ts'
import type { Store } from '../../src/store/index.ts'
import { enrolmentSample } from '../support/enrolment.ts'
import { requestSample } from '../support/request.ts'
import {
  challengedSample,
  createSampler,
  SAMPLE_REQUEST,
  satisfiedSample,
} from '../support/step-up.ts'
import { createTestKeys, NOON } from '../support/world.ts'
import { eventsOf, namesOf, type OpenBench, times, turns } from './bench.ts'

const sampler = createSampler('upkeep')
const BY = { at: NOON, actor: 'operator:ada' } as const
const OURS = '2029-12'
const unfit = (saying: RegExp) => (error: unknown) =>
  error instanceof Fault && error.code === 'configuration.unfit' && saying.test(error.message)

export function upkeepContract(backend: string, open: OpenBench): void {
  describe(`the sweeper: ${backend}`, () => {
    test('takes away what has been over for an hour, and says of a step-up that it expired', async () => {
      await using bench = await open()
      const { store } = bench
      const request = requestSample(sampler)
      const over = challengedSample(sampler, { id: request.stepUp })
      const done = satisfiedSample(sampler)
      const once = { client: 'iam', jti: 'j', expiresAt: later(NOON, 60) }
      await store.requests.push(request, once)
      for (const one of [over, done]) await store.stepUps.open(one, [], null, NOON)
      const hour = instantOf(over.expiresAt + 3_600_000)
      const none = {
        ...{ stepUps: 0, requests: 0, assertions: 0, consumed: 0 },
        ...{ sendBudgets: 0, knownBrowsers: 0, operatorCodes: 0, grants: 0 },
      }

      const early = await store.sweep(instantOf(hour - 1), { rowsMax: 100 })
      assert.deepEqual(early, { ...none, assertions: 1 })
      // The request expires a minute after its step-up.
      assert.deepEqual(await store.sweep(hour, { rowsMax: 100 }), { ...none, stepUps: 2 })
      assert.deepEqual(await store.sweep(later(hour, 60), { rowsMax: 9 }), { ...none, requests: 1 })
      assert.equal(await store.stepUps.find(over.id), undefined)
      assert.deepEqual(await eventsOf(store), [
        {
          ...{ at: hour, actor: 'system', stepUp: over.id, client: 'iam' },
          ...{ account: over.account, event: 'step-up.expired' },
        },
      ])
      assert.deepEqual(bench.heard, await eventsOf(store))
    })

    test('takes a few at a time, oldest first', async () => {
      await using bench = await open()
      const { store } = bench
      for (let n = 0; n < 5; n++)
        await store.stepUps.open(challengedSample(sampler), [], null, NOON)
      const day = later(NOON, 86_400)
      const counts = []
      for (let n = 0; n < 4; n++) counts.push((await store.sweep(day, { rowsMax: 2 })).stepUps)
      assert.deepEqual(counts, [2, 2, 1, 0])
      assert.deepEqual(await namesOf(store), Array(5).fill('step-up.expired'))
    })

    test('never forgets what an enrolment used up, and forgets what a challenge did', async () => {
      await using bench = await open()
      const { store } = bench
      const account = sampler.id('account')
      const enrolment = await enrolled(store, account)
      const stepUp = challengedSample(sampler, { account, factor: 'email' })
      await store.stepUps.open(stepUp, [], null, NOON)
      await store.stepUps.settle(
        { version: 1, next: stepUp, events: [] },
        { account, factor: 'email', lane: 'signed' },
        {
          ...{ verdict: 'accepted', enrolledBy: 'operator' },
          consumption: { source: stepUp.challenge, part: 0 },
        },
        null,
      )
      const years = later(NOON, 10 * 365 * 86_400)
      assert.equal((await store.sweep(years, { rowsMax: 100 })).consumed, 1)
      assert.equal((await store.totp.find(account))[0]?.usedTimeStep, enrolment.usedTimeStep)
    })

    test('forgets a budget of messages a day after its window began', async () => {
      await using bench = await open()
      const { store } = bench
      const rule = { coolDownSeconds: [30], windowSeconds: 3600, sendsMax: 5 }
      for (const lane of ['signed', 'unsigned'] as const) {
        const stepUp = challengedSample(sampler, { factor: 'email', lane })
        const account = stepUp.account ?? assert.fail()
        const claim = { account, channel: 'email', lane, rule } as const
        await store.stepUps.open(stepUp, [], claim, NOON)
      }
      const day = later(NOON, 86_400)
      const early = await store.sweep(instantOf(day - 1), { rowsMax: 9 })
      assert.equal(early.sendBudgets, 0)
      assert.equal((await store.sweep(day, { rowsMax: 1 })).sendBudgets, 1)
      assert.equal((await store.sweep(day, { rowsMax: 9 })).sendBudgets, 1)
    })

    test('takes everything once, and tells of it once, however many sweep at once', async () => {
      await using bench = await open()
      await using other = await bench.another()
      const storeOf = turns(bench.store, other)
      const { stepUps, requests } = bench.store
      const STEP_UPS = 30
      for (let n = 0; n < STEP_UPS; n++) {
        const request = requestSample(sampler)
        const once = { client: 'iam', jti: `j${n}`, expiresAt: later(NOON, 60) }
        await requests.push(request, once)
        await stepUps.open(challengedSample(sampler, { id: request.stepUp }), [], null, NOON)
      }
      const day = later(NOON, 86_400)
      const sum = { stepUps: 0, requests: 0, assertions: 0 }
      for (let round = 0; round < 3; round++) {
        const race = times(4, (n) => storeOf(n).sweep(day, { rowsMax: 7 }))
        for (const swept of await Promise.all(race)) {
          sum.stepUps += swept.stepUps
          sum.requests += swept.requests
          sum.assertions += swept.assertions
        }
      }
      assert.deepEqual(sum, { stepUps: STEP_UPS, requests: STEP_UPS, assertions: STEP_UPS })
      const told = (await eventsOf(bench.store)).map((event) => 'stepUp' in event && event.stepUp)
      assert.equal(told.length, STEP_UPS)
      assert.equal(new Set(told).size, STEP_UPS)
      assert.equal(bench.heard.length, STEP_UPS)
    })

    test('ends and takes away a step-up whatever its client has written into it', async () => {
      await using bench = await open()
      const { stepUps, people } = bench.store
      const account = sampler.id('account')
      const subject = 'nul \u0000, half a character \ud83d, "quoted" \\u0000'
      const over = { account, request: { ...SAMPLE_REQUEST, subject } }
      const ada = {
        ...{ account, directory: 'local', username: 'ada', nameKey: 'ada', displayName: null },
        ...({ emails: [], phones: [], locale: null, state: 'enabled', createdAt: NOON } as const),
      }
      await people.add([{ person: ada, enrolment: null }], [])
      const [ended, left] = [challengedSample(sampler, over), challengedSample(sampler, over)]
      await stepUps.open(ended, [], null, NOON)
      await people.set({ ...ada, emails: ['new@b.example'] }, [], BY)
      const found = await stepUps.find(ended.id)
      assert.equal(found?.value.state, 'cancelled')
      assert.equal(found?.value.request.subject, subject)
      await stepUps.open(left, [], null, NOON)
      const day = later(NOON, 86_400)
      assert.equal((await bench.store.sweep(day, { rowsMax: 9 })).stepUps, 2)
      assert.deepEqual(await namesOf(bench.store), ['step-up.cancelled', 'step-up.expired'])
    })
  })

  describe(`what is sealed: ${backend}`, () => {
    test('goes under the newest key, and then opens without the old one', async () => {
      await using bench = await open()
      const account = sampler.id('account')
      const before = await enrolled(bench.store, account)
      {
        await using store = await bench.another(createTestKeys('new', OURS))
        assert.deepEqual(await store.reseal('operator:ann'), { resealed: 1 })
        assert.deepEqual(await store.reseal('operator:ann'), { resealed: 0 })
        const told = { event: 'field-keys.resealed', at: NOON, actor: 'operator:ann', count: 1 }
        assert.deepEqual(await eventsOf(store), [told])
        assert.deepEqual(bench.heard, [told])
      }
      {
        await using store = await bench.another(createTestKeys('new'))
        const [found] = await store.totp.find(account)
        assert.deepEqual(found?.secret.reveal(), Buffer.from(before.secret.reveal()))
      }
      const missing = /^encryption\.keys has no 'new', and this database/
      await assert.rejects(bench.another(createTestKeys(OURS)), unfit(missing))
    })

    test('goes under the newest key once, however many put it there at once', async () => {
      await using bench = await open()
      const key = { kid: 'k', alg: 'ES256', state: 'next', publicJwk: '{}' } as const
      const when = { madeAt: NOON, activatedAt: null, retiredAt: null }
      const privateKey = new Secret<string>('-----BEGIN PRIVATE KEY-----')
      await bench.store.signingKeys.replaceSet([], [{ ...key, ...when, privateKey }], [])
      for (let n = 0; n < 20; n++) await enrolled(bench.store, sampler.id('account'))
      await using one = await bench.another(createTestKeys('new', OURS))
      await using other = await bench.another(createTestKeys('new', OURS))
      const race = [one, other, one].map((store) => store.reseal('operator:ann'))
      const counts = (await Promise.all(race)).map(({ resealed }) => resealed)
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        21,
      )
      const told = (await eventsOf(one)).map((event) => 'count' in event && event.count)
      assert.deepEqual(told.toSorted(), counts.filter((count) => count > 0).toSorted())
      await using after = await bench.another(createTestKeys('new'))
      const [signing] = await after.signingKeys.list()
      assert.equal(signing?.privateKey.reveal(), privateKey.reveal())
    })

    test('is asked for with its own keys alone: another one under a known id opens nothing', async () => {
      await using bench = await open()
      const other = (...ids: string[]) =>
        createKeyRing(ids.map((id) => ({ id, secret: new Secret(new Uint8Array(32).fill(9)) })))
      const wrong = unfit(
        /^encryption\.keys '2029-12' is not the key that this database was sealed with$/,
      )
      await assert.rejects(bench.another(other(OURS)), wrong)
      // Also where it stands among the older ones.
      await assert.rejects(bench.another(other('k2', OURS)), wrong)
      await using again = await bench.another()
      assert.equal(await again.health(), 'up')
    })

    test('does not need a key that nothing is sealed with any more', async () => {
      await using bench = await open()
      await using store = await bench.another(createTestKeys('new'))
      assert.equal(await store.health(), 'up')
    })
  })
}

async function enrolled(store: Store, account: ReturnType<typeof sampler.id<'account'>>) {
  const stepUp = challengedSample(sampler, { account })
  const enrolment = enrolmentSample(sampler, account)
  await store.stepUps.open(stepUp, [], null, NOON)
  await store.stepUps.enrol({ version: 1, next: stepUp, events: [] }, enrolment, 1, null)
  return enrolment
}
