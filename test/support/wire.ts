import { connect } from 'node:net'

/** One connection, letter by letter: for what no HTTP client would send. */
export type Wire = Disposable & {
  write(text: string): void
  /** The status of the first answer, as soon as it is there; 0 where the connection ended without one. */
  status(): Promise<number>
  /** All that was said, once the other side has closed. */
  closed(): Promise<string>
}

export async function openWire(url: string, first = ''): Promise<Wire> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  // Whoever is cut off may be told so by a reset; that it is over is what counts.
  socket.on('error', () => {})
  let heard = ''
  const answered = Promise.withResolvers<number>()
  const over = Promise.withResolvers<string>()
  socket.on('data', (chunk) => {
    heard += chunk
    const status = /^HTTP\/1\.1 (\d{3})[\s\S]*?\r\n\r\n/.exec(heard)?.[1]
    if (status !== undefined) answered.resolve(Number(status))
  })
  socket.on('close', () => {
    answered.resolve(0)
    over.resolve(heard)
  })
  if (first !== '') socket.write(first)
  return {
    write: (text) => void socket.write(text),
    status: () => answered.promise,
    closed: () => over.promise,
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

/** The head of a form that is posted. */
export const formHead = (path: string, ...headers: readonly string[]): string =>
  [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    'Content-Type: application/x-www-form-urlencoded',
    ...headers,
    '\r\n',
  ].join('\r\n')
