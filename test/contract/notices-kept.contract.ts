import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LocalPerson } from '../../src/directories/index.ts'
import { later } from '../../src/kernel/index.ts'
import type { Lane } from '../../src/stepup/index.ts'
import { ALL_APPS, enrolmentSample } from '../support/enrolment.ts'
import { challengedSample } from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import { counted, eventsOf, type OpenBench, turns } from './bench.ts'

import {
  accountOf,
  BY,
  changeOf,
  dueOf,
  first,
  guesses,
  LATE,
  person,
  SENDS,
  SINCE,
  sampler,
  sends,
  sentTo,
  shortOf,
  told,
} from './noticing.ts'

export function noticesKeptContract(backend: string, open: OpenBench): void {
  describe(`what leaves a notice: ${backend}`, () => {
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
      const ada = person({ phones: ['+8613812345678'] })
      await store.people.add([{ person: ada, enrolment: null }], [])
      const { account } = ada
      const stepUp = challengedSample(sampler, { account, isOurs: true })
      await store.stepUps.open(stepUp, [], null, NOON)
      await store.stepUps.enrol(changeOf(stepUp), enrolmentSample(sampler, account), 1, null)
      const reset = { event: 'factor.reset', account, ...ALL_APPS, ...BY } as const
      await store.people.resetFactor(account, ALL_APPS, [reset], BY)
      await store.people.set({ ...ada, displayName: 'Ada' }, [told(account)], BY)
      await store.people.set({ ...ada, emails: ['b@x.example'], phones: [] }, [told(account)], BY)
      const found = await dueOf(store)
      assert.deepEqual(found.map(shortOf).sort(), [
        ...['contacts null operator', 'enrolled totp proven', 'reset totp operator'],
      ])
      const whose = { directory: 'local', immutableId: account }
      for (const one of found) assert.deepEqual(one.whose, whose)
      const changed = found.find(({ kind }) => kind === 'contacts')
      assert.deepEqual([changed?.former, changed?.about], [['a@x.example', '+8613812345678'], null])
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
        ...['enrolled totp proven', 'enrolled totp proven', 'removed totp proven'],
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

    test('has one for each code that an operator hands out, and for one that let somebody in', async () => {
      await using bench = await open()
      const { store } = bench
      const { account } = person()
      await store.people.add([{ person: person({ account }), enrolment: null }], [])
      for (const kind of ['bind-code', 'bypass-code'] as const) {
        const code = {
          ...{ id: sampler.id('operatorCode'), account, kind, keyId: 'k', hash: 'h' },
          ...{ madeAt: NOON, madeBy: BY.actor, expiresAt: LATE, answers: 0, holder: null },
        }
        const made = { ...BY, event: 'operator-code.made', account, kind, expiresAt: LATE } as const
        assert.equal(await store.operatorCodes.give(code, true, [made]), 'given')
        const next = challengedSample(sampler, { account, factor: kind })
        await store.stepUps.open(next, [], null, NOON)
        const used = {
          ...({ event: 'operator-code.used', kind, at: NOON, actor: 'person', account } as const),
          ...{ stepUp: next.id, client: 'iam', madeBy: BY.actor, ip: null, signedIp: null },
        }
        const settle = (version: number) =>
          store.stepUps.settle(
            { version, next, events: [used] },
            { account, factor: kind, lane: 'signed' },
            {
              ...{ verdict: 'accepted', enrolledBy: 'operator' },
              consumption: { code: code.id, kind, madeBy: BY.actor, answersMax: 5 },
            },
            null,
          )
        assert.deepEqual([await settle(7), await settle(1)], ['stale', 'settled'])
      }
      const found = await dueOf(store)
      assert.deepEqual(found.map(shortOf).sort(), [
        ...['code-made bind-code operator', 'code-made bypass-code operator'],
        ...['code-used bypass-code proven'],
      ])
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

    test('has none of who was erased, nor keeps what became of one that is being sent by then', async () => {
      await using bench = await open()
      const { store } = bench
      const endings: readonly ((account: LocalPerson['account']) => Promise<unknown>)[] = [
        (account) => store.people.erase('corp', account, [], BY),
        async (account) => {
          await store.accounts.leave(account, NOON, NOON)
          return store.people.eraseGone(NOON, NOON, { rowsMax: 9 })
        },
      ]
      for (const [n, end] of endings.entries()) {
        const account = sampler.id('account')
        const known = { directory: 'corp', immutableId: `guid ${n}`, nameKey: `bea${n}` }
        await store.accounts.know(known, account, NOON)
        await guesses(() => store, challengedSample(sampler, { account }), 10)
        const notice = first(await dueOf(store))
        await store.notices.claim(notice, LATE, SINCE)
        await end(account)
        assert.deepEqual(await dueOf(store), [])
        const before = (await eventsOf(store)).length
        const told = { state: 'told', at: LATE } as const
        const settled = await store.notices.settle({ ...notice, tries: 1 }, told, [sentTo(account)])
        assert.deepEqual([settled, (await eventsOf(store)).length], ['stale', before])
      }
    })
  })
}
