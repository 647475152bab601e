import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Id } from '../../src/kernel/index.ts'
import type { Enrolment, StepUp, StepUpStore } from '../../src/stepup/index.ts'
import type { Store } from '../../src/store/index.ts'
import { enrolmentSample } from '../support/enrolment.ts'
import { challengedSample, createSampler, heldSample, satisfiedSample } from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import type { OpenBench } from './bench.ts'

const sampler = createSampler('apps')
const PROVEN = {
  ...({ factor: 'totp', provenance: 'import' } as const),
  proof: { acr: 'mfa', amr: ['otp'], at: NOON },
}

const changeOf = (next: StepUp, version = 1) => ({ version, next, events: [] })

/** A person's own apps, and a step-up in which they look after them. */
async function kept(store: Pick<Store, 'stepUps'>, count: number, account = sampler.id('account')) {
  const { stepUps } = store
  const apps: Enrolment[] = []
  for (let n = 0; n < count; n++) {
    const app = enrolmentSample(sampler, account, { usedTimeStep: 5 + n })
    const stepUp = challengedSample(sampler, { account })
    await stepUps.open(stepUp, [], null, NOON)
    assert.equal(await stepUps.enrol(changeOf(stepUp), app, 5, null), 'enrolled')
    apps.push(app)
  }
  return {
    account,
    apps,
    ids: apps.map(({ id }) => id),
    managing: await managing(stepUps, account),
  }
}

async function managing(stepUps: StepUpStore, account: Id<'account'>): Promise<StepUp> {
  const stepUp: StepUp = { ...heldSample(sampler, { account }), state: 'managing', proven: PROVEN }
  await stepUps.open(stepUp, [], null, NOON)
  return stepUp
}

export function appsContract(backend: string, open: OpenBench): void {
  describe(`own OTP apps: ${backend}`, () => {
    test('are found by their places, with what was used of each', async () => {
      await using bench = await open()
      const { account, ids } = await kept(bench.store, 3)
      const found = await bench.store.stepUps.apps(account)
      assert.deepEqual(
        found.map(({ enrolment, place, name, usedAt }) => [enrolment, place, name, usedAt]),
        ids.map((id, n) => [id, n + 1, null, null]),
      )
      assert.deepEqual(
        (await bench.store.totp.find(account)).map(({ id, usedTimeStep }) => [id, usedTimeStep]),
        ids.map((id, n) => [id, 5 + n]),
      )
    })

    test('are never more than there may be, whoever races, and never two where one is the first', async () => {
      await using bench = await open()
      await using other = await bench.another()
      for (const [most, before] of [
        [5, 3],
        [1, 0],
      ] as const) {
        const { account } = await kept(bench.store, before)
        const race = Array.from({ length: 6 }, async (_, n) => {
          const { stepUps } = n % 2 === 0 ? bench.store : other
          const stepUp = challengedSample(sampler, { account })
          await stepUps.open(stepUp, [], null, NOON)
          // As the shell does, which looks again where somebody was quicker.
          for (;;) {
            const of = enrolmentSample(sampler, account)
            const heard = await stepUps.enrol(changeOf(stepUp), of, most, null)
            if (heard !== 'stale') return heard
          }
        })
        const heard = await Promise.all(race)
        assert.equal(heard.filter((one) => one === 'enrolled').length, most - before)
        assert.equal(heard.filter((one) => one === 'full').length, 6 - (most - before))
        assert.equal((await bench.store.stepUps.apps(account)).length, most)
      }
    })

    test('take the first place that is free', async () => {
      await using bench = await open()
      const { stepUps } = bench.store
      const { account, ids, managing: at } = await kept(bench.store, 3)
      const [, second] = ids
      assert.ok(second !== undefined)
      const of = { account, enrolment: second, instead: null, at: NOON }
      assert.equal(await stepUps.removeApp(changeOf(at), of), 'removed')
      const stepUp = challengedSample(sampler, { account })
      await stepUps.open(stepUp, [], null, NOON)
      await stepUps.enrol(changeOf(stepUp), enrolmentSample(sampler, account), 5, null)
      const places = (await stepUps.apps(account)).map(({ enrolment, place }) => [enrolment, place])
      assert.deepEqual(places[0], [ids[0], 1])
      assert.deepEqual(places[2], [ids[2], 3])
      assert.equal(places[1]?.[1], 2)
    })

    test('are renamed with the change, and nobody renames those of others', async () => {
      await using bench = await open()
      const { stepUps } = bench.store
      const { account, ids, managing: at } = await kept(bench.store, 2)
      const others = await kept(bench.store, 1)
      const [mine = sampler.id('enrolment')] = ids
      const [theirs = sampler.id('enrolment')] = others.ids
      const named = { account, enrolment: mine, name: '工作手机 📱' }
      assert.equal(await stepUps.renameApp(changeOf(at, 7), named), 'stale')
      assert.equal(
        await stepUps.renameApp(changeOf(at), { ...named, enrolment: theirs }),
        'unknown',
      )
      assert.equal(await stepUps.renameApp(changeOf(at), named), 'renamed')
      const names = (await stepUps.apps(account)).map(({ name }) => name)
      assert.deepEqual(names, ['工作手机 📱', null])
      assert.equal((await stepUps.apps(others.account))[0]?.name, null)
      assert.equal((await stepUps.find(at.id))?.version, 2)
    })

    test('are removed with the change, and nobody removes those of others', async () => {
      await using bench = await open()
      const { stepUps } = bench.store
      const { account, ids, managing: at } = await kept(bench.store, 2)
      const others = await kept(bench.store, 1)
      const [mine = sampler.id('enrolment')] = ids
      const [theirs = sampler.id('enrolment')] = others.ids
      const of = { account, enrolment: mine, instead: null, at: NOON }
      assert.equal(await stepUps.removeApp(changeOf(at, 7), of), 'stale')
      assert.equal(await stepUps.removeApp(changeOf(at), { ...of, enrolment: theirs }), 'unknown')
      assert.equal(await stepUps.removeApp(changeOf(at), of), 'removed')
      assert.equal(await stepUps.removeApp(changeOf(at, 2), of), 'unknown')
      assert.deepEqual(
        (await stepUps.apps(account)).map(({ enrolment }) => enrolment),
        ids.slice(1),
      )
      assert.equal((await stepUps.apps(others.account)).length, 1)
      assert.equal((await stepUps.find(at.id))?.value.state, 'managing')
    })

    test('are never all gone where one has to stay, whoever races', async () => {
      await using bench = await open()
      await using other = await bench.another()
      for (let round = 0; round < 5; round++) {
        const { account, ids, managing: one } = await kept(bench.store, 2)
        const another = await managing(bench.store.stepUps, account)
        const race = ids.map((enrolment, n) => {
          const { stepUps } = n === 0 ? bench.store : other
          const instead = ids.filter((id) => id !== enrolment)
          const of = { account, enrolment, instead, at: NOON }
          return stepUps.removeApp(changeOf(n === 0 ? one : another), of)
        })
        // Whoever comes second is told so, or was ended together with all else that was under way.
        const heard = await Promise.all(race)
        assert.equal(heard.filter((answer) => answer === 'removed').length, 1, heard.join())
        assert.equal((await bench.store.stepUps.apps(account)).length, 1)
      }
    })

    test('are worth nothing once removed, also where a code of theirs was being looked at', async () => {
      await using bench = await open()
      const { stepUps } = bench.store
      const { account, ids, managing: at } = await kept(bench.store, 2)
      const [mine = sampler.id('enrolment')] = ids
      const asked = challengedSample(sampler, { account })
      const proven = satisfiedSample(sampler, { account })
      for (const one of [asked, proven]) await stepUps.open(one, [], null, NOON)
      const of = { account, enrolment: mine, instead: null, at: NOON }
      assert.equal(await stepUps.removeApp(changeOf(at), of), 'removed')
      for (const { id } of [asked, proven])
        assert.equal((await stepUps.find(id))?.value.state, 'cancelled')
      assert.deepEqual(await bench.store.stepUps.standing(account).then((s) => s.knownBrowsers), [])

      // Opened in the very moment, by who did not see that it was gone.
      const late = challengedSample(sampler, { account })
      await stepUps.open(late, [], null, NOON)
      const consumption = { source: mine, part: 99 }
      const judged = { verdict: 'accepted', enrolledBy: 'import', consumption } as const
      const counter = { account, factor: 'totp', lane: 'signed' } as const
      assert.equal(await stepUps.settle(changeOf(late), counter, judged, null), 'used')
      assert.equal((await stepUps.find(late.id))?.version, 1)
    })
  })
}
