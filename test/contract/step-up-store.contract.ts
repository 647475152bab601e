import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { AuditEvent } from '../../src/audit/index.ts'
import type { LocalPerson } from '../../src/directories/index.ts'
import { instantOf, later } from '../../src/kernel/index.ts'
import {
  type Challenged,
  type Change,
  type Judged,
  rejected,
  type StepUp,
  type StepUpStore,
} from '../../src/stepup/index.ts'
import type { Store } from '../../src/store/index.ts'
import { enrolmentSample } from '../support/enrolment.ts'
import { challengedSample, choosingSample, createSampler, heldSample } from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import { counted, eventsOf, namesOf, type OpenBench, times, turns } from './bench.ts'

const RULE = { every: 10, seconds: [900, 1800, 3600, 7200], cap: 50, own: 10 }
const SENDS = { coolDownSeconds: [30, 60, 120], windowSeconds: 3600, sendsMax: 5 }
const RACERS = 10

const sampler = createSampler('step-up store')

export const eventAbout = (stepUp: StepUp, factor: 'totp' | 'email' = 'totp'): AuditEvent => ({
  ...{ event: 'answer.spent', at: NOON, actor: 'person', factor },
  ...{ stepUp: stepUp.id, client: 'iam', account: stepUp.account },
})

const changeOf = (stepUp: StepUp, version = 1): Change => ({
  ...{ version, next: stepUp, events: [eventAbout(stepUp)] },
})

export function accountOf(stepUp: StepUp) {
  assert.ok(stepUp.account !== null)
  return stepUp.account
}

const counterOf = (stepUp: StepUp, factor: 'totp' | 'email' = 'totp') => ({
  ...{ account: accountOf(stepUp), factor, lane: stepUp.lane },
})

const claimOf = (stepUp: StepUp) => ({
  ...({ account: accountOf(stepUp), channel: 'email', lane: 'signed', rule: SENDS } as const),
})

const accepted = (source: string, part: number): Judged => ({
  ...{ verdict: 'accepted', enrolledBy: 'operator' },
  consumption: { source, part },
})

const BY = { at: NOON, actor: 'operator:ada' } as const

/** Every way in which somebody of a local directory is not to be asked any more. */
const ENDS = ['disable', 'remove', 'erase'] as const

/** With nobody enabled behind the account. */
async function endedPerson(
  { people }: Store,
  end: (typeof ENDS)[number],
  account = sampler.id('account'),
): Promise<LocalPerson> {
  const person: LocalPerson = {
    ...{ account, directory: 'local', username: account, nameKey: account, displayName: null },
    ...{ emails: [], phones: [], locale: null, state: 'enabled', createdAt: NOON },
  }
  await people.add([{ person, enrolment: null }], [])
  if (end === 'disable') await people.set({ ...person, state: 'disabled' }, [], BY)
  else if (end === 'remove') await people.remove(account, [], BY)
  else await people.erase('local', account, [], BY)
  return person
}

async function opened(
  store: StepUpStore,
  over: Parameters<typeof challengedSample>[1] = {},
): Promise<Challenged> {
  const stepUp = challengedSample(sampler, over)
  await store.open(stepUp, [], null, NOON)
  return stepUp
}

/** Spends `count` answers, each in a step-up of its own, at a time at which nothing is locked yet. */
async function fail(store: StepUpStore, like: StepUp, count: number, at = NOON) {
  const answers = []
  for (let n = 0; n < count; n++) {
    const { account, lane } = like
    const one = await opened(store, { account, lane })
    answers.push(await store.spend(changeOf(one), counterOf(one), RULE, at))
  }
  return answers
}

export function stepUpStoreContract(backend: string, open: OpenBench): void {
  describe(`step-up store: ${backend}`, () => {
    describe('open', () => {
      test('opens a step-up and finds it as it was, in every state', async () => {
        await using bench = await open()
        const held = heldSample(sampler)
        const proof = { acr: 'mfa', amr: ['otp'], at: NOON }
        const states: StepUp[] = [
          { ...held, state: 'choosing', account: null, offered: [] },
          challengedSample(sampler, { factor: 'email', lane: 'browser:abc' }),
          {
            ...held,
            state: 'enrolling',
            pending: {
              ...{ enrolment: sampler.id('enrolment'), keyId: 'k', provenance: 'contact:email' },
              credit: { factor: 'email', proof },
            },
            proven: null,
            offered: [
              {
                factor: 'totp',
                use: 'enrol',
                acr: 'mfa',
                first: { channel: 'email', to: ['a@b.example'] },
              },
            ],
          },
          { ...held, state: 'managing', proven: { factor: 'totp', provenance: 'import', proof } },
          { ...held, state: 'blocked', why: 'no-contact', factor: null },
          { ...held, state: 'satisfied', how: 'factor', factor: 'totp', proof, at: NOON },
          { ...held, state: 'refused', reason: 'attempts-spent', at: NOON },
          { ...held, state: 'cancelled', by: 'person', at: NOON },
          { ...held, state: 'cancelled', by: 'operator', at: NOON },
          { ...held, state: 'expired', at: NOON },
        ]
        for (const state of states) {
          const stepUp: StepUp = { ...state, id: sampler.id('stepUp') }
          const answer = await bench.store.stepUps.open(stepUp, [], null, NOON)
          assert.equal(answer.heard, 'opened')
          const found = await bench.store.stepUps.find(stepUp.id)
          assert.deepEqual(found?.value, stepUp)
          assert.deepEqual('at' in answer && answer.at, found)
        }
      })

      test('lets exactly one of many racing callers open, and the others find what it opened', async () => {
        await using bench = await open()
        const stepUp = choosingSample(sampler)
        const race = times(RACERS, (n) =>
          bench.store.stepUps.open(
            { ...stepUp, browser: `b${n}` },
            [eventAbout(stepUp)],
            null,
            NOON,
          ),
        )
        const answers = await Promise.all(race)
        assert.deepEqual(counted(answers.map(({ heard }) => heard)), { opened: 1, found: 9 })
        const browsers = answers.map((answer) => 'at' in answer && answer.at.value.browser)
        assert.equal(new Set(browsers).size, 1)
        assert.equal((await eventsOf(bench.store)).length, 1)
      })

      test('claims one message with it, and opens nothing while that may not be sent', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const first = challengedSample(sampler, { factor: 'email' })
        const second = challengedSample(sampler, { factor: 'email', account: first.account })
        assert.equal((await stepUps.open(first, [], claimOf(first), NOON)).heard, 'opened')
        const events = [eventAbout(second)]
        const early = await stepUps.open(second, events, claimOf(second), later(NOON, 29))
        assert.deepEqual(early, { heard: 'too-soon', until: later(NOON, 30) })
        assert.equal(await stepUps.find(second.id), undefined)
        assert.deepEqual(await eventsOf(bench.store), [])
        const late = await stepUps.open(second, events, claimOf(second), later(NOON, 30))
        assert.equal(late.heard, 'opened')
      })

      test('opens nothing for an account of our own whose person is disabled, removed or erased', async () => {
        await using bench = await open()
        const { stepUps, people } = bench.store
        for (const end of ENDS) {
          const { account } = await endedPerson(bench.store, end)
          const stepUp = challengedSample(sampler, { account, isOurs: true })
          const answer = await stepUps.open(stepUp, [eventAbout(stepUp)], null, NOON)
          assert.deepEqual(answer, { heard: 'account-gone' })
          assert.equal(await stepUps.find(stepUp.id), undefined)
          await people.erase('local', account, [], BY)
        }
        assert.deepEqual(await eventsOf(bench.store), [])
      })

      test('opens nothing, and plans nothing anew, for a person of another directory whose account was erased', async () => {
        await using bench = await open()
        const { stepUps, people, accounts } = bench.store
        const account = sampler.id('account')
        const ann = { directory: 'corp', immutableId: `guid-${account}`, nameKey: account }
        await accounts.know(ann, account, NOON)
        const first = challengedSample(sampler, { account, isTheirs: true })
        assert.equal((await stepUps.open(first, [], null, NOON)).heard, 'opened')
        const waiting = choosingSample(sampler, { account: null })
        await stepUps.open(waiting, [], null, NOON)
        await people.erase('corp', account, [], BY)
        const stepUp = challengedSample(sampler, { account, isTheirs: true })
        const answer = await stepUps.open(stepUp, [], claimOf(stepUp), NOON)
        assert.deepEqual(answer, { heard: 'account-gone' })
        assert.equal(await stepUps.find(stepUp.id), undefined)
        const next = changeOf({ ...waiting, account, isTheirs: true }, 1)
        assert.equal(await stepUps.replan(next), 'account-gone')
        assert.equal((await stepUps.find(waiting.id))?.value.account, null)
      })

      test('claims no message for a step-up that was open already', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const stepUp = await opened(stepUps, { factor: 'email' })
        assert.equal((await stepUps.open(stepUp, [], claimOf(stepUp), NOON)).heard, 'found')
        assert.equal(await stepUps.send(changeOf(stepUp), claimOf(stepUp), NOON), 'claimed')
      })

      test('keeps its events with it', async () => {
        await using bench = await open()
        const stepUp = choosingSample(sampler)
        await bench.store.stepUps.open(stepUp, [eventAbout(stepUp)], null, NOON)
        assert.deepEqual(await eventsOf(bench.store), [eventAbout(stepUp)])
      })
    })

    describe('find and standing', () => {
      test('finds nothing for an id that names nothing', async () => {
        await using bench = await open()
        assert.equal(await bench.store.stepUps.find(sampler.id('stepUp')), undefined)
      })

      test('finds expired step-ups too', async () => {
        await using bench = await open()
        const stepUp = await opened(bench.store.stepUps, { openedAt: instantOf(0) })
        assert.deepEqual((await bench.store.stepUps.find(stepUp.id))?.value, stepUp)
      })

      test('finds it with the tallies of its account over all factors and lanes, and nobody else’s', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const mine = await opened(stepUps)
        await fail(stepUps, mine, 2)
        await fail(stepUps, { ...mine, lane: 'unsigned' }, 1)
        await fail(stepUps, choosingSample(sampler), 1)
        const found = await stepUps.find(mine.id)
        const failures = found?.tallies.map(({ lane, failures }) => [lane, failures])
        assert.deepEqual(failures?.sort(), [
          ['signed', 2],
          ['unsigned', 1],
        ])
        const standing = await stepUps.standing(accountOf(mine))
        assert.deepEqual(standing, {
          ...{ enrolled: [], tallies: found?.tallies, codes: [], knownBrowsers: [], grants: [] },
          ...{ settings: null, policyVersion: 0 },
        })
      })

      test('says in one look what is enrolled', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const stepUp = await opened(stepUps)
        const app = { digits: 8, periodSeconds: 60 } as const
        const enrolment = { ...enrolmentSample(sampler, accountOf(stepUp)), ...app }
        await stepUps.enrol(changeOf(stepUp), enrolment, 1, null)
        const { enrolled } = await stepUps.standing(accountOf(stepUp))
        const { id, provenance } = enrolment
        assert.deepEqual(enrolled, [{ enrolment: id, factor: 'totp', provenance, ...app }])
      })
    })

    describe('replace', () => {
      test('lets exactly one of many racing callers win a version', async () => {
        await using bench = await open()
        const stepUp = await opened(bench.store.stepUps)
        const race = times(RACERS, (n) =>
          bench.store.stepUps.replace(changeOf({ ...stepUp, username: `u${n}` })),
        )
        assert.deepEqual(counted(await Promise.all(race)), { replaced: 1, stale: 9 })
        assert.equal((await eventsOf(bench.store)).length, 1)
        assert.equal((await bench.store.stepUps.find(stepUp.id))?.version, 2)
      })

      test('lets exactly one win when another process races', async () => {
        await using bench = await open()
        await using other = await bench.another()
        const storeOf = turns(bench.store, other)
        const stepUp = await opened(bench.store.stepUps)
        const race = times(RACERS, (n) => storeOf(n).stepUps.replace(changeOf(stepUp)))
        assert.deepEqual(counted(await Promise.all(race)), { replaced: 1, stale: 9 })
        assert.equal((await eventsOf(other)).length, 1)
      })

      test('is stale for a version that is over, was never, or of a step-up that is not there', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const stepUp = await opened(stepUps)
        for (const version of [0, 2, 3])
          assert.equal(await stepUps.replace(changeOf(stepUp, version)), 'stale')
        assert.equal(await stepUps.replace(changeOf(choosingSample(sampler))), 'stale')
        assert.deepEqual(await eventsOf(bench.store), [])
      })
    })

    describe('replan', () => {
      test('writes the next state over the version that was seen, once, with its events', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const stepUp = choosingSample(sampler, { account: null })
        await stepUps.open(stepUp, [], null, NOON)
        const next = choosingSample(sampler, { id: stepUp.id })
        const change = { version: 1, next, events: [eventAbout(next)] }
        assert.equal(await stepUps.replan(change), 'replaced')
        assert.equal(await stepUps.replan(change), 'stale')
        assert.equal((await stepUps.find(stepUp.id))?.value.account, next.account)
        assert.deepEqual(await eventsOf(bench.store), [eventAbout(next)])
      })

      test('takes up nobody of our own who is disabled, removed or erased', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        for (const end of ENDS) {
          const { account } = await endedPerson(bench.store, end)
          const stepUp = choosingSample(sampler, { account: null })
          await stepUps.open(stepUp, [], null, NOON)
          const next = choosingSample(sampler, { id: stepUp.id, account, isOurs: true })
          const change = { version: 1, next, events: [eventAbout(next)] }
          assert.equal(await stepUps.replan(change), 'account-gone')
          assert.equal((await stepUps.find(stepUp.id))?.version, 1)
        }
        assert.deepEqual(await eventsOf(bench.store), [])
      })
    })

    describe('send', () => {
      test('claims one message after another, each after its cool-down', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const stepUp = await opened(stepUps, { factor: 'email' })
        let at = NOON
        for (const [n, seconds] of [30, 60, 120, 120].entries()) {
          const change = changeOf(stepUp, n + 1)
          assert.equal(await stepUps.send(change, claimOf(stepUp), at), 'claimed')
          const until = later(at, seconds)
          const early = await stepUps.send(
            changeOf(stepUp, n + 2),
            claimOf(stepUp),
            instantOf(until - 1),
          )
          assert.deepEqual(early, { heard: 'too-soon', until })
          at = until
        }
      })

      test('claims no more than the budget of a window, and again when it is over', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const stepUp = await opened(stepUps, { factor: 'email' })
        for (let n = 0; n < 5; n++) {
          const at = later(NOON, n * 120)
          assert.equal(await stepUps.send(changeOf(stepUp, n + 1), claimOf(stepUp), at), 'claimed')
        }
        const sixth = changeOf(stepUp, 6)
        const until = later(NOON, 3600)
        const early = await stepUps.send(sixth, claimOf(stepUp), instantOf(until - 1))
        assert.deepEqual(early, { heard: 'too-soon', until })
        assert.equal(await stepUps.send(sixth, claimOf(stepUp), until), 'claimed')
      })

      test('changes nothing when it is too soon', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const stepUp = await opened(stepUps, { factor: 'email' })
        await stepUps.send(changeOf(stepUp), claimOf(stepUp), NOON)
        const before = await stepUps.find(stepUp.id)
        await stepUps.send(changeOf({ ...stepUp, username: 'x' }, 2), claimOf(stepUp), NOON)
        assert.deepEqual(await stepUps.find(stepUp.id), before)
        assert.equal((await eventsOf(bench.store)).length, 1)
      })

      test('claims nothing for a change that is stale', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const stepUp = await opened(stepUps, { factor: 'email' })
        assert.equal(await stepUps.send(changeOf(stepUp, 7), claimOf(stepUp), NOON), 'stale')
        assert.equal(await stepUps.send(changeOf(stepUp), claimOf(stepUp), NOON), 'claimed')
      })

      test('lets exactly one of many step-ups of an account send at a time', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const first = await opened(stepUps, { factor: 'email' })
        const { account } = first
        const all = [first]
        for (let n = 1; n < RACERS; n++)
          all.push(await opened(stepUps, { factor: 'email', account }))
        const race = all.map((one) => stepUps.send(changeOf(one), claimOf(one), NOON))
        const answers = (await Promise.all(race)).map((one) =>
          typeof one === 'string' ? one : one.heard,
        )
        assert.deepEqual(counted(answers), { claimed: 1, 'too-soon': 9 })
      })

      test('keeps one budget for each account, channel and class of lanes', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const stepUp = await opened(stepUps, { factor: 'email' })
        const other = await opened(stepUps, { factor: 'email' })
        assert.equal(await stepUps.send(changeOf(stepUp), claimOf(stepUp), NOON), 'claimed')
        assert.equal(await stepUps.send(changeOf(other), claimOf(other), NOON), 'claimed')
        const sms = { ...claimOf(stepUp), channel: 'sms' } as const
        assert.equal(await stepUps.send(changeOf(stepUp, 2), sms, NOON), 'claimed')
        const unsigned = { ...claimOf(stepUp), lane: 'unsigned' } as const
        assert.equal(await stepUps.send(changeOf(stepUp, 3), unsigned, NOON), 'claimed')
      })
    })

    describe('spend', () => {
      test('lets exactly one of many racing callers spend at a version', async () => {
        await using bench = await open()
        await using other = await bench.another()
        const storeOf = turns(bench.store, other)
        const stepUp = await opened(bench.store.stepUps)
        const race = times(RACERS, (n) =>
          storeOf(n).stepUps.spend(changeOf(stepUp), counterOf(stepUp), RULE, NOON),
        )
        const answers = (await Promise.all(race)).map(({ heard }) => heard)
        assert.deepEqual(counted(answers), { spent: 1, stale: 9 })
        const found = await bench.store.stepUps.find(stepUp.id)
        assert.deepEqual(
          found?.tallies.map(({ failures }) => failures),
          [1],
        )
        assert.deepEqual(await namesOf(bench.store), ['answer.spent'])
      })

      test('counts over step-ups, so that a new one is no fresh start', async () => {
        await using bench = await open()
        const like = await opened(bench.store.stepUps)
        await fail(bench.store.stepUps, like, 3)
        const found = await bench.store.stepUps.find(like.id)
        assert.deepEqual(found?.tallies, [
          { factor: 'totp', lane: 'signed', failures: 3, lockedUntil: null },
        ])
      })

      test('loses no count of many step-ups that spend at once', async () => {
        await using bench = await open()
        await using other = await bench.another()
        const storeOf = turns(bench.store, other)
        const like = await opened(bench.store.stepUps)
        const { account } = like
        const all: StepUp[] = []
        for (let n = 0; n < 30; n++) all.push(await opened(bench.store.stepUps, { account }))
        const race = all.map((one, n) =>
          storeOf(n).stepUps.spend(changeOf(one), counterOf(one), RULE, NOON),
        )
        const answers = counted((await Promise.all(race)).map(({ heard }) => heard))
        assert.deepEqual(answers, { spent: 10, locked: 20 })
      })

      test('locks the lane at every tenth failure, longer each time, and keeps factor.locked with it', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const like = await opened(stepUps)
        let at = NOON
        for (const [round, seconds] of [900, 1800, 3600, 7200].entries()) {
          const answers = await fail(stepUps, like, 10, at)
          const until = later(at, seconds)
          const none = { heard: 'spent', locked: null }
          assert.deepEqual(answers, [...Array(9).fill(none), { heard: 'spent', locked: until }])
          const told = (await eventsOf(bench.store)).filter(
            ({ event }) => event === 'factor.locked',
          )
          assert.equal(told.length, round + 1)
          assert.deepEqual(bench.heard, told)
          const { stepUp: _, ...last } = { stepUp: null, ...told.at(-1) }
          assert.deepEqual(last, {
            ...{ event: 'factor.locked', at, actor: 'person', client: 'iam' },
            ...{ account: like.account, factor: 'totp', lane: 'signed' },
            ...{ failures: 10 * (round + 1), until },
          })
          const [early] = await fail(stepUps, like, 1, instantOf(until - 1))
          assert.deepEqual(early, { heard: 'locked', until })
          at = until
        }
      })

      test('repeats the last lock when the list of locks is over', async () => {
        await using bench = await open()
        const like = await opened(bench.store.stepUps)
        const rule = { every: 1, seconds: [10, 20], cap: 50, own: 10 }
        let at = NOON
        for (const seconds of [10, 20, 20, 20]) {
          const one = await opened(bench.store.stepUps, { account: like.account })
          const answer = await bench.store.stepUps.spend(changeOf(one), counterOf(one), rule, at)
          assert.deepEqual(answer, { heard: 'spent', locked: later(at, seconds) })
          at = later(at, seconds)
        }
      })

      test('changes nothing while the lane is locked', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const like = await opened(stepUps)
        await fail(stepUps, like, 10)
        const before = [await stepUps.find(like.id), await eventsOf(bench.store)]
        const change = changeOf({ ...like, username: 'x' })
        const answer = await stepUps.spend(change, counterOf(like), RULE, NOON)
        assert.deepEqual(answer, { heard: 'locked', until: later(NOON, 900) })
        assert.deepEqual([await stepUps.find(like.id), await eventsOf(bench.store)], before)
      })

      test('locks one lane and one factor of one account alone', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const like = await opened(stepUps)
        await fail(stepUps, like, 10)
        const [unsigned] = await fail(stepUps, { ...like, lane: 'unsigned' }, 1)
        assert.equal(unsigned?.heard, 'spent')
        const [stranger] = await fail(stepUps, choosingSample(sampler), 1)
        assert.equal(stranger?.heard, 'spent')
        const answer = await stepUps.spend(changeOf(like), counterOf(like, 'email'), RULE, NOON)
        assert.equal(answer.heard, 'spent')
      })

      test('ends at the cap over all lanes but the unsigned one, for an operator to free', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const like = await opened(stepUps)
        for (const lane of ['browser:1', 'browser:2', 'browser:3', 'browser:4'] as const)
          await fail(stepUps, { ...like, lane }, 10)
        const last = await fail(stepUps, like, 10)
        assert.deepEqual(last.at(-1), { heard: 'spent', locked: 'operator' })
        const told = (await eventsOf(bench.store)).at(-1)
        assert.equal(told?.event === 'factor.locked' && told.until, 'operator')
        const muchLater = later(NOON, 365 * 86_400)
        for (const lane of ['signed', 'browser:1'] as const) {
          const [answer] = await fail(stepUps, { ...like, lane }, 1, muchLater)
          assert.deepEqual(answer, { heard: 'locked', until: 'operator' })
        }
        const [unsigned] = await fail(stepUps, { ...like, lane: 'unsigned' }, 1)
        assert.deepEqual(unsigned, { heard: 'spent', locked: null })
      })

      test('leaves each known browser ten answers of its own, whatever the others came to', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const like = await opened(stepUps)
        const early = { ...like, lane: 'browser:1' } as const
        await fail(stepUps, early, 4)
        let at = NOON
        for (const wrong of [10, 10, 10, 10, 6]) {
          await fail(stepUps, like, wrong, at)
          at = later(at, 7200)
        }
        const [thief] = await fail(stepUps, like, 1, at)
        assert.deepEqual(thief, { heard: 'locked', until: 'operator' })

        const spent = { heard: 'spent', locked: null } as const
        const last = { heard: 'spent', locked: 'operator' } as const
        const over = { heard: 'locked', until: 'operator' } as const
        assert.deepEqual(await fail(stepUps, early, 7, at), [...Array(5).fill(spent), last, over])
        const other = await fail(stepUps, { ...like, lane: 'browser:2' }, 11, at)
        assert.deepEqual(other, [...Array(9).fill(spent), last, over])
        const told = (await eventsOf(bench.store)).filter(({ event }) => event === 'factor.locked')
        const until = told.slice(-2).map((one) => one.event === 'factor.locked' && one.until)
        assert.deepEqual(until, ['operator', 'operator'])
      })

      test('ends the unsigned lane at a cap of its own, and no other lane with it', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const stranger = await opened(stepUps, { lane: 'unsigned' })
        const signed = { ...stranger, lane: 'signed' } as const
        await fail(stepUps, signed, 9)
        let at = NOON
        for (let n = 0; n < 5; n++) {
          await fail(stepUps, stranger, 10, at)
          at = later(at, 7200)
        }
        const [more] = await fail(stepUps, stranger, 1, at)
        assert.deepEqual(more, { heard: 'locked', until: 'operator' })
        const [owner] = await fail(stepUps, signed, 1, at)
        assert.deepEqual(owner, { heard: 'spent', locked: later(at, 900) })
      })

      test('counts nothing for a change that is stale', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const stepUp = await opened(stepUps)
        const answer = await stepUps.spend(changeOf(stepUp, 5), counterOf(stepUp), RULE, NOON)
        assert.deepEqual(answer, { heard: 'stale' })
        assert.deepEqual((await stepUps.find(stepUp.id))?.tallies, [])
        assert.deepEqual(await eventsOf(bench.store), [])
      })
    })

    describe('tallies', () => {
      test('are what a plain count says, after any sequence of answers', async () => {
        await using bench = await open()
        const { stepUps, people } = bench.store
        const rule = { every: 3, seconds: [60, 120], cap: 8, own: 3 }
        const lanes = ['signed', 'unsigned', 'browser:1', 'browser:2'] as const
        const acts = fc.array(
          fc.record({
            act: fc.constantFrom('spend', 'spend', 'spend', 'spend', 'accept', 'unlock', 'wait'),
            lane: fc.constantFrom(...lanes),
          }),
          { minLength: 10, maxLength: 40 },
        )
        const agree = fc.asyncProperty(acts, async (sequence) => {
          const account = sampler.id('account')
          const counts = new Map<string, { failures: number; until: number }>()
          let now = NOON
          for (const { act, lane } of sequence) {
            const stepUp = await opened(stepUps, { account, lane })
            const mine = counts.get(lane) ?? { failures: 0, until: 0 }
            const isUnsigned = lane === 'unsigned'
            const total = [...counts]
              .filter(([other]) => (other === 'unsigned') === isUnsigned)
              .reduce((sum, [, { failures }]) => sum + failures, 0)
            if (act === 'wait') now = later(now, 60)
            if (act === 'unlock') {
              const limits = { cap: rule.cap, sendsMax: { signed: 5, unsigned: 2 } }
              const heard = await people.unlock(account, null, limits, now, [])
              const signed = [...counts]
                .filter(([lane]) => lane !== 'unsigned')
                .reduce((sum, [, { failures }]) => sum + failures, 0)
              const isHeld =
                [...counts.values()].some(({ until }) => now < until) ||
                signed >= rule.cap ||
                (counts.get('unsigned')?.failures ?? 0) >= rule.cap
              assert.equal(heard, isHeld ? 'unlocked' : 'not-locked')
              if (isHeld) counts.clear()
            }
            if (act === 'accept') {
              const judged = accepted(sampler.id('challenge'), 0)
              await stepUps.settle(changeOf(stepUp), counterOf(stepUp), judged, null)
              counts.delete(lane)
            }
            if (act !== 'spend') continue

            const answer = await stepUps.spend(changeOf(stepUp), counterOf(stepUp), rule, now)
            const own = lane.startsWith('browser:') ? rule.own : 0
            const isOut = total >= rule.cap && mine.failures >= own
            const isLocked = isOut || now < mine.until
            assert.equal(answer.heard, isLocked ? 'locked' : 'spent')
            if (isLocked) continue
            const failures = mine.failures + 1
            const until = failures % 3 === 0 ? later(now, failures === 3 ? 60 : 120) : mine.until
            counts.set(lane, { failures, until })
            const isLast = total + 1 >= rule.cap && failures >= own
            const locked = isLast ? 'operator' : failures % 3 === 0 ? until : null
            assert.deepEqual(answer, { heard: 'spent', locked })
          }
          const { tallies } = await stepUps.standing(account)
          const kept = tallies.map(({ lane, failures }) => [lane, failures]).sort()
          assert.deepEqual(kept, [...counts].map(([lane, one]) => [lane, one.failures]).sort())
        })
        await fc.assert(agree, { seed: 1, numRuns: 25 })
      })
    })

    describe('settle', () => {
      test('settles a time step once, whichever step-up and process brings it', async () => {
        await using bench = await open()
        await using other = await bench.another()
        const storeOf = turns(bench.store, other)
        const source = sampler.id('challenge')
        const all: StepUp[] = []
        for (let n = 0; n < RACERS; n++) all.push(await opened(bench.store.stepUps))
        const race = all.map((one, n) =>
          storeOf(n).stepUps.settle(changeOf(one), counterOf(one), accepted(source, 7), null),
        )
        assert.deepEqual(counted(await Promise.all(race)), { settled: 1, used: 9 })
        assert.equal((await eventsOf(bench.store)).length, 1)
      })

      test('takes nothing older than what was consumed, and what is newer', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const source = sampler.id('challenge')
        const said = []
        for (const part of [7, 7, 6, 8, 7]) {
          const one = await opened(stepUps)
          said.push(
            await stepUps.settle(changeOf(one), counterOf(one), accepted(source, part), null),
          )
        }
        assert.deepEqual(said, ['settled', 'used', 'used', 'settled', 'used'])
      })

      test('changes nothing at all for what is used', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const source = sampler.id('challenge')
        const first = await opened(stepUps)
        const second = await opened(stepUps, { account: first.account })
        await stepUps.settle(changeOf(first), counterOf(first), accepted(source, 7), null)
        await fail(stepUps, first, 2)
        const before = [await stepUps.find(second.id), await eventsOf(bench.store)]
        const change = changeOf({ ...second, username: 'x' })
        assert.equal(
          await stepUps.settle(change, counterOf(second), accepted(source, 7), null),
          'used',
        )
        assert.deepEqual([await stepUps.find(second.id), await eventsOf(bench.store)], before)
      })

      test('resets the tally of that lane alone when accepted', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const stepUp = await opened(stepUps)
        await fail(stepUps, stepUp, 10)
        await fail(stepUps, { ...stepUp, lane: 'unsigned' }, 2)
        const judged = accepted(sampler.id('challenge'), 1)
        assert.equal(
          await stepUps.settle(changeOf(stepUp), counterOf(stepUp), judged, null),
          'settled',
        )
        assert.deepEqual((await stepUps.find(stepUp.id))?.tallies, [
          { factor: 'totp', lane: 'unsigned', failures: 2, lockedUntil: null },
        ])
        assert.equal((await fail(stepUps, stepUp, 1))[0]?.heard, 'spent')
      })

      test('resets the send budget of account and factor when accepted', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const stepUp = await opened(stepUps, { factor: 'email' })
        await stepUps.send(changeOf(stepUp), claimOf(stepUp), NOON)
        const judged = accepted(stepUp.challenge, 0)
        const counter = counterOf(stepUp, 'email')
        assert.equal(await stepUps.settle(changeOf(stepUp, 2), counter, judged, null), 'settled')
        assert.equal(await stepUps.send(changeOf(stepUp, 3), claimOf(stepUp), NOON), 'claimed')
      })

      test('resets no send budget of the other class of lanes', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const owner = await opened(stepUps, { factor: 'email' })
        const { account } = owner
        const stranger = await opened(stepUps, { factor: 'email', account, lane: 'unsigned' })
        const claim = { ...claimOf(stranger), lane: 'unsigned' } as const
        await stepUps.send(changeOf(stranger), claim, NOON)
        const judged = accepted(owner.challenge, 0)
        await stepUps.settle(changeOf(owner), counterOf(owner, 'email'), judged, null)
        const answer = await stepUps.send(changeOf(stranger, 2), claim, NOON)
        assert.deepEqual(answer, { heard: 'too-soon', until: later(NOON, 30) })
      })

      test('keeps tally and budget when rejected', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const stepUp = await opened(stepUps)
        await stepUps.spend(changeOf(stepUp), counterOf(stepUp), RULE, NOON)
        const said = await stepUps.settle(changeOf(stepUp, 2), counterOf(stepUp), rejected, null)
        assert.equal(said, 'settled')
        const found = await stepUps.find(stepUp.id)
        assert.deepEqual([found?.version, found?.tallies[0]?.failures], [3, 1])
      })

      test('consumes nothing for a change that is stale', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const stepUp = await opened(stepUps)
        const judged = accepted(sampler.id('challenge'), 1)
        assert.equal(
          await stepUps.settle(changeOf(stepUp, 9), counterOf(stepUp), judged, null),
          'stale',
        )
        assert.equal(
          await stepUps.settle(changeOf(stepUp, 9), counterOf(stepUp), rejected, null),
          'stale',
        )
        assert.deepEqual(await eventsOf(bench.store), [])
        assert.equal(
          await stepUps.settle(changeOf(stepUp), counterOf(stepUp), judged, null),
          'settled',
        )
      })
    })

    describe('enrol', () => {
      test('makes the enrolment active with the change', async () => {
        await using bench = await open()
        const stepUp = await opened(bench.store.stepUps)
        const enrolment = enrolmentSample(sampler, accountOf(stepUp))
        assert.equal(
          await bench.store.stepUps.enrol(changeOf(stepUp), enrolment, 1, null),
          'enrolled',
        )
        assert.equal((await bench.store.stepUps.find(stepUp.id))?.version, 2)
        assert.equal((await bench.store.totp.find(accountOf(stepUp)))[0]?.id, enrolment.id)
      })

      test('lets an account have one of a kind, whoever races', async () => {
        await using bench = await open()
        await using other = await bench.another()
        const storeOf = turns(bench.store, other)
        const first = await opened(bench.store.stepUps)
        const { account } = first
        const all: StepUp[] = [first]
        for (let n = 1; n < RACERS; n++) all.push(await opened(bench.store.stepUps, { account }))
        const race = all.map((one, n) =>
          storeOf(n).stepUps.enrol(
            changeOf(one),
            enrolmentSample(sampler, accountOf(one)),
            1,
            null,
          ),
        )
        assert.deepEqual(counted(await Promise.all(race)), { enrolled: 1, full: 9 })
        assert.equal((await eventsOf(bench.store)).length, 1)
      })

      test('enrols nothing for an account of our own whose person is disabled, removed or erased', async () => {
        await using bench = await open()
        const { stepUps, totp } = bench.store
        for (const end of ENDS) {
          // Opened before there was such a person, so that nothing but the enrolment itself is in the way.
          const stepUp = await opened(stepUps)
          const account = accountOf(stepUp)
          await endedPerson(bench.store, end, account)
          const found = await stepUps.find(stepUp.id)
          const change = changeOf({ ...stepUp, isOurs: true }, found?.version)
          const enrolment = enrolmentSample(sampler, account)
          assert.equal(await stepUps.enrol(change, enrolment, 1, null), 'account-gone')
          assert.deepEqual(await totp.find(account), [])
        }
      })

      test('uses up the time step of the code that confirmed it', async () => {
        await using bench = await open()
        const { stepUps } = bench.store
        const stepUp = await opened(stepUps)
        const enrolment = enrolmentSample(sampler, accountOf(stepUp))
        await stepUps.enrol(changeOf(stepUp), enrolment, 1, null)
        const judged = accepted(enrolment.id, enrolment.usedTimeStep)
        assert.equal(
          await stepUps.settle(changeOf(stepUp, 2), counterOf(stepUp), judged, null),
          'used',
        )
      })

      test('enrols nothing with a change that is stale', async () => {
        await using bench = await open()
        const stepUp = await opened(bench.store.stepUps)
        const enrolment = enrolmentSample(sampler, accountOf(stepUp))
        assert.equal(
          await bench.store.stepUps.enrol(changeOf(stepUp, 4), enrolment, 1, null),
          'stale',
        )
        assert.deepEqual(await bench.store.totp.find(accountOf(stepUp)), [])
        assert.deepEqual(await eventsOf(bench.store), [])
      })
    })
  })
}
