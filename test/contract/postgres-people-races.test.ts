import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LocalPerson } from '../../src/directories/index.ts'
import { hashOf, later } from '../../src/kernel/index.ts'
import { openPostgresStore } from '../../src/store/postgres/index.ts'
import { ALL_APPS, enrolmentSample } from '../support/enrolment.ts'
import { holdRow, untilWaiting } from '../support/held-rows.ts'
import { needs } from '../support/needs.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { requestSample } from '../support/request.ts'
import {
  challengedSample,
  choosingSample,
  createSampler,
  EMAIL_OFFER,
  heldSample,
  satisfiedSample,
} from '../support/step-up.ts'
import {
  createFakeClock,
  createSeededRandom,
  createTestKeys,
  NOON,
  STOPWATCH,
} from '../support/world.ts'

/**
 * Moments that are too short to be met by chance are held open: another connection holds a row for which an operator's change
 * has to wait after it has seen what is under way, and before it ends it.
 */
const sampler = createSampler('postgres people races')
const BY = { at: NOON, actor: 'operator:ada' } as const
const DAY = later(NOON, 86_400)

describe('an operator who ends a person on postgres', needs('postgresql'), () => {
  test('lets nothing be opened that was not seen', async () => {
    await using bench = await open()
    const { account } = bench.ada
    const stepUp = choosingSample(sampler, { account, isOurs: true })
    const opened = await bench.whileEnding(() => bench.store.stepUps.open(stepUp, [], null, NOON))
    assert.deepEqual(opened, { heard: 'account-gone' })
    assert.equal(await bench.store.stepUps.find(stepUp.id), undefined)
  })

  test('lets nothing come to another end that was seen', async () => {
    await using bench = await open()
    const { stepUps } = bench.store
    const held = heldSample(sampler, { account: bench.ada.account })
    await stepUps.open({ ...held, state: 'choosing' }, [], null, NOON)
    const next = { ...held, state: 'refused', reason: 'denied', at: NOON } as const
    const replace = () => stepUps.replace({ version: 1, next, events: [] })
    assert.equal(await bench.whileEnding(replace), 'stale')
    assert.equal((await stepUps.find(held.id))?.value.state, 'cancelled')
  })

  test('lets no code be redeemed that is ended', async () => {
    await using bench = await open()
    const { id, redeem } = await proven(bench.store, bench.ada.account)
    assert.equal((await bench.whileEnding(redeem)).heard, 'unknown')
    assert.equal((await bench.store.stepUps.find(id))?.value.state, 'cancelled')
  })

  test('lets no factor be enrolled after the one that is reset', async () => {
    await using bench = await open()
    const { account } = bench.ada
    const { stepUps, totp } = bench.store
    const held = heldSample(sampler, { account, offered: [EMAIL_OFFER] })
    const proof = { acr: 'mfa', amr: ['otp'], at: NOON }
    const pending = {
      ...({ enrolment: sampler.id('enrolment'), keyId: 'k', provenance: 'contact:email' } as const),
      credit: { factor: 'email', proof },
    } as const
    await stepUps.open({ ...held, state: 'enrolling', pending, proven: null }, [], null, NOON)
    const next = satisfiedSample(sampler, { id: held.id, account })
    const enrol = () =>
      stepUps.enrol({ version: 1, next, events: [] }, enrolmentSample(sampler, account), 1, null)
    const reset = () => bench.store.people.resetFactor(account, ALL_APPS, [], BY)
    assert.equal(await bench.whileEnding(enrol, reset), 'stale')
    assert.deepEqual(await totp.find(account), [])
  })
})

describe('upkeep on postgres', needs('postgresql'), () => {
  test('passes over a step-up that another replica takes away, and waits for nobody', async () => {
    await using bench = await open()
    const { store } = bench
    const [mine, theirs] = [challengedSample(sampler), challengedSample(sampler)]
    for (const one of [mine, theirs]) await store.stepUps.open(one, [], null, NOON)
    {
      await using _ = await bench.hold('step_ups where id = $1', theirs.id)
      // With the one that is redeemed.
      assert.equal((await store.sweep(DAY, { rowsMax: 9 })).stepUps, 2)
    }
    assert.equal((await store.sweep(DAY, { rowsMax: 9 })).stepUps, 1)
  })

  test('passes over an account that another replica erases, and waits for nobody', async () => {
    await using bench = await open()
    const { people } = bench.store
    const gone = [person('bob'), person('cyd')]
    await people.add(
      gone.map((one) => ({ person: one, enrolment: null })),
      [],
    )
    for (const { account } of gone) await people.remove(account, [], BY)
    {
      await using _ = await bench.hold('accounts where account = $1', gone[0]?.account ?? '')
      assert.equal(await people.eraseGone(NOON, NOON, { rowsMax: 9 }), 1)
    }
    assert.equal(await people.eraseGone(NOON, NOON, { rowsMax: 9 }), 1)
  })
})

const person = (name: string): LocalPerson => ({
  ...{ account: sampler.id('account'), directory: 'local', username: name, nameKey: name },
  ...{ displayName: null, emails: [], phones: [], locale: null, state: 'enabled' },
  createdAt: NOON,
})

/** A store with somebody in it who has an OTP app and a token. */
async function open() {
  await using opening = new AsyncDisposableStack()
  const database = opening.use(await (await sharedPostgres()).database())
  const store = opening.use(
    await openPostgresStore({
      ...({ settings: database.settings, migrate: 'manual', stopwatch: STOPWATCH } as const),
      ...{ keys: createTestKeys(), clock: createFakeClock() },
      random: createSeededRandom(`races ${database.name}`),
    }),
  )
  const ada = person('ada')
  const enrolment = enrolmentSample(sampler, ada.account)
  await store.people.add([{ person: ada, enrolment }], [])
  const withToken = await proven(store, ada.account)
  await withToken.redeem()
  const disable = () => store.people.set({ ...ada, state: 'disabled' }, [], BY)
  const hold = (rows: string, value: string) => holdRow(database, rows, value)

  const made = opening.move()
  return {
    ...{ store, ada, hold },
    /** Acts at the moment between the operator's look and the operator's change. */
    async whileEnding<T>(act: () => Promise<T>, end: () => Promise<string> = disable): Promise<T> {
      let ended: Promise<string>
      let acted: Promise<T>
      {
        await using _ = await hold('authorization_codes where step_up = $1', withToken.id)
        ended = end()
        await untilWaiting(database, 1)
        acted = act()
        await Promise.race([acted, untilWaiting(database, 2)])
      }
      assert.notEqual(await ended, 'unknown')
      return acted
    },
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  }
}
type Store = Awaited<ReturnType<typeof openPostgresStore>>

async function proven({ requests, stepUps }: Store, account: LocalPerson['account']) {
  const request = requestSample(sampler)
  const { client, redirectUri, codeChallenge, stepUp: id } = request
  const stepUp = satisfiedSample(sampler, { id, account })
  const code = { hash: hashOf(id), seconds: 60 }
  const token = { hash: hashOf(`token ${id}`), expiresAt: later(NOON, 300) }
  await requests.push(request, null)
  await stepUps.open(stepUp, [], null, NOON)
  await requests.issue(id, stepUp.browser, code, NOON)
  const redeem = () =>
    requests.redeem({ ...code, client, redirectUri }, codeChallenge, token, null, NOON)
  return { id, redeem }
}
