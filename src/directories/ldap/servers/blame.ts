import type { LdapServer, LdapSettings } from '../settings.ts'
import { type Blame, Trouble } from './trouble.ts'

type Settings = Pick<LdapSettings, 'name'>

/** Why there is no connection, and what to change in which key. */
export function blamedOnWay(error: unknown, server: LdapServer, { name }: Settings): Trouble {
  if (error instanceof Trouble && error.blame === 'ours') return error
  return told('server', server, name, WAY[codeOf(error)] ?? 'could not be connected to', error)
}

const WAY: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections: nothing listens there, or a firewall says no',
  ENOTFOUND: 'has a name that is not known: is it written right in {servers}?',
  EAI_AGAIN: 'has a name that could not be looked up: the name service does not answer',
  EHOSTUNREACH: 'cannot be reached: no way leads to it',
  ENETUNREACH: 'cannot be reached: no way leads to it',
  ETIMEDOUT: 'did not answer in time',
  late: 'did not take a connection within {connectSeconds}',
}

/** Why the connection could not be secured. */
export function blamedOnTls(error: unknown, server: LdapServer, { name }: Settings): Trouble {
  if (error instanceof Trouble && error.blame !== 'late') return error
  const code = codeOf(error)
  const found = TLS.find(([pattern]) => pattern.test(code))
  return told('server', server, name, found?.[1] ?? `could not be secured (${code})`, error)
}

const TLS: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_.*)$/,
    'shows a certificate of an authority that is not known here: write the PEM of that authority to the file of {tls.caFile}',
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    'shows a certificate for another name: write the name that the certificate has in {servers}, or in {tls.serverName}',
  ],
  [/^CERT_HAS_EXPIRED$/, 'shows a certificate that has expired: it has to be renewed there'],
  [
    /^CERT_NOT_YET_VALID$/,
    "shows a certificate that is not valid yet: this machine's clock may be wrong",
  ],
  [
    /ALERT_(?:CERTIFICATE|BAD_CERT|UNKNOWN_CA|HANDSHAKE_FAILURE|NO_CERT)|ALERT_NUMBER_(?:4[0-9]|116)/,
    'refuses us: it may want a client certificate, or another one, in {tls.certFile} and {tls.keyFile}',
  ],
  [
    /^(?:EPROTO|ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNSUPPORTED_PROTOCOL).*)$/,
    'does not speak TLS at this port: ldap:// in {servers}, or another port?',
  ],
  [
    /^(?:CLOSED|ECONNRESET|EPIPE)$/,
    'closed the connection before it was secured: it may speak no TLS at this port, or want a client certificate ({tls.certFile})',
  ],
  [/^late$/, 'did not secure the connection within {connectSeconds}'],
]

/** Why we are not who we say, by the result of a bind. */
export function blamedOnBind(
  { code, diagnostic }: { readonly code: number; readonly diagnostic: string },
  server: LdapServer,
  { name }: Settings,
): Trouble {
  const data = /\bdata ([0-9a-f]{2,4})\b/i.exec(diagnostic)?.[1]?.toLowerCase() ?? ''
  const says = REFUSED[data] ?? BIND[code] ?? 'does not let us sign in: look at {bind}'
  const blame: Blame = code === 51 || code === 52 ? 'server' : 'bind'
  return told(blame, server, name, `${says} (result ${code}${data && `, ${data}`})`, undefined)
}

const BIND: Readonly<Record<number, string>> = {
  7: 'does not know this way to sign in: look at {bind.mode}',
  8: 'lets nobody sign in without TLS: use ldaps://, or StartTLS, in {servers}',
  13: 'lets nobody sign in without TLS: use ldaps://, or StartTLS, in {servers}',
  32: 'does not know who signs in: is {bind.dn} right?',
  34: 'cannot read who signs in: {bind.dn} has to be a DN here',
  48: 'does not let this account sign in this way: look at {bind.dn} and {bind.mode}',
  49: 'refuses the name or the password: look at {bind.dn} and {bind.passwordFile}',
  51: 'is busy',
  52: 'is not available',
  53: 'is unwilling to let us sign in: is the account of {bind.dn} locked or disabled?',
}

/** What Active Directory says of it, in hexadecimal. */
const REFUSED: Readonly<Record<string, string>> = {
  525: 'does not know who signs in: is {bind.dn} right?',
  '52e': 'refuses the name or the password: look at {bind.dn} and {bind.passwordFile}',
  530: 'lets the account of {bind.dn} not sign in at this hour',
  531: 'lets the account of {bind.dn} not sign in from here',
  532: 'says that the password of {bind.dn} has expired: set another, there and in {bind.passwordFile}',
  533: 'says that the account of {bind.dn} is disabled',
  701: 'says that the account of {bind.dn} has expired',
  773: 'wants the password of {bind.dn} changed before it is used: clear that for this account',
  775: 'says that the account of {bind.dn} is locked',
}

/** Why a question has no answer. No text of the server's own, which may hold the name that was asked for. */
export function blamedOnResult(code: number, server: LdapServer, { name }: Settings): Trouble {
  const blame: Blame = code === 51 || code === 52 ? 'server' : 'answer'
  const says = RESULT[code] ?? 'did not answer the question'
  return told(blame, server, name, `${says} (result ${code})`, undefined)
}

const NO_BASE =
  'has nothing at {baseDn}, or nothing that the account of {bind} may see: is it written right?'
const WRONG_QUESTION = 'does not take the question: look at {filter}, {match} and {attributes}'
const RESULT: Readonly<Record<number, string>> = {
  1: 'does not answer whom it does not know: look at {bind}',
  2: WRONG_QUESTION,
  3: 'took longer than it lets itself: are the attributes of {match} indexed there?',
  4: 'found more than it tells at a time',
  10: 'says that {baseDn} is kept by another server, where nobody goes: is it written right?',
  11: 'found more than it may look through: are the attributes of {match} indexed there?',
  12: 'does not know pages, or another thing that was asked for: look at {pageSize}',
  16: WRONG_QUESTION,
  17: WRONG_QUESTION,
  18: WRONG_QUESTION,
  21: WRONG_QUESTION,
  32: NO_BASE,
  34: 'cannot read {baseDn}, which has to be a DN',
  50: 'does not let the account of {bind} read people',
  51: 'is busy',
  52: 'is not available',
  53: 'is unwilling to answer',
}

export function told(
  blame: Blame,
  { label }: LdapServer,
  name: string,
  says: string,
  cause: unknown,
): Trouble {
  const worded = says.replace(/\{([\w.]+)\}/g, (_, key) => `directories.${name}.${key}`)
  return new Trouble(blame, `${name} (${label}) ${worded}`, { cause })
}

function codeOf(error: unknown): string {
  if (error instanceof Trouble) return error.blame
  // Several addresses were tried: the first speaks for all.
  const one = error instanceof AggregateError ? error.errors[0] : error
  return one instanceof Error && 'code' in one ? String(one.code) : 'unknown'
}
