import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that waits to be called, and answers well: what is never to be asked has to be there to be asked. */
export type Trap = AsyncDisposable & {
  readonly url: string
  /** The paths that were asked for. */
  readonly calls: readonly string[]
}

export async function openTrap(answer: object): Promise<Trap> {
  const calls: string[] = []
  const server = createServer((request, response) => {
    calls.push(request.url ?? '')
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
