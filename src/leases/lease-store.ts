import type { Instant } from '../kernel/index.ts'

/** One holder at a time does a background job; it is harmless when two believe to. */
export type LeaseStore = {
  claim(name: string, holder: string, now: Instant, until: Instant): Promise<'held' | 'taken'>
  release(name: string, holder: string): Promise<void>
}
