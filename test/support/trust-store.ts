import { type Id, later } from '../../src/kernel/index.ts'
import type { Earned } from '../../src/stepup/index.ts'
import type { Store } from '../../src/store/index.ts'
import type { Device, NewGrant } from '../../src/trust/index.ts'
import { challengedSample, type Sampler } from './step-up.ts'
import { NOON } from './world.ts'

export const WEEK = 7 * 86_400

export const deviceSample = (series: string): Device => ({
  ...{ series, generation: 1, hash: `${series} 1`, keyId: 'k', before: null },
  ...{ rotatedAt: NOON, rotatedIp: '192.0.2.7' },
})

export const grantSample = (sampler: Sampler, over: Partial<NewGrant> = {}): NewGrant => ({
  ...{ id: sampler.id('trust'), group: 'iam', factor: 'totp', binding: 'ip+device' },
  ...{ acr: 'mfa', amr: ['otp'], at: NOON, expiresAt: later(NOON, WEEK), contacts: 'k.m' },
  ...{ ip: '192.0.2.7', device: deviceSample('one'), grantsMax: 3, ...over },
})

export const earnedSample = (one: NewGrant | null): Earned => ({
  ...{ browser: 'b', at: NOON, browsersMax: 5, since: 0, grant: one },
  chosen: { factor: 'totp', to: null },
})

/** By a right answer to a step-up of its own, which is at `version`. */
export async function earnTrust(
  store: Store,
  sampler: Sampler,
  account: Id<'account'>,
  one: NewGrant = grantSample(sampler),
  version = 1,
) {
  const next = challengedSample(sampler, { account })
  await store.stepUps.open(next, [], null, NOON)
  const consumption = { source: next.challenge, part: 0 }
  const judged = { verdict: 'accepted', enrolledBy: 'operator', consumption } as const
  const counter = { account, factor: 'totp', lane: 'signed' } as const
  return store.stepUps.settle({ version, next, events: [] }, counter, judged, earnedSample(one))
}
