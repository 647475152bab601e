import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import { exportJWK, exportPKCS8 } from 'jose/key/export'
import { generateKeyPair } from 'jose/key/generate/keypair'
import { Secret } from '../../kernel/index.ts'
import type { Fresh } from './plan-keys.ts'

/** A new P-256 pair, named by its thumbprint (RFC 7638). */
export async function makeKey(): Promise<Fresh> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  return {
    kid,
    alg: 'ES256',
    privateKey: new Secret(await exportPKCS8(privateKey)),
    publicJwk: JSON.stringify(jwk),
  }
}
