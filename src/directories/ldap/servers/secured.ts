import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { Client, ResultCodeError } from 'ldapts'
import type { LdapServer, LdapSettings } from '../settings.ts'
import { blamedOnTls } from './blame/tls.ts'
import { blamedOnWay } from './blame/way.ts'
import { Framed } from './framed.ts'
import { type TlsFacts, tlsFactsOf } from './tls-facts.ts'
import { saying, type Told, Trouble } from './trouble.ts'

/** A connection that may be spoken on, as the settings want it secured. */
export type Secured = {
  readonly socket: Socket
  /** Where the name led to. */
  readonly address: string
  readonly tls: TlsFacts | null
}

const START_TLS = '1.3.6.1.4.1.1466.20037'
const KEEP_ALIVE_MS = 30_000

/** No other bytes than a request for StartTLS leave before it is what the settings say. */
export async function openSecured(
  server: LdapServer,
  settings: LdapSettings,
  signal: AbortSignal,
  onConnected: (address: string) => void = () => {},
): Promise<Secured> {
  const plain = await reached(server, settings, signal)
  const address = plain.remoteAddress ?? server.host
  onConnected(address)
  if (server.security === 'dangerously-clear') return { socket: plain, address, tls: null }
  try {
    if (server.security === 'start-tls') await askForTls(plain, server, settings, signal)
    const secure = secured(plain, server, settings)
    await until(secure, 'secureConnect', signal)
    return { socket: secure, address, tls: tlsFactsOf(secure) }
  } catch (error) {
    plain.destroy()
    throw blamedOnTls(error, { server, settings, shown: undefined })
  }
}

/**
 * What a server shows that is refused for it, to tell an operator what is wrong with it. Over this connection nothing is ever
 * said, since nobody knows who is at its other end. Undefined where it does not come so far.
 */
export async function peek(
  server: LdapServer,
  settings: LdapSettings,
  signal: AbortSignal,
): Promise<TlsFacts | undefined> {
  using ending = new DisposableStack()
  try {
    const plain = ending.adopt(await reached(server, settings, signal), (it) => it.destroy())
    if (server.security === 'start-tls') await askForTls(plain, server, settings, signal)
    const unverified = connectTls({
      ...calledAs(plain, server, settings),
      rejectUnauthorized: false,
    })
    await until(unverified, 'secureConnect', signal)
    return tlsFactsOf(unverified)
  } catch {
    return undefined
  }
}

async function reached(
  server: LdapServer,
  settings: LdapSettings,
  signal: AbortSignal,
): Promise<Socket> {
  const { host, port } = server
  const plain = connect({ host, port, noDelay: true, keepAlive: true })
  plain.setKeepAlive(true, KEEP_ALIVE_MS)
  try {
    await until(plain, 'connect', signal)
    return plain
  } catch (error) {
    throw blamedOnWay(error, server, settings)
  }
}

/**
 * A client of its own that asks this one thing. ldapts would go on with the same client, which connects anew in clear when
 * the connection is lost, and says its password there.
 */
async function askForTls(
  plain: Socket,
  server: LdapServer,
  { name }: LdapSettings,
  signal: AbortSignal,
): Promise<void> {
  const framed = new Framed(plain)
  const giveUp = () => framed.endAs('ours')
  signal.addEventListener('abort', giveUp, { once: true })
  const refused = (told: Told, cause?: unknown) =>
    new Trouble('server', { name, server }, told, cause)
  try {
    await clientOn(framed).exop(START_TLS)
    // Whatever stands behind the answer was put there by somebody on the way, to be taken for the server's.
    if (!framed.hasSaidJust(1))
      throw refused(saying('said more in clear than its answer to StartTLS'))
    framed.detach()
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof Trouble) throw error
    if (error instanceof ResultCodeError) throw refused(NO_START_TLS(error.code))
    throw refused(framed.loss === 'not-ldap' ? NO_LDAP : CLOSED, error)
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

const NO_START_TLS = (code: number): Told => ({
  says: `does not do StartTLS (LDAP result ${code})`,
  key: 'servers',
  wanted: 'ldaps:// with the port of TLS (636), or have StartTLS switched on there',
})
const CLOSED: Told = {
  says: 'closed the connection when it was asked for StartTLS',
  key: 'servers',
  wanted: 'ldaps:// if TLS is what it speaks at this port (as at 636), or another port',
}
const NO_LDAP: Told = {
  says: 'does not speak LDAP in clear at this port',
  key: 'servers',
  wanted: 'ldaps:// if TLS is what it speaks there, or another port',
}

function secured(socket: Socket, server: LdapServer, settings: LdapSettings): TLSSocket {
  const { tls } = settings
  const own = tls.certificate
  return connectTls({
    ...calledAs(socket, server, settings),
    ...(tls.ca !== null && { ca: tls.ca }),
    ...(own && { cert: own.cert, key: own.key.reveal() }),
    rejectUnauthorized: true,
  })
}

/** A client that has this one connection and can make no other. */
export function clientOn(framed: Framed): Client {
  let isGiven = false
  return new Client({
    // It is looked at by nobody.
    url: 'ldap://localhost',
    createConnection() {
      if (isGiven) throw new Error('the connection is gone, and there is no other')
      isGiven = true
      return framed
    },
  })
}

function calledAs(socket: Socket, { host }: LdapServer, { tls }: LdapSettings) {
  const name = tls.serverName ?? host
  // RFC 6066 knows no addresses there; the certificate is held to it all the same.
  return {
    socket,
    host: name,
    minVersion: 'TLSv1.2',
    ...(isIP(name) === 0 && { servername: name }),
  } as const
}

function until(socket: Socket, event: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const giveUp = () => {
    reject(signal.reason)
    socket.destroy()
  }
  // Kept: one that fails later has nobody else who hears it.
  socket.on('error', reject)
  socket.once('close', () => reject(new Closed()))
  socket.once(event, resolve)
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp, { once: true })
  return promise.finally(() => signal.removeEventListener('abort', giveUp))
}

class Closed extends Error {
  readonly code = 'CLOSED'
}
