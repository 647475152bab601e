import { type Id, Secret } from '../../src/kernel/index.ts'
import type { Enrolment } from '../../src/stepup/index.ts'
import type { Sampler } from './step-up.ts'
import { NOON } from './world.ts'

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
    ...over,
  }
}
