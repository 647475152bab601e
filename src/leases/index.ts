/**
 * Which of several processes on one store does a job of the background: a lease each, renewed while its holder lives, free
 * for others a few seconds after. It knows no job, and no job relies on it: two who believe to hold a lease do no harm.
 */

export type { LeaseStore } from './lease-store.ts'
export { createLeases, type Leases, RENEW_SECONDS } from './leases.ts'
