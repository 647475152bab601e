/**
 * Who need not be asked again, from where and until when. A grant repeats what was proven before and never
 * claims more. It judges, and makes the secrets of devices; what it decides is written with the step-up it is about. It
 * knows nothing of policy, factors or pages.
 */
export type {
  Device,
  Grant,
  NewGrant,
  TrustOffer,
  TrustSettings,
  TrustUse,
} from './grant.ts'
export type { Mismatch } from './judge-trust.ts'
export { createTrust, type Trust, type Trusted, type TrustLook } from './trust.ts'
export type { TrustStore } from './trust-store.ts'
