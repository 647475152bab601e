/**
 * Who need not be asked again, from where and until when. A grant repeats what was proven before and never
 * claims more. It knows nothing of policy, factors or pages.
 */
export { type Grant, noTrust, type Trust } from './trust.ts'
