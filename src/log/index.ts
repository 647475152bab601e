/**
 * What the process says of itself: JSON lines on standard output (of a command: on standard error), with everything that
 * grants something left out. The audit is elsewhere; a log may be lost, an audit event may not.
 */
export { createEventLog } from './events.ts'
export { createLog, type Log } from './log.ts'
export { createSparing } from './sparing.ts'
