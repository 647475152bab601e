import { createServer, Socket } from 'node:net'

type Loss = {
  /** What it is about: these bytes are in what the client sends. */
  readonly of: string
  /** `question`: the server never hears it. `answer`: it does what it was asked, and nobody hears of it. */
  readonly what: 'question' | 'answer'
  /** What becomes of the connection then. */
  readonly then: 'cut' | 'silence'
}

/** Stands between a client and a server, and lets the world happen to what passes. Nothing happens at first. */
export type FaultProxy = AsyncDisposable & {
  readonly host: '127.0.0.1'
  readonly port: number
  /** Connections that were ever accepted. */
  readonly accepted: number
  /** How often the server has said the last of an answer: round trips, with those that a connection begins with. */
  readonly answered: number
  /** From now on what passes takes so much longer, in each direction. */
  delay(ms: {
    readonly toServer?: number
    readonly toClient?: number
    /** Before each byte that goes to the client. */
    readonly eachByte?: number
  }): void
  /** Ends every connection as a router does that knows nothing of it. */
  cut(): void
  /** Half open: takes what it is sent, passes nothing on, and says nothing, to whoever is there and whoever comes. */
  swallow(): void
  /** Nobody listens at the port. */
  refuse(): Promise<void>
  /** Accepts, and closes at once. */
  slam(): void
  /** As it was at first, for those who come. Who was swallowed stays so. */
  heal(): Promise<void>
  /** The next time. Fulfilled when the server has answered, or would have been asked. */
  lose(loss: Loss): Promise<void>
}

/** Sees all that passes on one connection, and may have something else pass in the place of what the server says. */
export type Tap = {
  toServer(bytes: Buffer): void
  toClient(bytes: Buffer): Buffer | 'cut'
}

/** The last thing a server says to what it was asked: 'ReadyForQuery' of PostgreSQL's protocol. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5])
const READY_BYTES = 6

/** @param tap one for each connection. */
export async function startFaultProxy(
  server: { readonly host: string; readonly port: number },
  tap?: () => Tap,
): Promise<FaultProxy> {
  const open = new Set<Pair>()
  const losses: { readonly loss: Loss; readonly lost: () => void }[] = []
  const delays = { toServer: 0, toClient: 0, eachByte: 0 }
  let mode: 'pass' | 'swallow' | 'slam' = 'pass'
  let accepted = 0
  let answered = 0

  const listener = createServer((client) => {
    accepted += 1
    if (mode === 'slam') return void client.destroy()
    const count = (times: number) => {
      answered += times
    }
    const pair = createPair(client, server, delays, losses, count, tap?.())
    if (mode === 'swallow') pair.swallow()
    open.add(pair)
    void pair.closed.then(() => open.delete(pair))
  })
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      listener.once('error', reject)
      listener.listen(port, '127.0.0.1', () => resolve())
    })
  const refuse = async () => {
    if (!listener.listening) return
    const closed = new Promise((resolve) => listener.close(resolve))
    for (const pair of open) pair.cut()
    await closed
  }
  await listen(0)
  const address = listener.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port is free')
  const { port } = address

  return {
    ...({ host: '127.0.0.1', port } as const),
    get accepted() {
      return accepted
    },
    get answered() {
      return answered
    },
    delay({ toServer = 0, toClient = 0, eachByte = 0 }) {
      Object.assign(delays, { toServer, toClient, eachByte })
    },
    cut() {
      for (const pair of open) pair.cut()
    },
    swallow() {
      mode = 'swallow'
      for (const pair of open) pair.swallow()
    },
    slam() {
      mode = 'slam'
    },
    refuse,
    async heal() {
      mode = 'pass'
      if (!listener.listening) await listen(port)
    },
    lose: (loss) => new Promise((lost) => void losses.push({ loss, lost })),
    async [Symbol.asyncDispose]() {
      mode = 'slam'
      await refuse()
    },
  }
}

type Pair = {
  /** On both sides. */
  readonly closed: Promise<unknown>
  cut(): void
  swallow(): void
}

function createPair(
  client: Socket,
  to: { readonly host: string; readonly port: number },
  delays: { readonly toServer: number; readonly toClient: number; readonly eachByte: number },
  losses: { readonly loss: Loss; readonly lost: () => void }[],
  answered: (times: number) => void,
  tap: Tap | undefined,
): Pair {
  const server = new Socket().connect(to.port, to.host)
  let isMute = false
  /** What is lost, once the server has said the last of it. */
  let losing: (typeof losses)[number] | undefined
  let tail = Buffer.alloc(0)

  const cut = () => {
    // One that is ending cannot be reset: Node would neither close it nor, because of that, ever exit.
    if (client.writableEnded) client.destroy()
    else client.resetAndDestroy()
    server.destroy()
  }
  const end = (one: (typeof losses)[number]) => {
    isMute = true
    one.lost()
    if (one.loss.then === 'cut') cut()
  }

  const dripping: number[] = []
  const drip = (bytes: Buffer) => {
    dripping.push(...bytes)
    if (dripping.length === bytes.length) after(delays.eachByte, next)
  }
  const next = () => {
    const byte = dripping.shift()
    if (byte === undefined || isMute || client.destroyed) return
    client.write(Buffer.of(byte))
    after(delays.eachByte, next)
  }

  client.on('data', (bytes: Buffer) => {
    if (isMute) return
    const at = losses.findIndex(({ loss }) => bytes.includes(loss.of))
    const [one] = at < 0 ? [] : losses.splice(at, 1)
    if (one?.loss.what === 'question') return end(one)
    losing ??= one
    tap?.toServer(bytes)
    after(delays.toServer, () => server.write(bytes))
  })
  server.on('data', (bytes: Buffer) => {
    answered(timesIn(bytes, READY))
    const passed = tap?.toClient(bytes) ?? bytes
    if (passed === 'cut') return cut()
    if (losing === undefined && delays.eachByte > 0) return drip(passed)
    if (losing === undefined) return after(delays.toClient, () => isMute || client.write(passed))
    tail = Buffer.concat([tail, bytes]).subarray(-READY_BYTES)
    if (tail.subarray(0, READY.length).equals(READY)) end(losing)
  })
  for (const [from, other] of [
    [client, server],
    [server, client],
  ] as const) {
    from.setNoDelay(true)
    from.on('error', () => {})
    // Half open, nobody hears of the other's end either.
    from.on('close', () => isMute || other.destroy())
  }

  return {
    closed: Promise.all(
      [client, server].map((one) => new Promise((end) => one.once('close', end))),
    ),
    cut,
    swallow() {
      isMute = true
    },
  }
}

function timesIn(bytes: Buffer, wanted: Buffer): number {
  let times = 0
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) times++
  return times
}

function after(ms: number, act: () => void): void {
  if (ms === 0) act()
  else setTimeout(act, ms).unref()
}
