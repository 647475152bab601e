import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate authority that lives for one test, or a demo. PEM throughout. */
export type Authority = Disposable & {
  readonly ca: string
  /** Where it keeps itself, for `copyAuthority`. */
  readonly folder: string
  /** For these host names and addresses; the first is also who it is. */
  issue(...names: readonly string[]): Issued
  /** The same, good until yesterday. */
  issueExpired(...names: readonly string[]): Issued
  /** Its own certificate, good until yesterday. */
  caExpired(): string
}

export type Issued = { readonly cert: string; readonly key: string }

const [CERTIFICATE, PRIVATE_KEY] = ['ca.pem', 'ca.key']
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** @param days how long it is good for, and each certificate of it. */
export function createAuthority(days = 2): Authority {
  const folder = newFolder()
  const [out, keyout] = [join(folder, CERTIFICATE), join(folder, PRIVATE_KEY)]
  const itself = ['-subj', '/CN=Test CA', '-keyout', keyout, '-out', out]
  openssl('req', ['-x509', ...KEY, '-days', `${days}`, ...itself])
  return authorityIn(folder, days)
}

/** The one of another process, which may issue at the same time. */
export function copyAuthority(from: string): Authority {
  const folder = newFolder()
  for (const file of [CERTIFICATE, PRIVATE_KEY]) copyFileSync(join(from, file), join(folder, file))
  return authorityIn(folder, 2)
}

const newFolder = () => mkdtempSync(join(tmpdir(), 'sallyport-ca-'))

function authorityIn(folder: string, days: number): Authority {
  const key = [...KEY, '-days', `${days}`]
  const at = (name: string) => join(folder, name)
  const read = (name: string) => readFileSync(at(name), 'utf8')
  const [signer, out] = [
    ['-CA', at(CERTIFICATE), '-CAkey', at(PRIVATE_KEY)],
    ['-out', at('cert.pem')],
  ]
  const subject = (names: readonly string[]) => [
    ...['-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${alternatives(names)}`],
    ...['-addext', 'basicConstraints=critical,CA:FALSE', '-keyout', at('key.pem')],
  ]
  const issued = () => ({ cert: read('cert.pem'), key: read('key.pem') })
  return {
    ...{ ca: read(CERTIFICATE), folder },
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
      const past = ['-days', '-1', '-signkey', at(PRIVATE_KEY)]
      openssl('x509', ['-in', at(CERTIFICATE), ...past, '-out', at('ca-expired.pem')])
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
