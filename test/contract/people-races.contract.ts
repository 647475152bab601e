import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LocalPerson } from '../../src/directories/index.ts'
import { hashOf, later } from '../../src/kernel/index.ts'
import type { Judged, StepUp } from '../../src/stepup/index.ts'
import type { Store } from '../../src/store/index.ts'
import { ALL_APPS, enrolmentSample } from '../support/enrolment.ts'
import { requestSample } from '../support/request.ts'
import {
  challengedSample,
  choosingSample,
  createSampler,
  EMAIL_OFFER,
  satisfiedSample,
} from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import { counted, eventsOf, type OpenBench, times, turns } from './bench.ts'

/** What only several processes show: whoever ends a person races with what is under way for them. */
const sampler = createSampler('people races')
const BY = { at: NOON, actor: 'operator:ada' } as const
const LIMITS = { cap: 50, sendsMax: { signed: 5, unsigned: 2 } }
const PEOPLE = 24

const person = (name: string): LocalPerson => ({
  ...{ account: sampler.id('account'), directory: 'local', username: name, nameKey: name },
  ...{ displayName: null, emails: [], phones: [], locale: null, state: 'enabled' },
  createdAt: NOON,
})
const alone = (one: LocalPerson) => [{ person: one, enrolment: null }]

type End = (store: Store, one: LocalPerson) => Promise<string>

const ENDINGS: Readonly<Record<string, End>> = {
  'is removed': ({ people }, { account }) => people.remove(account, [], BY),
  'is erased': ({ people }, { account }) => people.erase('local', account, [], BY),
  'is disabled': ({ people }, one) => people.set({ ...one, state: 'disabled' }, [], BY),
  'has a factor reset': ({ people }, { account }) => people.resetFactor(account, ALL_APPS, [], BY),
}

/** Prepares a person and answers with what happens while they are ended. */
type Racer = (store: Store, way: Way) => Promise<(store: Store) => Promise<unknown>>

const RACERS: Readonly<Record<string, Racer>> = {
  open: async (_, { id, account }) => {
    const stepUp = choosingSample(sampler, { id, account, isOurs: true })
    return ({ stepUps }) => stepUps.open(stepUp, [], null, NOON)
  },
  // Nobody was found when it was opened.
  replan: async ({ stepUps }, { id, account }) => {
    const stepUp = choosingSample(sampler, { id, account: null })
    await stepUps.open(stepUp, [], null, NOON)
    return (store) => store.stepUps.replan(changeTo({ ...stepUp, account, isOurs: true }))
  },
  settle: async ({ stepUps }, { id, account, satisfied }) => {
    const stepUp = challengedSample(sampler, { id, account })
    await stepUps.open(stepUp, [], null, NOON)
    const accepted: Judged = {
      ...{ verdict: 'accepted', enrolledBy: 'operator' },
      consumption: { source: stepUp.challenge, part: 0 },
    }
    const counter = { account, factor: 'totp', lane: 'signed' } as const
    return (store) => store.stepUps.settle(changeTo(satisfied), counter, accepted, null)
  },
  enrol: async ({ stepUps }, { id, account, satisfied }) => {
    await stepUps.open(enrollingSample(id, account), [], null, NOON)
    const enrolment = enrolmentSample(sampler, account)
    return (store) => store.stepUps.enrol(changeTo(satisfied), enrolment, 1, null)
  },
  issue: async ({ stepUps }, { satisfied, issue }) => {
    await stepUps.open(satisfied, [], null, NOON)
    return issue
  },
  redeem: async (store, { satisfied, issue, redeem }) => {
    await store.stepUps.open(satisfied, [], null, NOON)
    await issue(store)
    return redeem
  },
}

/** What may still be there afterwards, since nothing that was planned on the factor relied on it or came later. */
const MAY_STAY: Readonly<Record<string, readonly string[]>> = {
  'is disabled': ['an enrolment'],
  'has a factor reset, open': ['an open step-up'],
  'has a factor reset, replan': ['an open step-up'],
}

export function peopleRacesContract(backend: string, open: OpenBench): void {
  describe(`people store, by several at once: ${backend}`, () => {
    for (const [what, end] of Object.entries(ENDINGS))
      for (const [name, prepare] of Object.entries(RACERS))
        test(`leaves nothing alive of a person who ${what} during ${name}`, async () => {
          await using bench = await open()
          await using other = await bench.another()
          const stays = [...(MAY_STAY[what] ?? []), ...(MAY_STAY[`${what}, ${name}`] ?? [])]
          const races = times(PEOPLE, async (n) => {
            const one = person(`p${n}`)
            const way = await begun(bench.store, one.account)
            const enrolment = name === 'enrol' ? null : enrolmentSample(sampler, one.account)
            await bench.store.people.add([{ person: one, enrolment }], [])
            const act = await prepare(bench.store, way)
            const both = [() => act(other), () => end(bench.store, one)]
            const [first, second] = n % 2 === 0 ? both : both.toReversed()
            const answers = await Promise.all([first?.(), after(n % 5, () => second?.())])
            // Where nothing was enrolled yet, there was nothing to reset.
            if (answers.includes('unknown')) return []
            return (await aliveOf(bench.store, way)).filter((alive) => !stays.includes(alive))
          })
          assert.deepEqual((await Promise.all(races)).flat(), [])
          const told = (await eventsOf(bench.store)).flatMap((event) =>
            event.event === 'step-up.cancelled' ? [event.stepUp] : [],
          )
          assert.equal(new Set(told).size, told.length)
        })

    test('lets exactly one of many remove, disable, reset or erase somebody', async () => {
      await using bench = await open()
      await using other = await bench.another()
      const storeOf = turns(bench.store, other)
      const { people, stepUps } = bench.store
      const race = async (act: (store: Store, n: number) => Promise<string>) =>
        counted(await Promise.all(times(6, (n) => act(storeOf(n), n))))
      const ada = person('ada')
      const { account } = ada
      await people.add([{ person: ada, enrolment: enrolmentSample(sampler, account) }], [])
      const stepUp = choosingSample(sampler, { account })
      await stepUps.open(stepUp, [], null, NOON)
      const reset = await race((store) => store.people.resetFactor(account, ALL_APPS, [], BY))
      assert.deepEqual(reset, { reset: 1, unknown: 5 })
      const removed = await race((store) => store.people.remove(account, [], BY))
      assert.deepEqual(removed, { removed: 1, unknown: 5 })
      const erased = await race((store, n) =>
        n < 3
          ? store.people.erase('local', account, [], BY)
          : store.people.eraseGone(NOON, NOON, { rowsMax: 5 }).then((count) => `${count}`),
      )
      const { erased: byName = 0, 1: inTime = 0 } = erased
      assert.equal(byName + inTime, 1)
      const cancelled = (await eventsOf(bench.store)).filter(
        ({ event }) => event === 'step-up.cancelled',
      )
      assert.equal(cancelled.length, 1)
    })

    test('lets exactly one of many unlock somebody', async () => {
      await using bench = await open()
      await using other = await bench.another()
      const storeOf = turns(bench.store, other)
      for (const factor of ['totp', null] as const) {
        const account = sampler.id('account')
        const stepUp = challengedSample(sampler, { account })
        await bench.store.stepUps.open(stepUp, [], null, NOON)
        const counter = { account, factor: 'totp', lane: 'signed' } as const
        const rule = { every: 1, seconds: [900], cap: 50, own: 10 }
        await bench.store.stepUps.spend(changeTo(stepUp), counter, rule, NOON)
        const answers = times(6, (n) => storeOf(n).people.unlock(account, factor, LIMITS, NOON, []))
        assert.deepEqual(counted(await Promise.all(answers)), { unlocked: 1, 'not-locked': 5 })
      }
    })

    test('adds one of many lists that have names in common, whole, and nobody of the others', async () => {
      await using bench = await open()
      await using other = await bench.another()
      const storeOf = turns(bench.store, other)
      const shared = times(20, (n) => `shared-${n}`)
      for (let round = 0; round < 5; round++) {
        const names = shared.map((name) => `${round}-${name}`)
        // Each in another order, as files are.
        const lists = times(4, (n) => {
          const own = times(20, (k) => `${round}-own-${n}-${k}`)
          return [...own, ...names.slice(n * 5), ...names.slice(0, n * 5)].map(person)
        })
        const race = lists.map((list, n) => storeOf(n).people.add(list.flatMap(alone), []))
        const answers = await Promise.all(race)
        assert.deepEqual(counted(answers.map(({ heard }) => heard)), { added: 1, exists: 3 })
        for (const answer of answers)
          if (answer.heard === 'exists')
            assert.deepEqual(answer.nameKeys.toSorted(), names.toSorted())
        const there = await bench.store.people.list('local', `${round}-`, 1_000)
        const ofRound = there.filter(({ nameKey }) => nameKey.startsWith(`${round}-`))
        assert.equal(ofRound.length, 40)
      }
    })
  })
}

/** A request that was pushed for somebody, and all that can come of it. */
async function begun(store: Store, account: LocalPerson['account']) {
  const request = requestSample(sampler)
  const { client, redirectUri, codeChallenge, stepUp: id } = request
  const satisfied = satisfiedSample(sampler, { id, account })
  const code = { hash: hashOf(id), seconds: 60 }
  const token = { hash: hashOf(`token ${id}`), expiresAt: later(NOON, 300) }
  await store.requests.push(request, null)
  return {
    ...{ id, account, satisfied, token },
    issue: ({ requests }: Store) => requests.issue(id, satisfied.browser, code, NOON),
    redeem: ({ requests }: Store) =>
      requests.redeem({ ...code, client, redirectUri }, codeChallenge, token, null, NOON),
  }
}
type Way = Awaited<ReturnType<typeof begun>>

const OPEN: ReadonlySet<string> = new Set(['choosing', 'challenged', 'enrolling', 'blocked'])

/** What a person, or whoever has their code or their token, could still do something with. */
async function aliveOf(store: Store, { id, account, token, issue, redeem }: Way) {
  const alive: string[] = []
  const found = await store.stepUps.find(id)
  if (found?.value.account === account && OPEN.has(found.value.state)) alive.push('an open step-up')
  if ((await store.requests.findToken(token.hash, NOON)) !== undefined) alive.push('a token')
  if ((await store.totp.find(account)).length > 0) alive.push('an enrolment')
  await issue(store)
  if ((await redeem(store)).heard === 'redeemed') alive.push('a code')
  return alive
}

function enrollingSample(id: StepUp['id'], account: LocalPerson['account']): StepUp {
  const proof = { acr: 'mfa', amr: ['otp'], at: NOON }
  return {
    ...choosingSample(sampler, { id, account, isOurs: true, offered: [EMAIL_OFFER] }),
    state: 'enrolling',
    pending: {
      ...{ enrolment: sampler.id('enrolment'), keyId: 'k', provenance: 'contact:email' },
      credit: { factor: 'email', proof },
    },
    proven: null,
  }
}

const changeTo = (next: StepUp) => ({ version: 1, next, events: [] })

/** A little later, so that the races end now one way and now the other. */
async function after<T>(turnsOfTheLoop: number, act: () => T): Promise<Awaited<T>> {
  for (let n = 0; n < turnsOfTheLoop; n++) await new Promise((resolve) => setImmediate(resolve))
  return await act()
}
