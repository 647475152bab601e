import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LocalPerson } from '../../src/directories/index.ts'
import { instantOf, later } from '../../src/kernel/index.ts'
import type { Notice } from '../../src/notices/index.ts'
import type { Change, Lane, StepUp } from '../../src/stepup/index.ts'
import type { Store } from '../../src/store/index.ts'
import { ALL_APPS, enrolmentSample } from '../support/enrolment.ts'
import { challengedSample, createSampler } from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import { counted, eventsOf, type OpenBench, times, turns } from './bench.ts'

const RULE = { every: 10, seconds: [900], cap: 50, own: 10 }
const SENDS = { coolDownSeconds: [0], windowSeconds: 3600, sendsMax: 2 }
const DAY = 86_400
const sampler = createSampler('notices')
const BY = { at: NOON, actor: 'operator:ada' } as const
const LATE = later(NOON, 3 * DAY)
const SINCE = later(NOON, -DAY)

const person = (over: Partial<LocalPerson> = {}): LocalPerson => ({
  ...{ account: sampler.id('account'), directory: 'local', displayName: null, phones: [] },
  ...{ username: 'ada', nameKey: 'ada', emails: ['a@x.example'], locale: null, state: 'enabled' },
  ...{ createdAt: NOON, ...over },
})
const told = (account: LocalPerson['account']) =>
  ({ event: 'person.changed', account, fields: ['email'], ...BY }) as const
const changeOf = (next: StepUp, version = 1): Change => ({ version, next, events: [] })

function accountOf({ account }: StepUp): LocalPerson['account'] {
  assert.ok(account !== null)
  return account
}

/** So many wrong answers at once, each in a step-up of its own. */
async function guesses(storeOf: (n: number) => Store, stepUp: StepUp, count: number) {
  const account = accountOf(stepUp)
  const { lane } = stepUp
  return Promise.all(
    times(count, async (n) => {
      const one = challengedSample(sampler, { account, lane })
      const { stepUps } = storeOf(n)
      await stepUps.open(one, [], null, NOON)
      const counter = { account, factor: 'totp', lane } as const
      return (await stepUps.spend(changeOf(one), counter, RULE, NOON)).heard
    }),
  )
}

async function sends(store: Store, stepUp: StepUp, count: number): Promise<void> {
  const { lane } = stepUp
  const account = accountOf(stepUp)
  const claim = {
    ...({ account, channel: 'email', rule: SENDS } as const),
    lane: lane === 'unsigned' ? lane : 'signed',
  } as const
  for (let n = 0; n < count; n++) await store.stepUps.send(changeOf(stepUp, n + 1), claim, NOON)
}

const shortOf = ({ kind, lane, factor }: Notice) => `${kind} ${factor} ${lane}`
const dueOf = async (store: Store, now = LATE) => store.notices.due(now, SINCE, 100)

export function noticeStoreContract(backend: string, open: OpenBench): void {
  describe(`the notice store: ${backend}`, () => {
    test('has one notice for each lock of a factor, however many guesses come at once', async () => {
      await using bench = await open()
      const { store } = bench
      await using another = await bench.another()
      const both = turns(store, another)
      const stepUp = challengedSample(sampler, {
        username: 'ada',
        userAgent: 'UA',
        ip: '192.0.2.9',
      })
      const answers = await guesses(both, stepUp, 30)
      assert.deepEqual(counted(answers), { spent: 10, locked: 20 })
      const [notice, ...more] = await dueOf(store)
      assert.deepEqual(more, [])
      assert.ok(notice !== undefined)
      assert.equal(shortOf(notice), 'locked totp signed')
      const { account, at, whose, former, remaining, tries, about } = notice
      assert.deepEqual(
        { account, at, whose, former, remaining, tries },
        { account: stepUp.account, at: NOON, whose: null, former: [], remaining: null, tries: 0 },
      )
      assert.deepEqual(Object.keys(about ?? {}).sort(), ['ip', 'locale', 'userAgent', 'username'])
      const locked = (await store.audit.unsealed(1_000)).filter(({ text }) =>
        text.includes('"factor.locked"'),
      )
      assert.deepEqual(
        locked.map(({ id }) => id),
        [notice.id],
      )
    })

    test('tells of what nobody signed apart', async () => {
      await using bench = await open()
      const lane: Lane = 'unsigned'
      await guesses(() => bench.store, challengedSample(sampler, { lane }), 10)
      assert.deepEqual((await dueOf(bench.store)).map(shortOf), ['locked totp unsigned'])
    })

    test('has one ten minutes after the last message was used up, which a right code makes moot', async () => {
      await using bench = await open()
      const { store } = bench
      const stepUp = challengedSample(sampler, { factor: 'email' })
      await store.stepUps.open(stepUp, [], null, NOON)
      await sends(store, stepUp, 1)
      assert.deepEqual(await dueOf(store), [])
      const other = challengedSample(sampler, { factor: 'email', account: accountOf(stepUp) })
      await store.stepUps.open(other, [], null, NOON)
      await sends(store, other, 3)
      assert.deepEqual(await dueOf(store, later(NOON, 599)), [])
      const [notice] = await dueOf(store, later(NOON, 600))
      assert.ok(notice !== undefined)
      assert.deepEqual([shortOf(notice), notice.isMoot], ['codes-unused email signed', false])

      const counter = { account: accountOf(stepUp), factor: 'email', lane: 'signed' } as const
      const consumption = { source: other.challenge, part: 0 }
      const judged = { verdict: 'accepted', enrolledBy: 'operator', consumption } as const
      assert.equal(await store.stepUps.settle(changeOf(other, 2), counter, judged, null), 'settled')
      assert.deepEqual(
        (await dueOf(store)).map(({ isMoot }) => isMoot),
        [true],
      )
    })

    test('has one for the last message also where it opens a step-up', async () => {
      await using bench = await open()
      const stepUp = challengedSample(sampler, { factor: 'email' })
      const claim = {
        ...({ account: accountOf(stepUp), channel: 'email', lane: 'signed' } as const),
        rule: { ...SENDS, sendsMax: 1 },
      }
      await bench.store.stepUps.open(stepUp, [], claim, NOON)
      assert.deepEqual((await dueOf(bench.store)).map(shortOf), ['codes-unused email signed'])
    })

    test('has one for a new OTP app, a reset one, and contacts that an operator changed', async () => {
      await using bench = await open()
      const { store } = bench
      const ada = person()
      await store.people.add([{ person: ada, enrolment: null }], [])
      const { account } = ada
      const stepUp = challengedSample(sampler, { account, isOurs: true })
      await store.stepUps.open(stepUp, [], null, NOON)
      await store.stepUps.enrol(changeOf(stepUp), enrolmentSample(sampler, account), 1, null)
      const reset = { event: 'factor.reset', account, ...ALL_APPS, ...BY } as const
      await store.people.resetFactor(account, ALL_APPS, [reset], BY)
      await store.people.set({ ...ada, displayName: 'Ada' }, [told(account)], BY)
      await store.people.set({ ...ada, emails: ['b@x.example'] }, [told(account)], BY)
      const found = await dueOf(store)
      assert.deepEqual(found.map(shortOf).sort(), [
        ...['contacts null operator', 'enrolled totp signed', 'reset totp operator'],
      ])
      const whose = { directory: 'local', immutableId: account }
      for (const one of found) assert.deepEqual(one.whose, whose)
      const changed = found.find(({ kind }) => kind === 'contacts')
      assert.deepEqual([changed?.former, changed?.about], [['a@x.example'], null])
    })

    test('has one for each app that a person adds and takes away', async () => {
      await using bench = await open()
      const { stepUps } = bench.store
      const account = sampler.id('account')
      const stepUp = challengedSample(sampler, { account })
      await stepUps.open(stepUp, [], null, NOON)
      for (const version of [1, 2])
        await stepUps.enrol(changeOf(stepUp, version), enrolmentSample(sampler, account), 5, null)
      const [one] = await stepUps.apps(account)
      assert.ok(one !== undefined)
      const of = { account, enrolment: one.enrolment, instead: [one.enrolment], at: NOON }
      assert.equal(await stepUps.removeApp(changeOf(stepUp, 9), of), 'stale')
      assert.equal(await stepUps.removeApp(changeOf(stepUp, 3), of), 'removed')
      const found = await dueOf(bench.store)
      assert.deepEqual(found.map(shortOf).sort(), [
        ...['enrolled totp signed', 'enrolled totp signed', 'removed totp signed'],
      ])
      const removed = found.find(({ kind }) => kind === 'removed')
      assert.equal(removed?.about?.username, stepUp.username)
    })

    test('has one for contacts that an operator added to somebody elsewhere', async () => {
      await using bench = await open()
      const { accounts } = bench.store
      const account = sampler.id('account')
      const known = { directory: 'corp', immutableId: 'guid', nameKey: 'bea' }
      await accounts.know(known, account, NOON)
      const set = (emails: readonly string[]) =>
        accounts.setContacts('corp', account, { emails, phones: [] }, [told(account)], BY)
      await set(['a@x.example'])
      await set(['b@x.example'])
      await set(['b@x.example'])
      const found = await dueOf(bench.store)
      assert.deepEqual(found.map(({ former }) => former.join()).sort(), ['', 'a@x.example'])
      assert.deepEqual(found[0]?.whose, { directory: 'corp', immutableId: 'guid' })
    })

    test('has none of what did not come through, nor of who is gone', async () => {
      await using bench = await open()
      const { store } = bench
      const ada = person()
      const { account } = ada
      await store.people.add([{ person: ada, enrolment: null }], [])
      const stepUp = challengedSample(sampler, { account, isOurs: true })
      await store.stepUps.open(stepUp, [], null, NOON)
      const late = changeOf(stepUp, 7)
      assert.equal(
        await store.stepUps.enrol(late, enrolmentSample(sampler, account), 1, null),
        'stale',
      )
      assert.equal(
        await store.people.resetFactor(account, ALL_APPS, [told(account)], BY),
        'unknown',
      )
      assert.deepEqual(await dueOf(store), [])
      await guesses(() => store, stepUp, 10)
      assert.equal((await dueOf(store)).length, 1)
      await store.people.remove(account, [], BY)
      assert.deepEqual(await dueOf(store), [])
    })

    test('lets exactly one of many senders try, and is settled once, with its event', async () => {
      await using bench = await open()
      const { store } = bench
      await using another = await bench.another()
      const both = turns(store, another)
      await guesses(() => store, challengedSample(sampler), 10)
      const [notice] = await dueOf(store)
      assert.ok(notice !== undefined)
      const next = later(LATE, 60)
      const claims = await Promise.all(times(10, (n) => both(n).notices.claim(notice, next)))
      assert.deepEqual(counted(claims), { claimed: 1, taken: 9 })
      assert.deepEqual(await dueOf(store), [])
      const [again] = await dueOf(store, next)
      assert.equal(again?.tries, 1)

      const tried = { id: notice.id, tries: 1 }
      const { account } = notice
      const sent = { ...told(account), at: LATE } as const
      const waiting = { state: 'waiting', remaining: ['b@x.example'] } as const
      assert.equal(await store.notices.settle(notice, waiting, []), 'stale')
      assert.equal(await store.notices.settle(tried, waiting, []), 'settled')
      assert.deepEqual((await dueOf(store, next))[0]?.remaining, ['b@x.example'])
      const end = { state: 'told', at: LATE } as const
      const before = (await eventsOf(store)).length
      const ends = await Promise.all(times(6, (n) => both(n).notices.settle(tried, end, [sent])))
      assert.deepEqual(counted(ends), { settled: 1, stale: 5 })
      assert.equal((await eventsOf(store)).length, before + 1)
      assert.deepEqual(await dueOf(store, later(next, DAY)), [])
    })

    test('says what the account was told of lately, by lane and by kind', async () => {
      await using bench = await open()
      const { store } = bench
      const stepUp = challengedSample(sampler)
      await guesses(() => store, stepUp, 10)
      const [first] = await dueOf(store)
      assert.ok(first !== undefined)
      await store.notices.claim(first, LATE)
      await store.notices.settle({ ...first, tries: 1 }, { state: 'told', at: NOON }, [])
      await guesses(
        () => store,
        challengedSample(sampler, { account: accountOf(stepUp), lane: 'unsigned' }),
        10,
      )
      const email = challengedSample(sampler, { account: accountOf(stepUp), factor: 'email' })
      await store.stepUps.open(email, [], null, NOON)
      await sends(store, email, 2)
      const lately = async (since: typeof SINCE) =>
        (await store.notices.due(LATE, since, 10))
          .map((one) => `${shortOf(one)}: ${one.lately}, ${one.latelyLike}`)
          .sort()
      assert.deepEqual(await lately(SINCE), [
        ...['codes-unused email signed: 1, 0', 'locked totp unsigned: 0, 0'],
      ])
      assert.deepEqual(await lately(NOON), [
        ...['codes-unused email signed: 0, 0', 'locked totp unsigned: 0, 0'],
      ])
    })

    test('forgets what is over, a few at a time, and nothing that waits', async () => {
      await using bench = await open()
      const { store } = bench
      for (let n = 0; n < 3; n++) await guesses(() => store, challengedSample(sampler), 10)
      const [one, other] = await dueOf(store)
      assert.ok(one !== undefined && other !== undefined)
      for (const { id } of [one, other]) {
        await store.notices.claim({ id, tries: 0 }, LATE)
        await store.notices.settle({ id, tries: 1 }, { state: 'dropped' }, [])
      }
      assert.equal(await store.notices.forget(instantOf(NOON - 1), 10), 0)
      assert.equal(await store.notices.forget(NOON, 1), 1)
      assert.equal(await store.notices.forget(NOON, 10), 1)
      assert.equal((await dueOf(store)).length, 1)
    })
  })
}
