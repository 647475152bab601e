import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/index.ts'
import { type Id, later } from '../../src/kernel/index.ts'
import type { Store } from '../../src/store/index.ts'
import type { NewGrant, TrustUse } from '../../src/trust/index.ts'
import { enrolmentSample } from '../support/enrolment.ts'
import { challengedSample, createSampler, satisfiedSample } from '../support/step-up.ts'
import {
  deviceSample as device,
  earnedSample as earned,
  earnTrust,
  grantSample,
  WEEK,
} from '../support/trust-store.ts'
import { NOON } from '../support/world.ts'
import { counted, namesOf, type OpenBench, times, turns } from './bench.ts'

const sampler = createSampler('trust store')
const BY = { at: NOON, actor: 'operator:ada' } as const
const grant = (over: Partial<NewGrant> = {}): NewGrant => grantSample(sampler, over)

const settle = (store: Store, account: Id<'account'>, one: NewGrant, version = 1) =>
  earnTrust(store, sampler, account, one, version)

const rotated = (account: Id<'account'>, { id }: NewGrant, generation: number): TrustUse => ({
  ...{ account, grant: id },
  device: {
    ...{ series: 'one', generation },
    next: {
      ...{ hash: `one ${generation + 1}`, keyId: 'k2' },
      ...{ rotatedAt: later(NOON, 60), rotatedIp: '192.0.2.8' },
    },
  },
})

const openTrusted = (store: Store, account: Id<'account'>, use: TrustUse) => {
  const stepUp = { ...satisfiedSample(sampler, { account }), how: 'trust', factor: null } as const
  const event: AuditEvent = {
    ...{ event: 'trust.used', at: NOON, actor: 'person', stepUp: stepUp.id, client: 'iam' },
    ...{ account, grant: use.grant, earnedAt: NOON },
  }
  return store.stepUps.openTrusted(stepUp, [event], use)
}

const idsOf = async (store: Store, account: Id<'account'>) =>
  (await store.trust.list(account)).map(({ id }) => id)

const revokedEvent = (account: Id<'account'>): AuditEvent => ({
  ...{ ...BY, event: 'trust.revoked', account, why: 'operator', which: 'all' },
})

export function trustStoreContract(backend: string, open: OpenBench): void {
  describe(`trust store: ${backend}`, () => {
    test('keeps what a verdict earned, whole, and in the one look before a step-up', async () => {
      await using bench = await open()
      const { store } = bench
      const account = sampler.id('account')
      const { expiresAt: _, grantsMax: __, ...one } = grant()
      await settle(store, account, { ...grant(), ...one })
      assert.deepEqual(await store.trust.list(account), [one])
      assert.deepEqual((await store.stepUps.standing(account)).grants, [one])
      assert.deepEqual(await store.trust.list(sampler.id('account')), [])
      const bare = { ...grant(), device: null, ip: '2001:db8::/64', group: 'other' }
      await settle(store, account, bare)
      const kept = (await store.trust.list(account)).find(({ id }) => id === bare.id)
      assert.deepEqual([kept?.device, kept?.ip], [null, '2001:db8::/64'])
    })

    test('keeps nothing of a verdict that is stale', async () => {
      await using bench = await open()
      const account = sampler.id('account')
      assert.equal(await settle(bench.store, account, grant(), 9), 'stale')
      assert.deepEqual(await idsOf(bench.store, account), [])
    })

    test('puts a grant in place of one for the same group, network and device, and of no other', async () => {
      await using bench = await open()
      const { store } = bench
      const account = sampler.id('account')
      const former = grant()
      const others = [
        grant({ group: 'other', device: { join: 'one' } }),
        grant({ ip: null, device: { join: 'one' } }),
      ]
      const join = grant({ device: { join: 'one' }, at: later(NOON, 5) })
      for (const one of [former, ...others, join]) await settle(store, account, one)
      const left = [join.id, ...others.map(({ id }) => id)]
      assert.deepEqual((await idsOf(store, account)).sort(), left.sort())
      for (const kept of await store.trust.list(account))
        assert.deepEqual(kept.device, device('one'))
    })

    test('keeps nothing that joins a device which is gone', async () => {
      await using bench = await open()
      const account = sampler.id('account')
      assert.equal(await settle(bench.store, account, grant({ device: { join: 'x' } })), 'settled')
      assert.deepEqual(await idsOf(bench.store, account), [])
    })

    test('keeps so many of an account at most: the newest', async () => {
      await using bench = await open()
      const account = sampler.id('account')
      const all = times(5, (n) =>
        grant({ ip: `192.0.2.${n}`, device: null, binding: 'ip', at: later(NOON, n) }),
      )
      for (const one of all) await settle(bench.store, account, one)
      const newest = all.slice(2).reverse()
      assert.deepEqual(
        await idsOf(bench.store, account),
        newest.map(({ id }) => id),
      )
    })

    test('rotates a device with the step-up that it opens, in each grant of its series', async () => {
      await using bench = await open()
      const { store } = bench
      const account = sampler.id('account')
      const [first, second] = [grant(), grant({ group: 'other', device: { join: 'one' } })]
      for (const one of [first, second]) await settle(store, account, one)
      const answer = await openTrusted(store, account, rotated(account, first, 1))
      assert.equal(answer.heard, 'opened')
      for (const kept of await store.trust.list(account))
        assert.deepEqual(kept.device, {
          ...{ series: 'one', generation: 2, hash: 'one 2', keyId: 'k2', before: 'one 1' },
          ...{ rotatedAt: later(NOON, 60), rotatedIp: '192.0.2.8' },
        })
      const again = await openTrusted(store, account, rotated(account, second, 1))
      assert.deepEqual(again, { heard: 'trust-moved' })
      assert.deepEqual(await namesOf(store), ['trust.used'])
    })

    test('opens nothing by a grant that is gone, or is somebody else’s', async () => {
      await using bench = await open()
      const { store } = bench
      const [account, other] = [sampler.id('account'), sampler.id('account')]
      const one = grant({ device: null, binding: 'ip' })
      await settle(store, account, one)
      const use = { account, grant: one.id, device: null }
      const stolen = await openTrusted(store, other, { ...use, account: other })
      assert.deepEqual(stolen, { heard: 'trust-moved' })
      assert.equal((await openTrusted(store, account, use)).heard, 'opened')
      assert.equal(await store.trust.revoke(account, { id: one.id }, []), 1)
      assert.deepEqual(await openTrusted(store, account, use), { heard: 'trust-moved' })
      assert.deepEqual(await namesOf(store), ['trust.used'])
    })

    test('lets exactly one of many use a device at a generation', async () => {
      await using bench = await open()
      await using another = await bench.another()
      const storeOf = turns(bench.store, another)
      const account = sampler.id('account')
      const one = grant()
      const two = grant({ group: 'other', device: { join: 'one' } })
      for (const kept of [one, two]) await settle(bench.store, account, kept)
      const race = times(10, async (n) => {
        const use = rotated(account, n % 4 < 2 ? one : two, 1)
        return (await openTrusted(storeOf(n), account, use)).heard
      })
      assert.deepEqual(counted(await Promise.all(race)), { opened: 1, 'trust-moved': 9 })
      const [kept] = await bench.store.trust.list(account)
      assert.equal(kept?.device?.generation, 2)
    })

    test('revokes one, a series or all, and tells of it unless there were none', async () => {
      await using bench = await open()
      const { store } = bench
      const account = sampler.id('account')
      const told = [revokedEvent(account)]
      assert.equal(await store.trust.revoke(account, 'all', told), 0)
      const [one, two] = [grant(), grant({ device: device('two') })]
      const three = grant({ group: 'other', device: { join: 'two' } })
      for (const kept of [one, two, three]) await settle(store, account, kept)
      assert.equal(await store.trust.revoke(sampler.id('account'), { series: 'two' }, told), 0)
      assert.equal(await store.trust.revoke(account, { series: 'two' }, told), 2)
      assert.deepEqual(await idsOf(store, account), [one.id])
      assert.equal(await store.trust.revoke(account, { id: two.id }, told), 0)
      assert.equal(await store.trust.revoke(account, 'all', told), 1)
      assert.deepEqual(await namesOf(store), ['trust.revoked', 'trust.revoked'])
    })

    for (const end of ['disable', 'email', 'phone', 'reset', 'remove', 'erase'] as const)
      test(`ends with ${end} of the person`, async () => {
        await using bench = await open()
        const { store } = bench
        const account = sampler.id('account')
        const person = {
          ...{ account, directory: 'local', username: account, nameKey: account, createdAt: NOON },
          ...({ displayName: null, emails: ['a@b.example'], phones: [], locale: null } as const),
          state: 'enabled' as const,
        }
        const enrolment = enrolmentSample(sampler, account)
        await store.people.add([{ person, enrolment }], [])
        await settle(store, account, grant())
        const { people } = store
        await people.set({ ...person, displayName: 'Ann' }, [], BY)
        assert.equal((await idsOf(store, account)).length, 1)
        if (end === 'disable') await people.set({ ...person, state: 'disabled' }, [], BY)
        if (end === 'email') await people.set({ ...person, emails: ['c@d.example'] }, [], BY)
        if (end === 'phone') await people.set({ ...person, phones: ['+8613800138000'] }, [], BY)
        if (end === 'reset')
          await people.resetFactor(account, { factor: 'totp', enrolment: null }, [], BY)
        if (end === 'remove') await people.remove(account, [], BY)
        if (end === 'erase') await people.erase('local', account, [], BY)
        assert.deepEqual(await idsOf(store, account), [])
      })

    test('ends with what an operator adds to somebody who is kept elsewhere, and when they leave', async () => {
      await using bench = await open()
      const { store } = bench
      const of = (name: string) => ({ directory: 'corp', immutableId: name, nameKey: name })
      const { account } = await store.accounts.know(of('ann'), sampler.id('account'), NOON)
      await settle(store, account, grant())
      const contacts = { emails: ['c@d.example'], phones: [] }
      await store.accounts.setContacts('corp', account, contacts, [], BY)
      assert.deepEqual(await idsOf(store, account), [])
      await settle(store, account, grant({ device: device('two') }))
      assert.equal(await store.accounts.leave(account, NOON, later(NOON, 60)), 'left')
      assert.deepEqual(await idsOf(store, account), [])
    })

    test('ends with a factor that is enrolled, which may earn anew', async () => {
      await using bench = await open()
      const { store } = bench
      const account = sampler.id('account')
      await settle(store, account, grant())
      const next = challengedSample(sampler, { account })
      await store.stepUps.open(next, [], null, NOON)
      const anew = grant({ device: null, binding: 'ip' })
      const change = { version: 1, next, events: [] }
      await store.stepUps.enrol(change, enrolmentSample(sampler, account), 1, earned(anew))
      assert.deepEqual(await idsOf(store, account), [anew.id])
    })

    test('ends with an app that the person takes away', async () => {
      await using bench = await open()
      const { stepUps } = bench.store
      const account = sampler.id('account')
      const next = challengedSample(sampler, { account })
      await stepUps.open(next, [], null, NOON)
      const { id: enrolment, ...app } = enrolmentSample(sampler, account)
      await stepUps.enrol({ version: 1, next, events: [] }, { id: enrolment, ...app }, 5, null)
      await settle(bench.store, account, grant())
      assert.equal((await idsOf(bench.store, account)).length, 1)
      const of = { account, enrolment, instead: null, at: NOON }
      assert.equal(await stepUps.removeApp({ version: 2, next, events: [] }, of), 'removed')
      assert.deepEqual(await idsOf(bench.store, account), [])
    })

    test('is swept when the longest of all periods is over', async () => {
      await using bench = await open()
      const { store } = bench
      const account = sampler.id('account')
      for (const ip of ['192.0.2.1', '192.0.2.2']) await settle(store, account, grant({ ip }))
      const early = await store.sweep(later(NOON, WEEK - 1), { rowsMax: 9 })
      assert.equal(early.grants, 0)
      assert.equal((await store.sweep(later(NOON, WEEK), { rowsMax: 1 })).grants, 1)
      assert.equal((await store.sweep(later(NOON, WEEK), { rowsMax: 9 })).grants, 1)
    })
  })
}
