import type { RequestListener, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSlots, Fault, type Secret, type Slots } from '../kernel/index.ts'
import { createServer, createTlsServer } from './node-http.ts'

export type Listening = {
  readonly port: number
  /** Takes no new connection, lets running requests end, and cuts what is left after `graceSeconds`: says how many requests. */
  close(graceSeconds: number): Promise<number>
}

/** Slow headers, slow bodies and idle connections end by themselves. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 65_000, // longer than common proxies keep theirs, so that it is they who close
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16 * 1024,
} as const
const CONNECTIONS_MAX = 10_000

export async function listen(options: {
  /** The section of the configuration that says where, for whoever has to mend it. */
  readonly setting: string
  readonly handler: RequestListener
  readonly host: string
  readonly port: number
  readonly tls: { readonly cert: string; readonly key: Secret } | null
}): Promise<Listening> {
  const { handler, host, port, tls } = options
  const answering = createSlots<ServerResponse>()
  let isClosing = false
  const serve: RequestListener = (request, response) => {
    const id = answering.put(response)
    response.once('close', () => void answering.take(id))
    if (isClosing) sayLast(response)
    handler(request, response)
  }
  const server =
    tls === null
      ? createServer(LIMITS, serve)
      : createTlsServer(
          { ...LIMITS, cert: tls.cert, key: tls.key.reveal(), minVersion: 'TLSv1.2' },
          serve,
        )
  server.maxConnections = CONNECTIONS_MAX
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(asFault(error, options)))
    server.listen(port, host, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
  return {
    port: portOf(server),
    close(graceSeconds) {
      isClosing = true
      for (const response of answering.values()) sayLast(response)
      return close(server, graceSeconds, answering)
    },
  }
}

/** What an operator can mend is a sentence; anything else is our mistake. */
function asFault(
  error: NodeJS.ErrnoException,
  {
    setting,
    host,
    port,
  }: { readonly setting: string; readonly host: string; readonly port: number },
): Error {
  const says: Readonly<Record<string, string>> = {
    EADDRINUSE: `${setting}.port: another process has ${port} on ${host}`,
    EADDRNOTAVAIL: `${setting}.host: ${host} is no address of this machine`,
    ENOTFOUND: `${setting}.host: ${host} is no address of this machine`,
    EACCES: `${setting}.port: this user may not listen on ${port}`,
  }
  const said = says[error.code ?? '']
  return said === undefined ? error : new Fault('listen.unavailable', said)
}

/** Otherwise the other side would keep the connection, and what it sends there next would be cut. */
function sayLast(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close')
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

async function close(
  server: Server,
  graceSeconds: number,
  answering: Slots<ServerResponse>,
): Promise<number> {
  let cut = 0
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => {
    cut = answering.count()
    server.closeAllConnections()
  }, graceSeconds * 1000)
  await closed
  clearTimeout(timer)
  return cut
}
