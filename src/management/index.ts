/** The management port: metrics and health. It answers from what it is handed, and changes nothing. */
export { type Check, createManagement } from './management.ts'
