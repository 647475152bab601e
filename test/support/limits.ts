import { locks, sends } from '../../src/config/schema/locks.ts'
import { createLimits, createLocks } from '../../src/stepup/index.ts'

/** As in a configuration that says nothing of them. */
export const LIMITS = createLimits({ locks: locks.parse(undefined), sends: sends.parse(undefined) })
export const LOCKS = createLocks(LIMITS)
