import { createHash, X509Certificate } from 'node:crypto'
import type { Tls } from '../demo/place.ts'
import { createAuthority } from '../support/certificates.ts'

/** A certificate authority that lives for one test, and one certificate of it for all these names. */
export function certify(names: readonly string[]): Tls {
  using authority = createAuthority()
  return { ca: authority.ca, ...authority.issue(...names, '127.0.0.1') }
}

/** As `--ignore-certificate-errors-spki-list` wants it: SHA-256 of the public key. */
export function keyHashOf(cert: string): string {
  const { publicKey } = new X509Certificate(cert)
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('base64')
}
