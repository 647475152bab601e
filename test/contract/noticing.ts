import assert from 'node:assert/strict'
import type { LocalPerson } from '../../src/directories/index.ts'
import { later } from '../../src/kernel/index.ts'
import type { Notice } from '../../src/notices/index.ts'
import type { Change, StepUp } from '../../src/stepup/index.ts'
import type { Store } from '../../src/store/index.ts'
import { challengedSample, createSampler } from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import { times } from './bench.ts'

const RULE = { every: 10, seconds: [900], cap: 50, own: 10 }
export const SENDS = { coolDownSeconds: [0], windowSeconds: 3600, sendsMax: 2 }
export const DAY = 86_400
export const sampler = createSampler('notices')
export const BY = { at: NOON, actor: 'operator:ada' } as const
export const LATE = later(NOON, 3 * DAY)
export const SINCE = later(NOON, -DAY)

export const person = (over: Partial<LocalPerson> = {}): LocalPerson => ({
  ...{ account: sampler.id('account'), directory: 'local', displayName: null, phones: [] },
  ...{ username: 'ada', nameKey: 'ada', emails: ['a@x.example'], locale: null, state: 'enabled' },
  ...{ createdAt: NOON, ...over },
})
export const told = (account: LocalPerson['account']) =>
  ({ event: 'person.changed', account, fields: ['email'], ...BY }) as const
export const sentTo = (account: LocalPerson['account']) => ({ ...told(account), at: LATE }) as const
export const changeOf = (next: StepUp, version = 1): Change => ({ version, next, events: [] })

export function accountOf({ account }: StepUp): LocalPerson['account'] {
  assert.ok(account !== null)
  return account
}

/** So many wrong answers at once, each in a step-up of its own. */
export async function guesses(storeOf: (n: number) => Store, stepUp: StepUp, count: number) {
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

export async function sends(store: Store, stepUp: StepUp, count: number): Promise<void> {
  const { lane } = stepUp
  const account = accountOf(stepUp)
  const claim = {
    ...({ account, channel: 'email', rule: SENDS } as const),
    lane: lane === 'unsigned' ? lane : 'signed',
  } as const
  for (let n = 0; n < count; n++) await store.stepUps.send(changeOf(stepUp, n + 1), claim, NOON)
}

export function first<T>([one]: readonly T[]): T {
  assert.ok(one !== undefined)
  return one
}

export const shortOf = ({ kind, lane, factor }: Notice) => `${kind} ${factor} ${lane}`
export const dueOf = async (store: Store, now = LATE) => store.notices.due(now, 100)
