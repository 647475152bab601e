/** The management port: metrics and health. It answers from what it is handed, in time, and changes nothing. */
export { type ClockWatch, createClockWatch } from './clock-watch.ts'
export { type Check, createManagement } from './management.ts'
export { createProbe } from './probe.ts'
