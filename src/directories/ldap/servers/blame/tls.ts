import { isIP } from 'node:net'
import type { LdapServer, LdapSettings } from '../../settings.ts'
import { subjectsIn, type TlsFacts } from '../tls-facts.ts'
import { type Told, Trouble } from '../trouble.ts'
import { codeOf } from './code-of.ts'

type Settings = Pick<LdapSettings, 'name' | 'tls' | 'connectSeconds'>
type Refused = {
  readonly server: LdapServer
  readonly settings: Settings
  /** Undefined where nobody looked. */
  readonly shown: TlsFacts | undefined
}

/** Why the connection could not be secured. */
export function blamedOnTls(error: unknown, refused: Refused): Trouble {
  if (error instanceof Trouble && error.blame !== 'late') return error
  const { server, settings } = refused
  const code = codeOf(error)
  const found = TLS.find(([pattern]) => pattern.test(code))
  const told = found?.[1](refused) ?? UNKNOWN(code)
  return new Trouble('server', { name: settings.name, server }, told, error)
}

/** Either the certificate is old, or our clock is wrong. */
export const isOfTime = (trouble: Trouble): boolean =>
  /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/.test(codeOf(trouble.cause))

const NAMES_MAX = 5

const TLS: readonly (readonly [RegExp, (refused: Refused) => Told])[] = [
  [/^(?:SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|CERT_SIGNATURE_FAILURE)$/, unknownAuthority],
  [
    /^DEPTH_ZERO_SELF_SIGNED_CERT$/,
    ({ shown }) => ({
      says: `shows a certificate that it signed itself${shown ? `: ${shown.subject}` : ''}`,
      key: 'tls.caFile',
      wanted: 'the PEM of that very certificate, as whoever runs the server has it',
    }),
  ],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, anotherName],
  [/^CERT_HAS_EXPIRED$/, () => OUT_OF_TIME('has expired')],
  [/^CERT_NOT_YET_VALID$/, () => OUT_OF_TIME('is not valid yet')],
  [
    /ALERT_(?:CERTIFICATE|BAD_CERT|UNKNOWN_CA|HANDSHAKE_FAILURE|NO_CERT)|ALERT_NUMBER_(?:4[0-9]|116)/,
    ({ settings }) => ({
      says: `refuses ${settings.tls.certificate === null ? 'us, who show no client certificate' : 'our client certificate'}`,
      key: 'tls.certFile',
      wanted: 'a certificate of an authority that the server trusts, with its key in {tls.keyFile}',
    }),
  ],
  [
    /^(?:EPROTO|ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNSUPPORTED_PROTOCOL).*)$/,
    () => ({
      says: 'does not speak TLS at this port',
      key: 'servers',
      wanted: 'ldap:// with the port of StartTLS (389), or ldaps:// with that of TLS (636)',
    }),
  ],
  [
    /^(?:CLOSED|ECONNRESET|EPIPE)$/,
    () => ({
      says: 'closed the connection before it was secured: it may speak no TLS at this port',
      key: 'servers',
      wanted:
        'ldaps:// with the port of TLS (636), or ldap:// with that of StartTLS (389). It may also have no certificate, or want one of ours ({tls.certFile})',
    }),
  ],
  [
    /^late$/,
    ({ settings }) => ({
      says: `did not secure the connection within ${settings.connectSeconds} s ({connectSeconds})`,
      key: 'servers',
      wanted: 'is it LDAP that listens at this port? Else the server is too busy',
    }),
  ],
]

function unknownAuthority({ settings, shown }: Refused): Told {
  const { ca } = settings.tls
  const issuer = shown?.issuer
  const held = ca === null ? [] : subjectsIn(ca)
  const now =
    ca === null
      ? 'Nothing is set now, so only public authorities are trusted'
      : issuer !== undefined && held.includes(issuer)
        ? 'That file holds an authority of this name with another key: it may have been made anew'
        : `That file holds ${held.slice(0, NAMES_MAX).join('; ') || 'no certificate'} now`
  return {
    says: `shows a certificate signed by an authority that is not trusted here${issuer === undefined ? '' : `: ${issuer}`}`,
    key: 'tls.caFile',
    wanted: `the certificate (PEM) of ${issuer ?? 'that authority'}, which whoever runs the server has. ${now}`,
  }
}

function anotherName({ server, settings, shown }: Refused): Told {
  const { serverName } = settings.tls
  const names = shown?.names ?? []
  const listed = names.slice(0, NAMES_MAX).join(', ') || shown?.subject || 'another name'
  const says = `shows a certificate for ${listed}, and not for ${serverName ?? server.host}`
  // An asterisk is no host, and everybody is called localhost.
  const hosts = names.filter((name) => !name.startsWith('*'))
  const best = hosts.find((name) => isIP(name) === 0 && name !== 'localhost') ?? hosts[0]
  const such = best === undefined ? '' : `, such as ${best}`
  if (serverName !== null)
    return { says, key: 'tls.serverName', wanted: `a name that the certificate is for${such}` }
  return {
    ...{ says, key: 'servers' },
    wanted: `a URL with a name that the certificate is for${such}. Where this machine does not find it by that name, leave the URL and set {tls.serverName}: ${best ?? 'that name'}`,
  }
}

const OUT_OF_TIME = (says: string): Told => ({
  says: `shows a certificate that ${says}`,
  key: null,
  wanted: "have it renewed there, unless it is this machine's clock that is wrong",
})

const UNKNOWN = (code: string): Told => ({
  says: `could not be secured (${code})`,
  key: 'tls',
  wanted: null,
})
