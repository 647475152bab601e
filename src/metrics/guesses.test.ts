import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Registry } from 'prom-client'
import { createFakeClock } from '../../test/support/world.ts'
import type { AuditEvent } from '../audit/index.ts'
import { type Id, newId } from '../kernel/index.ts'
import { ACCOUNTS_MAX, guessMetrics } from './guesses.ts'

function bench() {
  const clock = createFakeClock()
  const registry = new Registry()
  const heard = guessMetrics([registry], clock)
  let count = 0
  const random = {
    bytes: (length: number) => {
      const bytes = new Uint8Array(length)
      new DataView(bytes.buffer).setUint32(0, count++)
      return bytes
    },
  }
  const judged = (
    account: Id<'account'>,
    verdict: 'accepted' | 'rejected' | 'replayed' = 'rejected',
  ): AuditEvent => ({
    ...{ event: 'answer.judged', at: clock.now(), actor: 'person', factor: 'totp', verdict },
    ...{ stepUp: newId('stepUp', random), client: 'iam', account },
  })
  return {
    clock,
    account: () => newId('account', random),
    hear: (...of: Parameters<typeof judged>) => heard([judged(...of)]),
    async shown() {
      const body = await registry.metrics()
      const figure = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(body)?.[1])
      return ['', '_accounts', '_accounts_open'].map((end) => figure(`sallyport_guesses${end}`))
    },
  }
}

describe('wrong answers over all accounts', () => {
  test('stand at 0 from the start', async () => assert.deepEqual(await bench().shown(), [0, 0, 0]))

  test('show one guess at each of a thousand accounts', async () => {
    const { hear, account, shown } = bench()
    for (let n = 0; n < 1_000; n++) hear(account())
    assert.deepEqual(await shown(), [1_000, 1_000, 1_000])
  })

  test('tell who mistyped, and got it right, from who guessed', async () => {
    const { hear, account, shown } = bench()
    const [one, other] = [account(), account()]
    for (const who of [one, one, other]) hear(who)
    hear(one, 'accepted')
    hear(account(), 'accepted')
    hear(account(), 'replayed')
    assert.deepEqual(await shown(), [3, 2, 1])
    hear(one)
    assert.deepEqual(await shown(), [4, 2, 2])
  })

  test('are those of the last hour', async () => {
    const { hear, account, shown, clock } = bench()
    hear(account())
    clock.advance(1800)
    const late = account()
    hear(late)
    clock.advance(1799)
    assert.deepEqual(await shown(), [2, 2, 2])
    clock.advance(1)
    assert.deepEqual(await shown(), [1, 1, 1])
    hear(late)
    clock.advance(1800)
    assert.deepEqual(await shown(), [1, 1, 1])
    clock.advance(1800)
    assert.deepEqual(await shown(), [0, 0, 0])
  })

  test('need no more room, however many accounts there are and whoever looks', async () => {
    const { hear, account, shown, clock } = bench()
    const [first, second] = [account(), account()]
    hear(first)
    hear(second)
    hear(first)
    for (let n = 0; n < ACCOUNTS_MAX - 1; n++) hear(account())
    assert.deepEqual(await shown(), [ACCOUNTS_MAX + 2, ACCOUNTS_MAX, ACCOUNTS_MAX])
    // The one that was hit longest ago made room.
    hear(first, 'accepted')
    hear(second, 'accepted')
    assert.deepEqual((await shown())[2], ACCOUNTS_MAX - 1)
    clock.advance(3600)
    assert.deepEqual(await shown(), [0, 0, 0])
  })
})
