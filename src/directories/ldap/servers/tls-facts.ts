import { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { type Instant, instantOf, invariant } from '../../../kernel/index.ts'

/** How a connection is secured, and what its server showed. */
export type TlsFacts = {
  readonly version: string
  /** Of the server's certificate. */
  readonly subject: string
  /** The hosts and addresses that it is for. */
  readonly names: readonly string[]
  /** Who signed it; where it showed more certificates, who signed the last of them. */
  readonly issuer: string
  readonly validFrom: Instant
  readonly validUntil: Instant
}

/** What stands in a certificate is written by whoever made it. */
const TEXT_MAX = 200

/** Not before the certificate is judged: Node 24 refuses a good one that was looked at too early. */
export function tlsFactsOf(socket: TLSSocket): TlsFacts {
  const certificate = socket.getPeerX509Certificate()
  invariant(certificate !== undefined, 'a server without a certificate speaks no TLS to us')
  const { subjectAltName, subject, validFrom, validTo } = certificate
  const names = namesIn(subjectAltName ?? '')
  return {
    ...{
      version: socket.getProtocol() ?? 'unknown',
      names,
      issuer: nameOf(topOf(certificate).issuer),
    },
    subject: nameOf(subject) || names[0] || 'of no name',
    validFrom: instantOf(Date.parse(validFrom)),
    validUntil: instantOf(Date.parse(validTo)),
  }
}

function topOf(certificate: X509Certificate): X509Certificate {
  const above = certificate.issuerCertificate
  const isTop = above === undefined || above.fingerprint256 === certificate.fingerprint256
  return isTop ? certificate : topOf(above)
}

/** Whose certificates a PEM holds; what is no certificate is nobody's. */
export function subjectsIn(pem: string): readonly string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return blocks.flatMap((block) => {
    try {
      return [nameOf(new X509Certificate(block).subject)]
    } catch {
      return []
    }
  })
}

/** As OpenSSL writes them: `DNS:dc1.example.com, IP Address:10.0.0.5`, in quotes where one holds a comma. */
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]+)/g)].map(([, name = '']) =>
    shortened(name),
  )

const nameOf = (text = '') => shortened(text.split('\n').join(', '))

const shortened = (text: string) => (text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}…`)
