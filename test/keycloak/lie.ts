import type { Lies, Misdeed } from './liar.ts'

/** A lie, and what there is to see of it. */
export type Row = {
  readonly name: string
  readonly lies: Lies
  /** Of the event. */
  readonly error: string
  /** What the line of the log says; the setting first, where there is one. */
  readonly log: RegExp
  /** Nothing of the issuer is known yet, so that its metadata and keys are asked for. */
  readonly isAnew?: true
}

export const UNAVAILABLE = 'stepup_unavailable'
export const MISCONFIGURED = 'stepup_misconfigured'
export const BAD_TOKEN = 'stepup_bad_token'
export const STRANGER = 'stepup_state_mismatch'
export const UNMET = 'stepup_unmet'
export const EXPIRED = 'stepup_expired'

/** What a server says that is well, and means it. */
export const says =
  (status: number, body: object | string): Misdeed =>
  (response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(typeof body === 'string' ? body : JSON.stringify(body))
