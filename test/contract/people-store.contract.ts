import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/index.ts'
import type { LocalPerson } from '../../src/directories/index.ts'
import { hashOf, later } from '../../src/kernel/index.ts'
import type { Change } from '../../src/stepup/index.ts'
import { enrolmentSample } from '../support/enrolment.ts'
import { requestSample } from '../support/request.ts'
import { challengedSample, createSampler, satisfiedSample } from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import { counted, eventsOf, type OpenBench, times, turns } from './bench.ts'

const sampler = createSampler('people store')
const RULE = { every: 1, seconds: [900], cap: 50 }

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
      assert.deepEqual(await people.summary('local', { account }), { ...ada, factors: [] })
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
      const factors = [{ kind: 'totp', provenance: 'import', secretBits: 160, at: NOON }]
      const summary = await bench.store.people.summary('local', { nameKey: 'ada' })
      assert.deepEqual(summary, { ...ada, factors })
      assert.equal((await bench.store.totp.find(ada.account))?.id, enrolment.id)
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

    test('sets all of a person that is there, to a name that is free', async () => {
      await using bench = await open()
      const { people } = bench.store
      const [ada, bob] = [person('ada'), person('bob')]
      await people.add([ada, bob].flatMap(alone), [])
      const renamed = { ...ada, username: 'Eva', nameKey: 'eva', emails: ['e@b.example'] }
      assert.equal(await people.set(renamed, [added(ada)]), 'set')
      assert.deepEqual(await people.find('local', { account: ada.account }), renamed)
      assert.equal(await people.find('local', { nameKey: 'ada' }), undefined)
      assert.equal(await people.set({ ...bob, nameKey: 'eva' }, [added(bob)]), 'exists')
      assert.equal(await people.set(person('cyd'), [added(bob)]), 'unknown')
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
      assert.equal(await people.remove(account, [added(ada)]), 'removed')
      assert.equal(await people.find('local', { account }), undefined)
      assert.equal(await totp.find(account), undefined)
      assert.deepEqual(await stepUps.standing(account), { enrolled: [], tallies: [] })
      assert.notEqual(await stepUps.find(stepUp.id), undefined)
      assert.deepEqual(await eventsOf(bench.store), [added(ada), added(ada)])
      assert.equal(await people.remove(account, [added(ada)]), 'unknown')
      assert.equal((await eventsOf(bench.store)).length, 2)
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
      assert.equal(await people.erase(ada.account, []), 'erased')
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
      assert.equal(await people.erase(ada.account, [added(ada)]), 'unknown')
      assert.deepEqual(await people.find('local', { nameKey: 'bob' }), bob)
    })

    test('erases somebody who was removed before', async () => {
      await using bench = await open()
      const { people } = bench.store
      const ada = person('ada')
      await people.add(alone(ada), [])
      await people.remove(ada.account, [])
      assert.equal(await people.erase(ada.account, []), 'erased')
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
      assert.equal(await people.resetFactor(account, 'totp', [added(ada)]), 'reset')
      assert.equal(await totp.find(account), undefined)
      const { tallies } = await stepUps.standing(account)
      assert.deepEqual(
        tallies.map(({ factor }) => factor),
        ['email'],
      )
      assert.equal(await people.resetFactor(account, 'totp', [added(ada)]), 'unknown')
      assert.deepEqual((await eventsOf(bench.store)).at(-1), added(ada))
    })

    test('unlocks all lanes of a factor, or of all factors, hard locks included', async () => {
      await using bench = await open()
      const { people, stepUps } = bench.store
      const account = sampler.id('account')
      const factors = async () =>
        (await stepUps.standing(account)).tallies.map(({ factor }) => factor).sort()
      assert.equal(await people.unlock(account, null, [added(person('x'))]), 'not-locked')
      assert.deepEqual(await eventsOf(bench.store), [])
      await failOnce(stepUps, account, 'totp')
      await failOnce(stepUps, account, 'email')
      assert.deepEqual(await factors(), ['email', 'totp'])
      assert.equal(await people.unlock(account, 'totp', []), 'unlocked')
      assert.deepEqual(await factors(), ['email'])
      await failOnce(stepUps, account, 'totp')
      assert.equal(await people.unlock(account, null, []), 'unlocked')
      assert.deepEqual(await factors(), [])
    })
  })

  async function failOnce(
    stepUps: Awaited<ReturnType<OpenBench>>['store']['stepUps'],
    account: LocalPerson['account'],
    factor: 'totp' | 'email',
  ) {
    const stepUp = challengedSample(sampler, { account, factor })
    await stepUps.open(stepUp, [], null, NOON)
    const counter = { ...counterOf(account), factor }
    const answer = await stepUps.spend(changeOf(stepUp), counter, RULE, NOON)
    assert.equal(answer.heard, 'spent')
  }
}

const changeOf = (next: Change['next']): Change => ({ version: 1, next, events: [] })
const counterOf = (account: LocalPerson['account']) => ({
  ...({ account, factor: 'totp', lane: 'signed' } as const),
})
