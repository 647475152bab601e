import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands where the balancer would, and lets a test say which replica hears what. Where one is gone the caller is cut off. */
export type Forwarder = AsyncDisposable & {
  readonly url: string
  /** Each request to another replica than the one before: how it begins. */
  alternate(): void
  /** Everything to this one. */
  stay(at: number): void
  /** Hears of each request at the moment when a replica begins with it. */
  onRequest(heard: (nth: number) => void): void
  /** How many requests each replica has had. */
  counts(): readonly number[]
}

export async function openForwarder(replicas: readonly { url: string }[]): Promise<Forwarder> {
  const counts = replicas.map(() => 0)
  let next = 0
  let step = 1
  let total = 0
  let hear = (_nth: number) => {}

  const server = createServer((incoming, outgoing) => {
    const at = next
    next = (next + step) % replicas.length
    counts[at] = (counts[at] ?? 0) + 1
    total += 1
    forward(incoming, outgoing, replicas[at]?.url ?? '')
    hear(total)
  })
  // Whoever comes after a pause must not meet a connection that is just being closed: only a replica that is gone cuts off.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://localhost:${port}`,
    alternate() {
      step = 1
    },
    stay(at) {
      step = 0
      next = at
    },
    onRequest(heard) {
      total = 0
      hear = heard
    },
    counts: () => [...counts],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, to: string): void {
  const { method, url = '', headers } = incoming
  const asked = request(new URL(url, to), { method, headers, agent: false }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 0, answer.headers)
    answer.on('error', () => outgoing.destroy())
    answer.pipe(outgoing)
  })
  asked.on('error', () => outgoing.destroy())
  incoming.pipe(asked)
}
