import { DatabaseError } from 'pg'
import { Fault, type FaultCode } from '../../kernel/index.ts'

/** Why something was asked again. */
export const RETRY_KINDS = [
  'serialization',
  'deadlock',
  /** The connection went before the answer came. */
  'lost',
  /** No answer came in time. */
  'silent',
  /** What once took writes takes none any more. */
  'read-only',
  /** No server was reached, or it was starting or stopping. */
  'refused',
  /** The server has as many connections as it may. */
  'limit',
  /** Password, certificate, database: what was shown was not accepted, by them or by us. */
  'rejected',
  /** A migration changed what a prepared statement answers with. */
  'stale-plan',
] as const
export type RetryKind = (typeof RETRY_KINDS)[number]

export const NO_RETRIES: Readonly<Record<RetryKind, number>> = {
  ...{ serialization: 0, deadlock: 0, lost: 0, silent: 0, 'read-only': 0 },
  ...{ refused: 0, limit: 0, rejected: 0, 'stale-plan': 0 },
}

/** A connection was not had, so nothing was asked. `message` says where and why, `cause` is what was heard. */
export class NoConnection extends Error {
  override readonly name = 'NoConnection'
  readonly kind: RetryKind

  constructor(kind: RetryKind, message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}

/** No connection was had by the deadline, whatever the reason. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime'
}

/** A connection is no more, or no answer came on it in time. */
export class Lost extends Error {
  override readonly name = 'Lost'
  readonly kind: 'lost' | 'silent'
  /** False: it was gone before anything was asked. */
  readonly wasAsked: boolean

  constructor(kind: 'lost' | 'silent', wasAsked: boolean, message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
    this.wasAsked = wasAsked
  }
}

/** What an error says of what was asked. */
export type Verdict =
  /** Surely not done. The next time may be another. */
  | { readonly is: 'undone'; readonly kind: RetryKind }
  /** Done or not: nobody told us. */
  | { readonly is: 'unknown'; readonly kind: RetryKind }
  /** The world's, and the same again in a moment. */
  | { readonly is: 'fault'; readonly code: FaultCode; readonly says: string }
  | { readonly is: 'ours' }

const undone = (kind: RetryKind): Verdict => ({ is: 'undone', kind })
const unavailable = (says: string): Verdict => ({ is: 'fault', code: 'store.unavailable', says })
const unfit = (says: string): Verdict => ({ is: 'fault', code: 'configuration.unfit', says })
const UNKNOWN: Verdict = { is: 'unknown', kind: 'lost' }
const OURS: Verdict = { is: 'ours' }
const POOLER = 'what stands between keeps no prepared statements: set store.prepared to false'
const MAY_NOT = 'the role of the database may not do it, grant what docs/postgresql.md says'
const SCHEMA = 'the tables are not there, or not where they are looked for: run `sallyport migrate`'

/** PostgreSQL's "Appendix A. Error Codes". Severity is left out: the server tells it in its own language. */
const OF_STATE: Readonly<Record<string, Verdict>> = {
  '40001': undone('serialization'),
  '40P01': undone('deadlock'),
  '25006': undone('read-only'),
  // These end the connection, and who ends it may have been told to after the commit and before the answer.
  '40003': UNKNOWN,
  '25P03': UNKNOWN,
  '25P04': UNKNOWN,
  '57P01': UNKNOWN,
  '57P02': UNKNOWN,
  '57P03': UNKNOWN,
  '57P04': UNKNOWN,
  '57P05': UNKNOWN,
  '55P03': unavailable('a lock was not had in time'),
  '57014': unavailable('the statement took too long'),
  '53100': unavailable('the disk of the database is full'),
  '26000': unfit(POOLER),
  '42P05': unfit(POOLER),
  '42P01': unfit(SCHEMA),
  '3F000': unfit(SCHEMA),
}

/** By the first two characters: connection, resources, intervention, system, configuration file, internal. */
const OF_CLASS: Readonly<Record<string, Verdict>> = {
  '08': UNKNOWN,
  '53': unavailable('the database is out of resources'),
  '57': unavailable('an operator of the database intervened'),
  '58': unavailable('the system of the database failed'),
  F0: unavailable('the configuration of the database is broken'),
  XX: unavailable('the database failed inside, or its data is damaged'),
}

export function judge(error: unknown): Verdict {
  if (error instanceof NoConnection) return undone(error.kind)
  if (error instanceof OutOfTime) return undone('refused')
  if (error instanceof Lost)
    return error.wasAsked ? { is: 'unknown', kind: error.kind } : undone(error.kind)
  if (!(error instanceof DatabaseError) || error.code === undefined) return OURS
  if (isOfStalePlan(error)) return undone('stale-plan')
  if (error.code === '42501') return unfit(`${MAY_NOT}: ${error.message}`)
  return OF_STATE[error.code] ?? OF_CLASS[error.code.slice(0, 2)] ?? OURS
}

/** 'cached plan must not change result type': told by who says it, for the words are the server's language. */
const isOfStalePlan = ({ code, routine }: DatabaseError) =>
  code === '0A000' && routine === 'RevalidateCachedQuery'

const OF_CONNECTING: Readonly<Record<string, RetryKind>> = {
  '53300': 'limit',
  '28000': 'rejected',
  '28P01': 'rejected',
  '3D000': 'rejected',
  '42501': 'rejected',
}

/** Node's and OpenSSL's words for a certificate, a handshake or an alert. */
const TLS =
  /^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|CRL_|ERROR_IN_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH)/

/** What pg says without a code of its own. */
const UNACCEPTED = /^(?:SASL: |The server does not support SSL)/

/** Why a connection to `label` was not had. What the configuration lacks is no matter of the next attempt. */
export function unconnected(error: unknown, label: string, user: string): NoConnection | Fault {
  if (error instanceof NoConnection) return error
  if (error instanceof Fault && error.code === 'configuration.unfit') return error
  if (error instanceof Fault) return new NoConnection('rejected', error.message, error.cause)
  const code = codeOf(error)
  const saying = error instanceof Error ? error.message : 'unknown'
  if (error instanceof DatabaseError) {
    const kind = OF_CONNECTING[code] ?? 'refused'
    const says = kind === 'rejected' ? `${label} rejects user '${user}'` : `${label} refuses`
    return new NoConnection(kind, `${says} (${code})`, error)
  }
  if (TLS.test(code))
    return new NoConnection('rejected', `TLS with ${label} failed: ${saying} (${code})`, error)
  if (UNACCEPTED.test(saying))
    return new NoConnection('rejected', `${label} is not as it should be: ${saying}`, error)
  return new NoConnection('refused', `${label} was not reached`, error)
}

export const isReadOnly = (error: unknown) =>
  error instanceof DatabaseError && error.code === '25006'

/** After these the server goes on with the same connection. */
const STAYS = /^(?:22|23|40001|40P01|42|55P03|57014|P0)/

export const isConnectionSound = (error: unknown): boolean =>
  error instanceof DatabaseError && STAYS.test(error.code ?? '')

/** A row was there already, for this constraint or unique index. */
export function isUnique(error: unknown, constraint: string): boolean {
  return error instanceof DatabaseError && error.code === '23505' && error.constraint === constraint
}

/** Leaves out what of rows and values the server tells along: nothing of ours reads it, and logs live long. */
export function withoutValues(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error
  error.detail = undefined
  error.where = undefined
  error.internalQuery = undefined
  // 'Data exception': its message quotes what did not fit.
  if (error.code?.startsWith('22')) error.message = `a value did not fit (${error.code})`
  return error
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
