import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tls } from '../demo/place.ts'

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']

/** A certificate authority that lives for one test, and one certificate of it for all these names. */
export function certify(names: readonly string[]): Tls {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-ca-'))
  const file = (name: string) => join(folder, name)
  try {
    openssl(['-subj', '/CN=Test CA', '-keyout', file('ca.key'), '-out', file('ca.pem')])
    openssl([
      ...['-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${alternatives(names)}`],
      ...['-addext', 'basicConstraints=critical,CA:FALSE'],
      ...['-CA', file('ca.pem'), '-CAkey', file('ca.key')],
      ...['-keyout', file('key.pem'), '-out', file('cert.pem')],
    ])
    const read = (name: string) => readFileSync(file(name), 'utf8')
    return { cert: read('cert.pem'), key: read('key.pem'), ca: read('ca.pem') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** As `--ignore-certificate-errors-spki-list` wants it: SHA-256 of the public key. */
export function keyHashOf(cert: string): string {
  const { publicKey } = new X509Certificate(cert)
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('base64')
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', ['req', '-x509', ...KEY, ...args], { stdio: 'pipe' })
}

const alternatives = (names: readonly string[]) =>
  [...names.map((name) => `DNS:${name}`), 'IP:127.0.0.1'].join(',')
