import type { Secret } from '../../kernel/index.ts'

/** What a client may sign with. ES384 and the like are left out until somebody needs them. */
export const CLIENT_ALGORITHMS = ['ES256', 'PS256', 'RS256', 'EdDSA'] as const

export type ClientAlgorithm = (typeof CLIENT_ALGORITHMS)[number]

/** Where a client's public keys are. Files were read by the configuration. */
export type KeySource =
  | { readonly from: 'inline'; readonly jwks: { readonly keys: readonly object[] } }
  | { readonly from: 'uri'; readonly uri: string }

export type ClientAuth =
  | {
      readonly method: 'private_key_jwt'
      readonly keys: KeySource
      readonly algorithms: readonly ClientAlgorithm[]
    }
  | { readonly method: 'client_secret_basic'; readonly secret: Secret }

/** How a client may say whom it means. The last is what its name says. */
export type SubjectFrom = 'par' | 'request_object' | 'dangerously_unsigned_login_hint'

export type SubjectClaim = 'login_hint' | 'preferred_username' | 'email' | 'upn'

/** An OpenID Provider, or a login application of one, that sends people here. */
export type Client = {
  readonly id: string
  /** Shown where a request names no application. */
  readonly name: string
  readonly auth: ClientAuth
  /** Compared character by character. */
  readonly redirectUris: readonly string[]
  readonly subject: {
    readonly from: readonly SubjectFrom[]
    readonly claim: SubjectClaim
    /** An inner list is of equal rank. */
    readonly directories: readonly (string | readonly string[])[]
  }
}

export type Clients = ReadonlyMap<string, Client>
