import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Challenged } from '../../src/stepup/index.ts'
import type { Store } from '../../src/store/index.ts'
import { openPostgresStore } from '../../src/store/postgres/index.ts'
import { settle, spend } from '../../src/store/postgres/statements/step-ups.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import { needs } from '../support/needs.ts'
import { startPostgres } from '../support/postgres.ts'
import { startStandby } from '../support/postgres-standby.ts'
import { challengedSample, createSampler } from '../support/step-up.ts'
import {
  createFakeClock,
  createSeededRandom,
  createTestKeys,
  NOON,
  STOPWATCH,
} from '../support/world.ts'
import { namesOf } from './bench.ts'

const sampler = createSampler('fail-over in the middle')
const RULE = { every: 10, seconds: [900], cap: 50, own: 10 }
/** Enough for a promotion on a busy machine. */
const DEADLINE_SECONDS = 60
const PART = 7

/** Whether the old primary did what it was asked, and the standby heard of it, before it was gone. */
const LOSSES = { answer: 'had been done', question: 'had not been done' } as const

describe('a primary that is lost in the middle', needs('postgresql'), () => {
  for (const what of ['answer', 'question'] as const) {
    test(`of an attempt that ${LOSSES[what]}: it is spent once`, async () => {
      await using bench = await open()
      const { stepUps } = bench.store
      const stepUp = await opened(bench.store)
      const answer = await bench.failOverIn(spend.name, what, () =>
        stepUps.spend(changeOf(stepUp, 1, 'spent'), counterOf(stepUp), RULE, NOON),
      )
      assert.deepEqual(answer, { heard: 'spent', locked: null })
      const found = await stepUps.find(stepUp.id)
      assert.equal(found?.version, 2)
      assert.deepEqual(
        found.tallies.map(({ failures }) => failures),
        [1],
      )
      assert.deepEqual(await namesOf(bench.store), ['answer.spent'])
      const again = await stepUps.spend(changeOf(stepUp, 1, 'spent'), counterOf(stepUp), RULE, NOON)
      assert.deepEqual(again, { heard: 'stale' })
    })

    test(`of a verdict that ${LOSSES[what]}: it is settled once, and what it used up stays used`, async () => {
      await using bench = await open()
      const { stepUps } = bench.store
      const source = sampler.id('challenge')
      const [stepUp, other] = [await opened(bench.store), await opened(bench.store)]
      const accepted = {
        ...({ verdict: 'accepted', enrolledBy: 'operator' } as const),
        consumption: { source, part: PART },
      }
      await stepUps.spend(changeOf(stepUp, 1, 'spent'), counterOf(stepUp), RULE, NOON)
      const answer = await bench.failOverIn(settle.name, what, () =>
        stepUps.settle(changeOf(stepUp, 2, 'judged'), counterOf(stepUp), accepted, null),
      )
      assert.equal(answer, 'settled')
      const found = await stepUps.find(stepUp.id)
      assert.equal(found?.version, 3)
      assert.deepEqual(found.tallies, [])
      const late = await stepUps.settle(
        changeOf(other, 1, 'judged'),
        counterOf(other),
        accepted,
        null,
      )
      assert.equal(late, 'used')
      assert.deepEqual(await namesOf(bench.store), ['answer.spent', 'answer.judged'])
    })
  }
})

/** A store on a primary that is reached through a proxy, and on the standby that every commit waits for. */
async function open() {
  await using opening = new AsyncDisposableStack()
  const primary = opening.use(await startPostgres({ durable: true }))
  // It goes with its server, which will not be there to drop it.
  const { settings } = await primary.database()
  const standby = opening.use(await startStandby(primary))
  const proxy = opening.use(await startFaultProxy(primary))
  const store = opening.use(
    await openPostgresStore({
      settings: { ...settings, hosts: [proxy, standby], deadlineSeconds: DEADLINE_SECONDS },
      ...({ migrate: 'manual', stopwatch: STOPWATCH, keys: createTestKeys() } as const),
      random: createSeededRandom('fail-over in the middle'),
      ...{ clock: createFakeClock(), heard: () => {} },
    }),
  )

  /** From the moment when it is lost nobody reaches the old primary: what follows is heard of by the new one alone. */
  async function failOverIn<T>(
    name: string,
    what: 'question' | 'answer',
    ask: () => Promise<T>,
  ): Promise<T> {
    const lost = proxy.lose({ of: `${name}\0`, what, then: 'cut' }).then(() => {
      proxy.slam()
      proxy.cut()
    })
    let isAnswered = false
    const answer = ask().finally(() => {
      isAnswered = true
    })
    // Heard of below, whatever it is.
    answer.catch(() => {})
    await lost
    await primary.kill()
    assert.equal(isAnswered, false, 'nobody can know before there is a primary')
    await standby.promote()
    return await answer
  }

  const made = opening.move()
  return { store, failOverIn, [Symbol.asyncDispose]: () => made.disposeAsync() }
}

async function opened({ stepUps }: Store): Promise<Challenged> {
  const stepUp = challengedSample(sampler)
  await stepUps.open(stepUp, [], null, NOON)
  return stepUp
}

const changeOf = (next: Challenged, version: number, what: 'spent' | 'judged') => {
  const about = {
    ...({ at: NOON, actor: 'person', factor: 'totp', client: 'iam' } as const),
    ...{ stepUp: next.id, account: next.account },
  }
  const event =
    what === 'spent'
      ? ({ ...about, event: 'answer.spent' } as const)
      : ({ ...about, event: 'answer.judged', verdict: 'accepted' } as const)
  return { version, next, events: [event] }
}

function counterOf({ account, lane }: Challenged) {
  assert.ok(account !== null)
  return { account, factor: 'totp', lane } as const
}
