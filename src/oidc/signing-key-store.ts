import type { AuditEvent } from '../audit/index.ts'
import type { Instant, Secret } from '../kernel/index.ts'

export type SigningAlgorithm = 'ES256' | 'RS256'

/** next → active → retired. Each is published from `madeAt` until it is removed, at least 48 h before and after it signs. */
export type SigningKey = {
  readonly kid: string
  readonly alg: SigningAlgorithm
  readonly state: 'next' | 'active' | 'retired'
  /** PKCS #8, PEM. Sealed at rest. */
  readonly privateKey: Secret<string>
  /** JWK of the public half, JSON. */
  readonly publicJwk: string
  readonly madeAt: Instant
  readonly activatedAt: Instant | null
  readonly retiredAt: Instant | null
}

export type SigningKeyStore = {
  list(): Promise<readonly SigningKey[]>
  /** Adds, changes state and removes in one transaction, if the set of (kid, state) is still what was seen; durable. */
  replaceSet(
    seen: readonly { readonly kid: string; readonly state: SigningKey['state'] }[],
    next: readonly SigningKey[],
    events: readonly AuditEvent[],
  ): Promise<'replaced' | 'stale'>
}
