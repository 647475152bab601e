import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate authority that lives for one test. PEM throughout. */
export type Authority = Disposable & {
  readonly ca: string
  /** For these host names and addresses; the first is also who it is. */
  issue(...names: readonly string[]): { readonly cert: string; readonly key: string }
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']

export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-ca-'))
  const at = (name: string) => join(folder, name)
  const read = (name: string) => readFileSync(at(name), 'utf8')
  openssl(['-subj', '/CN=Test CA', '-keyout', at('ca.key'), '-out', at('ca.pem')])
  return {
    ca: read('ca.pem'),
    issue(...names) {
      openssl([
        ...['-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${alternatives(names)}`],
        ...['-addext', 'basicConstraints=critical,CA:FALSE'],
        ...['-CA', at('ca.pem'), '-CAkey', at('ca.key')],
        ...['-keyout', at('key.pem'), '-out', at('cert.pem')],
      ])
      return { cert: read('cert.pem'), key: read('key.pem') }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', ['req', '-x509', ...KEY, ...args], { stdio: 'pipe' })
}

const alternatives = (names: readonly string[]) =>
  names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`).join(',')
