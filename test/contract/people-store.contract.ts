import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/index.ts'
import type { LocalPerson, PeopleStore } from '../../src/directories/index.ts'
import { hashOf, later, parseId } from '../../src/kernel/index.ts'
import type { Change, Held, LaneClass, SendRule, StepUp } from '../../src/stepup/index.ts'
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

const sampler = createSampler('people store')
const BY = { at: NOON, actor: 'operator:ada' } as const
const LIMITS = { cap: 50, sendsMax: { signed: 5, unsigned: 2 } }
const RULE = { every: 1, seconds: [900], cap: 50, own: 10 }

const person = (name: string, over: Partial<LocalPerson> = {}): LocalPerson => ({
  ...{ account: sampler.id('account'), directory: 'local', username: name, nameKey: name },
  ...{ displayName: null, emails: [], phones: [], locale: null, state: 'enabled' },
  createdAt: NOON,
  ...over,
})
const added = ({ account }: LocalPerson): AuditEvent => ({
  ...{ event: 'person.added', account, fields: [], at: NOON, actor: 'operator:ada' },
})
const alone = (one: LocalPerson) => [{ person: one, enrolment: null }]

export function peopleStoreContract(backend: string, open: OpenBench): void {
  describe(`people store: ${backend}`, () => {
    test('finds a person by name key or account, as added, in that directory alone', async () => {
      await using bench = await open()
      const { people } = bench.store
      const ada = person('ada', {
        ...{ username: 'Ada', displayName: 'Ada Lovelace', locale: 'zh-CN', state: 'disabled' },
        ...{ emails: ['a@b.example', 'c@d.example'], phones: ['+8613800138000'] },
      })
      assert.deepEqual(await people.add(alone(ada), [added(ada)]), { heard: 'added' })
      const { account } = ada
      assert.deepEqual(await people.find('local', { nameKey: 'ada' }), ada)
      assert.deepEqual(await people.find('local', { account }), ada)
      assert.deepEqual(await people.summary('local', { account }), {
        ...ada,
        ...{ factors: [], tallies: [], sends: [], codes: [] },
      })
      assert.equal(await people.find('other', { nameKey: 'ada' }), undefined)
      assert.equal(await people.find('other', { account }), undefined)
      assert.equal(await people.find('local', { nameKey: 'Ada' }), undefined)
      assert.deepEqual(await eventsOf(bench.store), [added(ada)])
    })

    test('adds with an enrolment, and says of it what the help desk asks', async () => {
      await using bench = await open()
      const ada = person('ada')
      const enrolment = enrolmentSample(sampler, ada.account, { provenance: 'import' })
      await bench.store.people.add([{ person: ada, enrolment }], [])
      const { id, name } = enrolment
      const factors = [
        { kind: 'totp', id, name, place: 1, provenance: 'import', secretBits: 160, at: NOON },
      ]
      const summary = await bench.store.people.summary('local', { nameKey: 'ada' })
      assert.deepEqual(summary, { ...ada, factors, tallies: [], sends: [], codes: [] })
      assert.equal((await bench.store.totp.find(ada.account))[0]?.id, enrolment.id)
    })

    test('adds nobody when a name is there already, or twice in the list, and names them', async () => {
      await using bench = await open()
      const { people } = bench.store
      await people.add(alone(person('ada')), [])
      const list = ['ada', 'bob', 'cyd', 'cyd'].flatMap((name) => alone(person(name)))
      const answer = await people.add(list, [added(person('x'))])
      assert.deepEqual(answer, { heard: 'exists', nameKeys: ['ada', 'cyd'] })
      assert.equal((await people.list('local', '', 10)).length, 1)
      assert.deepEqual(await eventsOf(bench.store), [])
      const elsewhere = alone(person('ada', { directory: 'other' }))
      assert.deepEqual(await people.add(elsewhere, []), { heard: 'added' })
    })

    test('lets exactly one of many racing callers have a name', async () => {
      await using bench = await open()
      await using other = await bench.another()
      const storeOf = turns(bench.store, other)
      const race = times(10, (n) => storeOf(n).people.add(alone(person('ada')), []))
      const answers = (await Promise.all(race)).map(({ heard }) => heard)
      assert.deepEqual(counted(answers), { added: 1, exists: 9 })
    })

    test('replaces no more than was seen: one of many who saw the same', async () => {
      await using bench = await open()
      await using other = await bench.another()
      const ada = person('ada')
      await bench.store.people.add(alone(ada), [])
      const race = times(10, (n) =>
        turns(bench.store, other)(n).people.set({ ...ada, displayName: `Ada ${n}` }, [], BY, ada),
      )
      assert.deepEqual(counted(await Promise.all(race)), { set: 1, stale: 9 })
    })

    test('sets all of a person that is there, to a name that is free', async () => {
      await using bench = await open()
      const { people } = bench.store
      const [ada, bob] = [person('ada'), person('bob')]
      await people.add([ada, bob].flatMap(alone), [])
      const renamed = { ...ada, username: 'Eva', nameKey: 'eva', emails: ['e@b.example'] }
      assert.equal(await people.set(renamed, [added(ada)], BY), 'set')
      assert.deepEqual(await people.find('local', { account: ada.account }), renamed)
      assert.equal(await people.find('local', { nameKey: 'ada' }), undefined)
      assert.equal(await people.set({ ...bob, nameKey: 'eva' }, [added(bob)], BY), 'exists')
      assert.equal(await people.set(person('cyd'), [added(bob)], BY), 'unknown')
      const seen = await people.find('local', { account: ada.account })
      assert.equal(await people.set({ ...renamed, locale: null }, [added(ada)], BY, ada), 'stale')
      assert.deepEqual(await people.find('local', { account: ada.account }), seen)
      assert.equal(await people.set(renamed, [], BY, seen), 'set')
      assert.deepEqual(await eventsOf(bench.store), [added(ada)])
      assert.deepEqual(await people.find('local', { nameKey: 'bob' }), bob)
    })

    test('lists in order of name key, page by page', async () => {
      await using bench = await open()
      const { people } = bench.store
      await people.add(
        ['d', 'a', 'c', 'b'].flatMap((name) => alone(person(name))),
        [],
      )
      await people.add(alone(person('x', { directory: 'other' })), [])
      const page = async (after: string) =>
        (await people.list('local', after, 3)).map(({ nameKey }) => nameKey)
      assert.deepEqual(await page(''), ['a', 'b', 'c'])
      assert.deepEqual(await page('c'), ['d'])
      assert.deepEqual(await page('d'), [])
    })

    test('removes a person with enrolments and tallies, and keeps the audit', async () => {
      await using bench = await open()
      const { people, stepUps, totp } = bench.store
      const ada = person('ada')
      const { account } = ada
      const enrolment = enrolmentSample(sampler, account)
      await people.add([{ person: ada, enrolment }], [added(ada)])
      const stepUp = challengedSample(sampler, { account })
      await stepUps.open(stepUp, [], null, NOON)
      await stepUps.spend(changeOf(stepUp), counterOf(account), { ...RULE, every: 10 }, NOON)
      assert.equal(await people.remove(account, [added(ada)], BY), 'removed')
      assert.equal(await people.find('local', { account }), undefined)
      assert.deepEqual(await totp.find(account), [])
      assert.deepEqual(await stepUps.standing(account), {
        ...{ enrolled: [], tallies: [], codes: [], knownBrowsers: [], grants: [] },
        ...{ settings: null, policyVersion: 0 },
      })
      const ended = cancelled(stepUp)
      assert.deepEqual(await eventsOf(bench.store), [added(ada), added(ada), ended])
      assert.equal(await people.remove(account, [added(ada)], BY), 'unknown')
      assert.equal((await eventsOf(bench.store)).length, 3)
    })

    const ENDINGS: Readonly<Record<string, (people: PeopleStore, one: LocalPerson) => unknown>> = {
      'is disabled': (people, one) => people.set({ ...one, state: 'disabled' }, [], BY),
      'has another address': (people, one) =>
        people.set({ ...one, emails: ['n@b.example'] }, [], BY),
      'has another phone': (people, one) =>
        people.set({ ...one, phones: ['+12025550123'] }, [], BY),
      'is removed': (people, one) => people.remove(one.account, [], BY),
    }
    for (const [what, act] of Object.entries(ENDINGS))
      test(`ends what is under way for a person who ${what}, and nobody else’s`, async () => {
        await using bench = await open()
        const { people, stepUps, requests } = bench.store
        const [ada, bob] = [person('ada'), person('bob')]
        await people.add([ada, bob].flatMap(alone), [])
        const { account } = ada
        const states: readonly StepUp[] = [
          choosingSample(sampler, { account }),
          challengedSample(sampler, { account, factor: 'email' }),
          enrollingSample(account),
          { ...choosingSample(sampler, { account }), ...BLOCKED },
        ]
        for (const state of states) await stepUps.open(state, [], null, NOON)
        const issued = await proven(bench.store, account, 'issued')
        const redeemed = await proven(bench.store, account, 'redeemed')
        const theirs = await proven(bench.store, bob.account, 'redeemed')
        const others = choosingSample(sampler, { account: bob.account })
        const late = choosingSample(sampler, { account, openedAt: later(NOON, -600) })
        for (const one of [others, late]) await stepUps.open(one, [], null, NOON)
        const before = (await eventsOf(bench.store)).length

        await act(people, ada)
        for (const state of [...states, issued.stepUp]) {
          const found = await stepUps.find(state.id)
          const { state: _, ...held } = choosingSample(sampler, heldOf(state))
          const over = { state: 'cancelled', by: 'operator', at: NOON } as const
          assert.deepEqual(found?.value, { ...held, ...over })
          assert.equal(await stepUps.replace({ version: 1, next: state, events: [] }), 'stale')
        }
        const told = (await eventsOf(bench.store)).slice(before)
        const ids = (events: readonly object[]) => events.map((one) => JSON.stringify(one)).sort()
        assert.deepEqual(ids(told), ids([...states, issued.stepUp].map(cancelled)))
        assert.deepEqual(bench.heard.slice(-told.length), told)
        const rows = (await bench.store.audit.unsealed(1_000)).map(({ id }) => id)
        assert.equal(new Set(rows).size, rows.length)
        assert.ok(rows.every((id) => parseId('event', id) !== undefined))

        assert.equal((await issued.redeem()).heard, 'unknown')
        const again = await issued.issue()
        assert.equal(again.heard, 'ended')
        assert.equal((await redeemed.token())?.stepUp.id, undefined)
        assert.equal((await redeemed.redeem()).heard, 'replayed')
        assert.equal((await theirs.token())?.stepUp.id, theirs.stepUp.id)
        assert.equal((await stepUps.find(others.id))?.version, 1)
        assert.equal((await stepUps.find(late.id))?.version, 1)
        assert.equal((await requests.find(redeemed.stepUp.id))?.stepUp?.state, 'satisfied')
      })

    test('lets be what is under way where nothing changed that it was planned on', async () => {
      await using bench = await open()
      const { people, stepUps } = bench.store
      const ada = person('ada', { emails: ['a@b.example'] })
      await people.add(alone(ada), [])
      const stepUp = choosingSample(sampler, { account: ada.account })
      await stepUps.open(stepUp, [], null, NOON)
      await people.set({ ...ada, displayName: 'Ada', locale: 'en' }, [], BY)
      assert.deepEqual((await stepUps.find(stepUp.id))?.value, stepUp)
    })

    test('lets whoever has nothing to choose try again where contacts change, as planned from then on', async () => {
      await using bench = await open()
      const { people, stepUps } = bench.store
      const ada = person('ada')
      await people.add(alone(ada), [])
      const { account } = ada
      const stepUp: StepUp = { ...choosingSample(sampler, { account, offered: [] }), ...BLOCKED }
      await stepUps.open(stepUp, [], null, NOON)
      await people.set({ ...ada, phones: ['+12025550123'] }, [], BY)
      const found = await stepUps.find(stepUp.id)
      assert.deepEqual(found?.value, stepUp)
      // What was planned before knows nothing of the phone.
      const planned = { next: choosingSample(sampler, heldOf(stepUp)), events: [] }
      assert.equal(await stepUps.replan({ ...planned, version: 1 }), 'stale')
      assert.equal(await stepUps.replan({ ...planned, version: found?.version ?? 0 }), 'replaced')
      const another: StepUp = { ...choosingSample(sampler, { account, offered: [] }), ...BLOCKED }
      await stepUps.open(another, [], null, NOON)
      await people.set({ ...ada, state: 'disabled' }, [], BY)
      assert.equal((await stepUps.find(another.id))?.value.state, 'cancelled')
    })

    test('erases every step-up and token with the person, and keeps the audit', async () => {
      await using bench = await open()
      const { people, stepUps, requests } = bench.store
      const [ada, bob] = [person('ada'), person('bob')]
      await people.add([ada, bob].flatMap(alone), [added(ada)])
      const tokens = []
      for (const { account } of [ada, bob]) {
        const request = requestSample(sampler)
        const stepUp = satisfiedSample(sampler, { id: request.stepUp, account })
        await requests.push(request, null)
        await stepUps.open(stepUp, [], null, NOON)
        const code = { hash: hashOf(stepUp.id), seconds: 60 }
        await requests.issue(stepUp.id, stepUp.browser, code, NOON)
        const token = { hash: hashOf(`token ${stepUp.id}`), expiresAt: later(NOON, 300) }
        const { client, redirectUri, codeChallenge } = request
        await requests.redeem({ ...code, client, redirectUri }, codeChallenge, token, null, NOON)
        tokens.push({ token: token.hash, stepUp: stepUp.id })
      }
      const events = await eventsOf(bench.store)
      assert.equal(await people.erase('local', ada.account, [], BY), 'erased')
      const [gone, left] = await Promise.all(
        tokens.map(async ({ token, stepUp }) => ({
          token: (await requests.findToken(token, NOON))?.stepUp.id,
          stepUp: (await stepUps.find(stepUp))?.value.id,
          request: (await requests.find(stepUp))?.request.stepUp,
        })),
      )
      assert.deepEqual(gone, { token: undefined, stepUp: undefined, request: undefined })
      const theirs = tokens[1]?.stepUp
      assert.deepEqual(left, { token: theirs, stepUp: theirs, request: theirs })
      assert.deepEqual(await eventsOf(bench.store), events)
      assert.equal(await people.erase('local', ada.account, [added(ada)], BY), 'unknown')
      assert.deepEqual(await people.find('local', { nameKey: 'bob' }), bob)
    })

    test('erases somebody who was removed before', async () => {
      await using bench = await open()
      const { people } = bench.store
      const ada = person('ada')
      await people.add(alone(ada), [])
      await people.remove(ada.account, [], BY)
      assert.equal(await people.erase('other', ada.account, [], BY), 'unknown')
      assert.equal(await people.erase('local', ada.account, [], BY), 'erased')
    })

    test('erases those who are gone for long, the longest first, so many at a time', async () => {
      await using bench = await open()
      const { people, totp } = bench.store
      const gone = ['ada', 'bob', 'cyd', 'dan'].map((name) => person(name))
      const here = person('eve')
      await people.add([...gone, here].flatMap(alone), [])
      for (const [n, { account }] of gone.entries())
        await people.remove(account, [], { ...BY, at: later(NOON, n) })
      const at = later(NOON, 1_000)
      const erase = (seconds: number, rowsMax: number) =>
        people.eraseGone(later(NOON, seconds), at, { rowsMax })
      assert.equal(await erase(-1, 10), 0)
      assert.equal(await erase(2, 2), 2)
      const told = (n: number) => {
        const account = gone[n]?.account
        return { event: 'person.erased', account, at, actor: 'system' }
      }
      assert.deepEqual(await eventsOf(bench.store), [told(0), told(1)])
      assert.equal(await erase(2, 2), 1)
      assert.equal(await erase(2, 2), 0)
      assert.deepEqual(await eventsOf(bench.store), [told(0), told(1), told(2)])
      const [first, , , last] = gone
      assert.ok(first !== undefined && last !== undefined)
      assert.equal(await people.erase('local', first.account, [], BY), 'unknown')
      assert.equal(await people.erase('local', last.account, [], BY), 'erased')
      assert.deepEqual(await people.find('local', { account: here.account }), here)
      assert.deepEqual(await totp.find(first.account), [])
    })

    test('lets nobody be erased twice by many who erase at once', async () => {
      await using bench = await open()
      await using other = await bench.another()
      const storeOf = turns(bench.store, other)
      const gone = times(9, (n) => person(`p${n}`))
      await bench.store.people.add(gone.flatMap(alone), [])
      for (const { account } of gone) await bench.store.people.remove(account, [], BY)
      const race = times(12, (n) => storeOf(n).people.eraseGone(NOON, NOON, { rowsMax: 2 }))
      const erased = (await Promise.all(race)).reduce((sum, one) => sum + one, 0)
      assert.equal(erased, 9)
      assert.equal((await eventsOf(bench.store)).length, 9)
    })

    test('ends with a factor what relies on it, and nothing else', async () => {
      await using bench = await open()
      const { people, stepUps } = bench.store
      const ada = person('ada')
      const { account } = ada
      await people.add([{ person: ada, enrolment: enrolmentSample(sampler, account) }], [])
      const offered = [EMAIL_OFFER]
      const asks = challengedSample(sampler, { account, offered })
      const offers = challengedSample(sampler, { account, factor: 'email' })
      const enrols = enrollingSample(account)
      const other = challengedSample(sampler, { account, factor: 'email', offered })
      for (const one of [asks, offers, enrols, other]) await stepUps.open(one, [], null, NOON)
      const byApp = await proven(bench.store, account, 'issued')
      const token = await proven(bench.store, account, 'redeemed')
      const byMail = await proven(bench.store, account, 'issued', 'email')
      await people.resetFactor(account, ALL_APPS, [], BY)
      for (const { id } of [asks, offers, enrols, byApp.stepUp])
        assert.equal((await stepUps.find(id))?.value.state, 'cancelled')
      assert.equal(await token.token(), undefined)
      assert.equal((await byMail.redeem()).heard, 'redeemed')
      assert.deepEqual((await stepUps.find(other.id))?.value, other)
    })

    test('resets a factor: its enrolment, what it used up and its tallies, and nothing else', async () => {
      await using bench = await open()
      const { people, stepUps, totp } = bench.store
      const ada = person('ada')
      const { account } = ada
      const enrolment = enrolmentSample(sampler, account)
      await people.add([{ person: ada, enrolment }], [])
      await failOnce(bench.store.stepUps, account, 'totp')
      await failOnce(bench.store.stepUps, account, 'email')
      assert.equal(await people.resetFactor(account, ALL_APPS, [added(ada)], BY), 'reset')
      assert.deepEqual(await totp.find(account), [])
      const { tallies } = await stepUps.standing(account)
      assert.deepEqual(
        tallies.map(({ factor }) => factor),
        ['email'],
      )
      assert.equal(await people.resetFactor(account, ALL_APPS, [added(ada)], BY), 'unknown')
      const told = (await eventsOf(bench.store)).filter(({ event }) => event === 'person.added')
      assert.deepEqual(told, [added(ada)])
    })

    test('says what holds a person up', async () => {
      await using bench = await open()
      const { people, stepUps } = bench.store
      const ada = person('ada')
      const { account } = ada
      await people.add(alone(ada), [])
      await failOnce(stepUps, account, 'totp')
      await send(stepUps, account, { coolDownSeconds: [30] })
      const view = await people.summary('local', { nameKey: 'ada' })
      assert.deepEqual(view?.tallies, [
        { factor: 'totp', lane: 'signed', failures: 1, lockedUntil: later(NOON, 900) },
      ])
      assert.deepEqual(view?.sends, [{ channel: 'email', lane: 'signed', nextAt: later(NOON, 30) }])
    })

    test('changes nothing where nothing is locked: what was counted goes on counting', async () => {
      await using bench = await open()
      const { people, stepUps } = bench.store
      const account = sampler.id('account')
      await failOnce(stepUps, account, 'totp', { ...RULE, every: 10 })
      for (let n = 0; n < 4; n++) await send(stepUps, account)
      const before = await stepUps.standing(account)
      const said = [added(person('x'))]
      assert.equal(await people.unlock(account, null, LIMITS, NOON, said), 'not-locked')
      assert.deepEqual(await stepUps.standing(account), before)
      assert.deepEqual(await eventsOf(bench.store), [])
      // A pause that is over is no lock.
      await failOnce(stepUps, account, 'email')
      const after = later(NOON, 900)
      assert.equal(await people.unlock(account, 'email', LIMITS, after, said), 'not-locked')
    })

    test('frees the messages that are used up, of both classes of lanes', async () => {
      await using bench = await open()
      const { people, stepUps } = bench.store
      for (const lane of ['signed', 'unsigned'] as const) {
        const account = sampler.id('account')
        const sendsMax = LIMITS.sendsMax[lane]
        const claim = () => send(stepUps, account, { lane, sendsMax })
        for (let n = 0; n < sendsMax; n++) assert.equal(await claim(), 'claimed')
        assert.notEqual(await claim(), 'claimed')
        assert.equal(await people.unlock(account, 'totp', LIMITS, NOON, []), 'not-locked')
        assert.equal(await people.unlock(account, 'email', LIMITS, NOON, []), 'unlocked')
        assert.equal(await claim(), 'claimed')
      }
    })

    test('unlocks all lanes of a factor, or of all factors, hard locks included', async () => {
      await using bench = await open()
      const { people, stepUps } = bench.store
      const account = sampler.id('account')
      const factors = async () =>
        (await stepUps.standing(account)).tallies.map(({ factor }) => factor).sort()
      assert.equal(
        await people.unlock(account, null, LIMITS, NOON, [added(person('x'))]),
        'not-locked',
      )
      assert.deepEqual(await eventsOf(bench.store), [])
      await failOnce(stepUps, account, 'totp')
      await failOnce(stepUps, account, 'email')
      assert.deepEqual(await factors(), ['email', 'totp'])
      assert.equal(await people.unlock(account, 'totp', LIMITS, NOON, []), 'unlocked')
      assert.deepEqual(await factors(), ['email'])
      await failOnce(stepUps, account, 'totp')
      assert.equal(await people.unlock(account, null, LIMITS, NOON, []), 'unlocked')
      assert.deepEqual(await factors(), [])
    })
  })

  async function failOnce(
    stepUps: Awaited<ReturnType<OpenBench>>['store']['stepUps'],
    account: LocalPerson['account'],
    factor: 'totp' | 'email',
    rule = RULE,
  ) {
    const stepUp = challengedSample(sampler, { account, factor })
    await stepUps.open(stepUp, [], null, NOON)
    const counter = { ...counterOf(account), factor }
    const answer = await stepUps.spend(changeOf(stepUp), counter, rule, NOON)
    assert.equal(answer.heard, 'spent')
  }
}

const BLOCKED = { state: 'blocked', why: 'factor-locked', factor: 'totp' } as const

function enrollingSample(account: LocalPerson['account']): StepUp {
  const proof = { acr: 'mfa', amr: ['otp'], at: NOON }
  return {
    ...{ ...choosingSample(sampler, { account, offered: [EMAIL_OFFER] }), state: 'enrolling' },
    pending: {
      ...{ enrolment: sampler.id('enrolment'), keyId: 'k', provenance: 'contact:email' },
      credit: { factor: 'email', proof },
    },
    proven: null,
  }
}

/** What is true in every state. */
function heldOf(stepUp: StepUp): Held {
  const { id, request, browser, ip, userAgent, account, isOurs, isTheirs } = stepUp
  const { username, lane, locale, trust } = stepUp
  const { offered, attemptsMax, answersLeft, replansLeft, openedAt, expiresAt } = stepUp
  return {
    ...{ id, request, browser, ip, userAgent, account, isOurs, isTheirs, username, lane, locale },
    ...{ trust, offered, attemptsMax, answersLeft, replansLeft, openedAt, expiresAt },
  }
}

const cancelled = ({ id, account }: StepUp): AuditEvent => ({
  ...{ at: NOON, actor: 'operator:ada', stepUp: id, client: 'iam', account },
  event: 'step-up.cancelled',
})

/** A step-up that was proven, and how far the client got with it. */
async function proven(
  { stepUps, requests }: Store,
  account: LocalPerson['account'],
  until: 'issued' | 'redeemed',
  factor: 'totp' | 'email' = 'totp',
) {
  const request = requestSample(sampler)
  const stepUp = { ...satisfiedSample(sampler, { id: request.stepUp, account }), factor }
  const code = { hash: hashOf(stepUp.id), seconds: 60 }
  const token = { hash: hashOf(`token ${stepUp.id}`), expiresAt: later(NOON, 300) }
  const { client, redirectUri, codeChallenge } = request
  await requests.push(request, null)
  await stepUps.open(stepUp, [], null, NOON)
  const issue = () => requests.issue(stepUp.id, stepUp.browser, code, NOON)
  const redeem = () =>
    requests.redeem({ ...code, client, redirectUri }, codeChallenge, token, null, NOON)
  await issue()
  if (until === 'redeemed') await redeem()
  return { stepUp, issue, redeem, token: () => requests.findToken(token.hash, NOON) }
}

/** Claims one message. */
async function send(
  stepUps: Store['stepUps'],
  account: LocalPerson['account'],
  rule: Partial<SendRule> & { readonly lane?: LaneClass } = {},
) {
  const { lane = 'signed', ...over } = rule
  const stepUp = challengedSample(sampler, { account, factor: 'email', lane })
  await stepUps.open(stepUp, [], null, NOON)
  const rest = { coolDownSeconds: [0], windowSeconds: 3600, sendsMax: 5, ...over }
  return stepUps.send(changeOf(stepUp), { account, channel: 'email', lane, rule: rest }, NOON)
}

const changeOf = (next: Change['next']): Change => ({ version: 1, next, events: [] })
const counterOf = (account: LocalPerson['account']) => ({
  ...({ account, factor: 'totp', lane: 'signed' } as const),
})
