import type { JWK } from 'jose'
import { importJWK } from 'jose/key/import'
import type { ClientAlgorithm } from './client.ts'
import type { Jwk } from './fetch-key-set.ts'

/** What a token's header says about the key; nothing else in a header is ever looked at for keys. */
export type Wanted = { readonly alg: ClientAlgorithm; readonly kid: string | undefined }

export type PublicKey = Awaited<ReturnType<typeof importJWK>>

/** The keys of one client, each imported at most once for each algorithm. */
export type KeySet = {
  /** 'ambiguous' without a `kid` among several: nothing is tried in turn. */
  pick(wanted: Wanted): Promise<PublicKey | 'unknown' | 'ambiguous'>
}

const SHAPE = {
  ES256: { kty: 'EC', crv: 'P-256' },
  PS256: { kty: 'RSA', crv: undefined },
  RS256: { kty: 'RSA', crv: undefined },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
} as const satisfies Record<ClientAlgorithm, object>

export function createKeySet(keys: readonly Jwk[]): KeySet {
  const imported = new Map<string, Promise<PublicKey>>()

  return {
    async pick({ alg, kid }) {
      const fitting = keys.flatMap((jwk, index) =>
        fits(jwk, alg) && (kid === undefined || jwk['kid'] === kid) ? [{ jwk, index }] : [],
      )
      const [first, ...others] = fitting
      if (first === undefined) return 'unknown'
      if (others.length > 0) return 'ambiguous'
      const name = `${alg}\n${first.index}`
      const known = imported.get(name) ?? importPublic(first.jwk, alg)
      imported.set(name, known)
      // A key that no library can read is as good as none; the next set may be better.
      return known.catch(() => 'unknown' as const)
    },
  }
}

/** RFC 7517 section 4: what a key says about its own use is binding. */
function fits(jwk: Jwk, alg: ClientAlgorithm): boolean {
  const { kty, crv } = SHAPE[alg]
  if (jwk.kty !== kty || (crv !== undefined && jwk['crv'] !== crv)) return false
  if (jwk['alg'] !== undefined && jwk['alg'] !== alg) return false
  if (jwk['use'] !== undefined && jwk['use'] !== 'sig') return false
  const operations = jwk['key_ops']
  return !Array.isArray(operations) || operations.includes('verify')
}

/** Only the public members are handed on, whatever else somebody published. */
function importPublic(jwk: Jwk, alg: ClientAlgorithm): Promise<PublicKey> {
  const { kty, crv, x, y, n, e } = jwk as JWK
  const members = { kty, crv, x, y, n, e }
  const present = Object.entries(members).filter(([, value]) => value !== undefined)
  return importJWK(Object.fromEntries(present), alg)
}
