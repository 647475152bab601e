import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { DiscoveryRequestOptions } from 'openid-client'

/** A certificate and what it is made with; `ca` is who vouches for it. All PEM. */
export type Tls = { readonly cert: string; readonly key: string; readonly ca: string }

/** Where a part of the demo is, and what it needs to call others. */
export type Place = {
  readonly origin: string
  readonly port: number
  readonly tls: Tls | null
  readonly calls: DiscoveryRequestOptions
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void

export async function serve({ port, tls }: Pick<Place, 'port' | 'tls'>, handle: Handle) {
  const server = tls === null ? createServer(handle) : createTlsServer(tls, handle)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
