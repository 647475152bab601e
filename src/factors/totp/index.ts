/**
 * The OTP app (RFC 6238): judges a code against an account's enrolment and makes new enrolments.
 * It keeps no counter and writes nothing; what a right code uses up is data for the step-up to settle.
 */
export { createEnroller, type Shown } from './enroller.ts'
export { createTotp } from './totp.ts'
export type { TotpStore } from './totp-store.ts'
