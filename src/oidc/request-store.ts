import type { AuditEvent } from '../audit/index.ts'
import type { Id, Instant } from '../kernel/index.ts'
import type { StepUp, StepUpRequest } from '../stepup/index.ts'

/** A client assertion (RFC 7523) or request object that may be used once. */
export type Once = { readonly client: string; readonly jti: string; readonly expiresAt: Instant }

/** An authorization request that a client pushed or signed, with the step-up that it will open. */
export type AuthorizationRequest = {
  /** SHA-256 of the request_uri, or of the request object by value. */
  readonly uriHash: string
  readonly stepUp: Id<'stepUp'>
  readonly client: string
  readonly redirectUri: string
  readonly state: string | null
  readonly nonce: string | null
  /** S256 (RFC 7636). */
  readonly codeChallenge: string
  readonly request: StepUpRequest
  readonly pushedAt: Instant
  /** The first opening must come before this. */
  readonly openBy: Instant
  /** Later openings continue the step-up until this. */
  readonly expiresAt: Instant
}

export type RequestStore = {
  /** Keeps it, unless the assertion or (client, nonce) was seen before. Ordered, not durable: losing it costs a retry. */
  push(
    request: AuthorizationRequest,
    once: Once | null,
  ): Promise<'pushed' | 'assertion-replayed' | 'nonce-replayed'>

  /** By its request_uri: until `openBy`, and once its step-up is open until it expires. */
  findPushed(
    uriHash: string,
    client: string,
    now: Instant,
  ): Promise<AuthorizationRequest | 'unknown' | 'expired'>

  /** As `push` and `findPushed` in one, for a request object by value: the same object finds the same request again. */
  park(
    request: AuthorizationRequest,
    now: Instant,
  ): Promise<AuthorizationRequest | 'nonce-replayed' | 'expired'>

  /** With the step-up, once one is open. */
  find(
    stepUp: Id<'stepUp'>,
  ): Promise<
    { readonly request: AuthorizationRequest; readonly stepUp: StepUp | undefined } | undefined
  >

  /**
   * For a satisfied step-up in the browser that it is bound to: keeps the hash of its one code ('issued'), or says that
   * the same code still waits ('again', up to `seconds` old) or is gone ('spent'). Any other state is answered with
   * 'ended' or 'open' and keeps nothing; another browser hears 'other-browser' and changes nothing but the audit.
   * `authorization-code.issued` (or `step-up.other-browser`) is kept with it. Ordered, not durable.
   */
  issue(
    stepUp: Id<'stepUp'>,
    browser: string,
    code: { readonly hash: string; readonly seconds: number },
    now: Instant,
  ): Promise<
    | {
        readonly heard: 'issued' | 'again' | 'spent' | 'ended' | 'open'
        readonly request: AuthorizationRequest
        readonly stepUp: StepUp
      }
    | { readonly heard: 'unknown' | 'other-browser' }
  >

  /**
   * Exactly one of many racing callers redeems a code; the access token's hash is kept with it. A code that comes
   * again is 'replayed', ends its access token and leaves `authorization-code.replayed`. Durable, with `authorization-code.redeemed`.
   * A wrong client or redirect URI hears 'unknown' and uses nothing up but the assertion; a wrong verifier uses the code up.
   */
  redeem(
    code: {
      readonly hash: string
      readonly client: string
      readonly redirectUri: string
      readonly seconds: number
    },
    verifierHash: string,
    token: { readonly hash: string; readonly expiresAt: Instant },
    once: Once | null,
    now: Instant,
  ): Promise<
    | {
        readonly heard: 'redeemed'
        readonly request: AuthorizationRequest
        readonly stepUp: Extract<StepUp, { state: 'satisfied' }>
      }
    | {
        readonly heard: 'unknown' | 'expired' | 'replayed' | 'verifier-wrong' | 'assertion-replayed'
      }
  >

  /** What userinfo may say. */
  findToken(
    hash: string,
    now: Instant,
  ): Promise<
    | {
        readonly request: AuthorizationRequest
        readonly stepUp: Extract<StepUp, { state: 'satisfied' }>
      }
    | undefined
  >

  /** A refusal before any step-up exists, kept for the operator. Ordered. */
  refuse(event: AuditEvent): Promise<void>
}
