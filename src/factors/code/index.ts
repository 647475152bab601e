/**
 * Codes that are sent to a person: derived, never stored; judged by deriving them again.
 * It knows no gateway (that is a channel's), no counter and no cool-down (those are the step-up's).
 */
export { browserName } from './browser-name.ts'
export { createCode } from './code.ts'
export type { CodeDigits, CodeFacts } from './derive.ts'
export { createCodeSender } from './sender.ts'
