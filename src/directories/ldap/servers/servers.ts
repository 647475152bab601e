import { BrokenCircuitError, BulkheadRejectedError, bulkhead } from 'cockatiel'
import { type Clock, Fault, type Stopwatch } from '../../../kernel/index.ts'
import type { LdapSettings } from '../settings.ts'
import type { Wire } from '../wire.ts'
import { Ending } from './ending.ts'
import { createServer, type Server, type ServerHeard } from './server.ts'
import { Trouble } from './trouble.ts'

/** All servers of one directory, of which the first that is of use is asked. */
export type Servers = AsyncDisposable & {
  /**
   * Whatever happens, it ends within `deadlineSeconds` or at the signal. `work` only asks: where a wire is lost or a server
   * gives out in the middle it is done again on another one. Throws Fault `directory.unavailable`.
   */
  ask<T>(work: (wire: Wire) => Promise<T>, signal: AbortSignal): Promise<T>
  stats(): ServersStats
}

export type ServersStats = {
  /** Lookups that have a wire, or are about to. */
  readonly inUse: number
  readonly waiting: number
  readonly servers: readonly ServerStats[]
}

export type ServerStats = {
  readonly label: string
  readonly isUp: boolean
  /** Wires that wait for work. */
  readonly idle: number
  /** Of the certificate that it showed last; less than 0 where it has expired. Null in clear, and before the first. */
  readonly certificateDaysLeft: number | null
}

const DAY_MS = 86_400_000

export function createServers(
  settings: LdapSettings,
  deps: { readonly clock: Clock; readonly stopwatch: Stopwatch } & ServerHeard,
): Servers {
  const { name, deadlineSeconds, pool } = settings
  const servers = settings.servers.map((one) => createServer(one, settings, deps))
  const turns = bulkhead(pool.connectionsMax, pool.waitingMax)
  let isClosed = false

  return {
    async ask<T>(work: (wire: Wire) => Promise<T>, signal: AbortSignal): Promise<T> {
      if (isClosed) throw unavailable(`${name} is closed`)
      if (servers.every(({ isUp }) => !isUp)) throw noneIsUp(servers)
      const ending = new Ending()
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      const end = (says: string, cause?: unknown) => {
        const fault = unavailable(says, cause)
        ending.end(fault)
        reject(fault)
      }
      const giveUp = () => end(`${name} was given up`, signal.reason)
      const late = () => end(`${name} did not answer within ${deadlineSeconds} s`)
      const timer = setTimeout(late, deadlineSeconds * 1000)
      signal.addEventListener('abort', giveUp, { once: true })
      if (signal.aborted) giveUp()
      turns.execute(() => inTurn(work, ending)).then(resolve, reject)
      try {
        return await promise
      } catch (error) {
        throw error instanceof BulkheadRejectedError ? unavailable(TOO_MANY(name)) : error
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', giveUp)
      }
    },

    stats: () => ({
      inUse: pool.connectionsMax - turns.executionSlots,
      waiting: pool.waitingMax - turns.queueSlots,
      servers: servers.map(({ label, isUp, idle, certificateValidUntil: until }) => ({
        ...{ label, isUp, idle },
        certificateDaysLeft:
          until === null ? null : Math.floor((until - deps.clock.now()) / DAY_MS),
      })),
    }),

    async [Symbol.asyncDispose]() {
      isClosed = true
      for (const server of servers) server.close()
    },
  }

  /**
   * In the order of the settings, each time anew: so the first is asked again as soon as it is back, also by whoever passed
   * it over while it was away. None is asked twice.
   */
  async function inTurn<T>(work: (wire: Wire) => Promise<T>, ending: Ending): Promise<T> {
    const tried: Server[] = []
    for (;;) {
      // Also of whoever has waited for a turn until it was over.
      if (ending.reason !== undefined) throw ending.reason
      const server = servers.find((one) => one.isUp && !tried.includes(one))
      if (server === undefined) throw noneIsUp(servers)
      tried.push(server)
      try {
        return await server.use(work, ending)
      } catch (error) {
        if (error instanceof BrokenCircuitError) continue
        if (!(error instanceof Trouble) || error.blame === 'answer') throw ending.reason ?? error
      }
    }
  }
}

/** One sentence for each. */
function noneIsUp(servers: readonly Server[]): Fault {
  const all = servers.map(({ label, trouble }) => trouble?.message ?? `${label} is not asked now`)
  return unavailable([...new Set(all)].join('; '), servers[0]?.trouble)
}

const unavailable = (says: string, cause?: unknown) =>
  new Fault('directory.unavailable', says, cause === undefined ? undefined : { cause })

const TOO_MANY = (name: string) =>
  `too many wait for ${name}: more than directories.${name}.pool.waitingMax`
