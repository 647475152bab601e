import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/index.ts'
import type { Id } from '../../src/kernel/index.ts'
import type { PersonSettings, PolicySettings } from '../../src/policy/index.ts'
import type { Store } from '../../src/store/index.ts'
import { createSampler } from '../support/step-up.ts'
import { earnTrust } from '../support/trust-store.ts'
import { NOON } from '../support/world.ts'
import { counted, eventsOf, type OpenBench, times, turns } from './bench.ts'

const sampler = createSampler('policy store')
const SETTINGS: PolicySettings = {
  ...{ enabled: false, factors: ['totp', 'email'], firstEnrolment: 'open', language: 'zh-CN' },
  sendAtOnce: true,
  acr: [
    { value: 'mfa', factors: ['email', 'totp'], enrolledBy: null },
    { value: 'app', factors: ['totp'], enrolledBy: ['operator'] },
  ],
  rules: [
    {
      ...{ name: '“all” of it', clients: ['iam'], directories: ['corp'], groups: ['CN=\\"x"'] },
      ...{ networks: ['10.0.0.0/8'], time: { days: ['mon'], from: 60, to: 0 } },
      ...{ then: 'require', factors: ['totp'], acr: 'app', trustHours: 8 },
    },
    {
      ...{ name: 'none', clients: null, directories: null, groups: null, networks: null },
      ...{ time: null, then: 'deny', factors: null, acr: null, trustHours: null },
    },
  ],
  ...{ trustHours: 168, trustBinding: 'device', trustSince: NOON },
}
const OWN: PersonSettings = {
  ...{ status: 'disabled', factors: ['email'], language: 'zh-CN', trustHours: 0 },
}
const applied = (version: number): AuditEvent => ({
  ...{ event: 'policy.applied', at: NOON, actor: 'operator:ada', version, changed: ['rules'] },
})

async function newcomer({ accounts }: Store, name: string): Promise<Id<'account'>> {
  const person = { directory: 'corp', immutableId: `guid-${name}`, nameKey: name }
  return (await accounts.know(person, sampler.id('account'), NOON)).account
}

const apply = ({ policy }: Store, seen: number, people: Parameters<typeof policy.apply>[2] = []) =>
  policy.apply(seen, SETTINGS, people, [], [applied(seen + 1)], NOON)

const versionFor = async ({ stepUps }: Store, account: Id<'account'>) => {
  const { settings, policyVersion } = await stepUps.standing(account)
  return { settings, policyVersion }
}

export function policyStoreContract(backend: string, open: OpenBench): void {
  describe(`policy store: ${backend}`, () => {
    test('has nothing of its own at first', async () => {
      await using bench = await open()
      const nothing = { version: 0, settings: null, appliedAt: null }
      assert.deepEqual(await bench.store.policy.current(), nothing)
      assert.deepEqual(await bench.store.policy.people(), [])
      const account = await newcomer(bench.store, 'ann')
      assert.deepEqual(await versionFor(bench.store, account), { settings: null, policyVersion: 0 })
    })

    test('keeps a document as it was, with its event, and every look at a person says so', async () => {
      await using bench = await open()
      const account = await newcomer(bench.store, 'ann')
      assert.equal(await apply(bench.store, 0), 'applied')
      await using another = await bench.another()
      const now = { version: 1, settings: SETTINGS, appliedAt: NOON }
      assert.deepEqual(await another.policy.current(), now)
      assert.equal((await versionFor(another, account)).policyVersion, 1)
      assert.deepEqual((await eventsOf(bench.store)).at(-1), applied(1))
    })

    test('reads one of an earlier release, which says less', async () => {
      await using bench = await open()
      const { trustBinding: _, sendAtOnce: __, ...said } = SETTINGS
      await bench.store.policy.apply(0, said as PolicySettings, [], [], [applied(1)], NOON)
      const { settings } = await bench.store.policy.current()
      assert.deepEqual(settings, { ...said, trustBinding: 'ip+device', sendAtOnce: false })
    })

    test('lets one of many racing operators apply, and tells the others', async () => {
      await using bench = await open()
      await using another = await bench.another()
      const pick = turns(bench.store, another)
      for (const seen of [0, 1]) {
        const race = await Promise.all(times(10, (n) => apply(pick(n), seen)))
        assert.deepEqual(counted(race), { applied: 1, stale: 9 })
      }
      const told = (await eventsOf(bench.store)).filter(({ event }) => event === 'policy.applied')
      assert.deepEqual(told, [applied(1), applied(2)])
    })

    test('sets and takes away what is a person’s own, and counts it', async () => {
      await using bench = await open()
      const account = await newcomer(bench.store, 'ann')
      const other = await newcomer(bench.store, 'bob')
      assert.equal(await bench.store.policy.set(account, OWN, []), 'set')
      const set = { settings: OWN, policyVersion: 1 }
      assert.deepEqual(await versionFor(bench.store, account), set)
      assert.equal((await versionFor(bench.store, other)).settings, null)
      const own = { account, directory: 'corp', username: 'ann', settings: OWN }
      assert.deepEqual(await bench.store.policy.people(), [own])
      assert.equal(await bench.store.policy.set(account, null, []), 'set')
      assert.deepEqual(await versionFor(bench.store, account), { settings: null, policyVersion: 2 })
      assert.equal(await bench.store.policy.set(sampler.id('account'), OWN, []), 'unknown')
      assert.equal((await bench.store.policy.current()).version, 2)
    })

    test('replaces no more than was seen, so that of two who change one person neither is lost', async () => {
      await using bench = await open()
      const { policy } = bench.store
      const account = await newcomer(bench.store, 'ann')
      assert.equal(await policy.set(account, OWN, [], OWN), 'stale')
      assert.equal(await policy.set(account, OWN, [], null), 'set')
      assert.equal(await policy.set(account, null, [], null), 'stale')
      const { status, factors, language, trustHours } = OWN
      const other = { ...OWN, status: 'enabled' } as const
      assert.equal(
        await policy.set(account, other, [], { trustHours, language, factors, status }),
        'set',
      )
      assert.deepEqual((await versionFor(bench.store, account)).settings, other)
      assert.equal((await policy.current()).version, 2)
      await using another = await bench.another()
      const race = times(10, (n) =>
        turns(bench.store, another)(n).policy.set(account, n % 2 === 0 ? OWN : null, [], other),
      )
      assert.deepEqual(counted(await Promise.all(race)), { set: 1, stale: 9 })
    })

    test('replaces everybody’s own settings with the document, or nothing at all', async () => {
      await using bench = await open()
      const { store } = bench
      const [ann, bob] = [await newcomer(store, 'ann'), await newcomer(store, 'bob')]
      await store.policy.set(ann, OWN, [])
      // Whoever set something meanwhile is not overwritten.
      assert.equal(await apply(store, 0, []), 'stale')
      const gone = [{ account: sampler.id('account'), settings: OWN }]
      assert.equal(await apply(store, 1, gone), 'unknown-account')
      assert.deepEqual((await store.policy.current()).settings, null)
      assert.deepEqual((await versionFor(store, ann)).settings, OWN)
      const settings = { ...OWN, language: null }
      assert.equal(await apply(store, 1, [{ account: bob, settings }]), 'applied')
      assert.equal((await versionFor(store, ann)).settings, null)
      assert.deepEqual(await versionFor(store, bob), { settings, policyVersion: 2 })
    })

    test('ends the trust of whose settings change, and of nobody else', async () => {
      await using bench = await open()
      const { store } = bench
      const [ann, bob] = [await newcomer(store, 'ann'), await newcomer(store, 'bob')]
      const left = async () =>
        (await Promise.all([ann, bob].map((one) => store.trust.list(one)))).map((all) => all.length)
      for (const one of [ann, bob]) await earnTrust(store, sampler, one)
      assert.deepEqual(await left(), [1, 1])
      await store.policy.set(ann, OWN, [])
      assert.deepEqual(await left(), [0, 1])
      await earnTrust(store, sampler, ann)
      const { policy } = store
      assert.equal(await policy.apply(0, SETTINGS, [], [bob], [applied(1)], NOON), 'stale')
      assert.deepEqual(await left(), [1, 1])
      assert.equal(await policy.apply(1, SETTINGS, [], [bob], [applied(2)], NOON), 'applied')
      assert.deepEqual(await left(), [1, 0])
    })

    test('forgets what was a person’s own with the person', async () => {
      await using bench = await open()
      const { store } = bench
      const by = { at: NOON, actor: 'operator:ada' } as const
      const ann = await newcomer(store, 'ann')
      await store.policy.set(ann, OWN, [])
      await store.people.erase('corp', ann, [], by)
      assert.deepEqual(await store.policy.people(), [])
      const bob = {
        ...{ account: sampler.id('account'), directory: 'local', username: 'bob', nameKey: 'bob' },
        ...{ displayName: null, emails: [], phones: [], locale: null, createdAt: NOON },
        state: 'enabled' as const,
      }
      await store.people.add([{ person: bob, enrolment: null }], [])
      await store.policy.set(bob.account, OWN, [])
      assert.equal((await store.policy.people())[0]?.username, 'bob')
      await store.people.remove(bob.account, [], by)
      assert.equal((await versionFor(store, bob.account)).settings, null)
    })
  })
}
