import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate authority that lives for one test, or a demo. PEM throughout. */
export type Authority = Disposable & {
  readonly ca: string
  /** For these host names and addresses; the first is also who it is. */
  issue(...names: readonly string[]): Issued
  /** The same, good until yesterday. */
  issueExpired(...names: readonly string[]): Issued
  /** Its own certificate, good until yesterday. */
  caExpired(): string
}

export type Issued = { readonly cert: string; readonly key: string }

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** @param days how long it is good for, and each certificate of it. */
export function createAuthority(days = 2): Authority {
  const key = [...KEY, '-days', `${days}`]
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-ca-'))
  const at = (name: string) => join(folder, name)
  const read = (name: string) => readFileSync(at(name), 'utf8')
  const [signer, out] = [
    ['-CA', at('ca.pem'), '-CAkey', at('ca.key')],
    ['-out', at('cert.pem')],
  ]
  const subject = (names: readonly string[]) => [
    ...['-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${alternatives(names)}`],
    ...['-addext', 'basicConstraints=critical,CA:FALSE', '-keyout', at('key.pem')],
  ]
  const issued = () => ({ cert: read('cert.pem'), key: read('key.pem') })
  const itself = ['-subj', '/CN=Test CA', '-keyout', at('ca.key'), '-out', at('ca.pem')]
  openssl('req', ['-x509', ...key, ...itself])
  return {
    ca: read('ca.pem'),
    issue(...names) {
      openssl('req', ['-x509', ...key, ...subject(names), ...signer, ...out])
      return issued()
    },
    issueExpired(...names) {
      openssl('req', ['-new', ...key, ...subject(names), '-out', at('csr.pem')])
      const past = ['-days', '-1', '-copy_extensions', 'copyall']
      openssl('x509', ['-req', '-in', at('csr.pem'), ...past, ...signer, ...out])
      return issued()
    },
    caExpired() {
      const past = ['-days', '-1', '-signkey', at('ca.key')]
      openssl('x509', ['-in', at('ca.pem'), ...past, '-out', at('ca-expired.pem')])
      return read('ca-expired.pem')
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

function openssl(command: 'req' | 'x509', args: readonly string[]): void {
  execFileSync('openssl', [command, ...args], { stdio: 'pipe' })
}

const alternatives = (names: readonly string[]) =>
  names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`).join(',')
