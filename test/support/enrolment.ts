import { type Id, Secret } from '../../src/kernel/index.ts'
import type { Enrolment } from '../../src/stepup/index.ts'
import type { Sampler } from './step-up.ts'
import { NOON } from './world.ts'

/** Of a person's OTP apps, each and every one. */
export const ALL_APPS = { factor: 'totp', enrolment: null } as const

export function enrolmentSample(
  sampler: Sampler,
  account: Id<'account'>,
  over: Partial<Enrolment> = {},
): Enrolment {
  return {
    id: sampler.id('enrolment'),
    account,
    factor: 'totp',
    provenance: 'contact:email',
    secret: new Secret<Uint8Array>(sampler.random.bytes(20)),
    algorithm: 'sha1',
    digits: 6,
    periodSeconds: 30,
    at: NOON,
    usedTimeStep: 63_116_640,
    name: null,
    ...over,
  }
}
