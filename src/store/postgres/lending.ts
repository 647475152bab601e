import { Pool, type PoolClient } from 'pg'
import { Fault, invariant, type Stopwatch } from '../../kernel/index.ts'
import { Connection } from './connection.ts'
import { OutOfTime, withoutValues } from './faults.ts'
import { createHosts } from './hosts.ts'
import { type Deadline, within } from './pace.ts'
import type { PostgresSettings } from './settings.ts'

/** Connections that are kept, lent to one at a time. */
export type Lending = AsyncDisposable & {
  readonly hosts: number
  /** Those that somebody has. */
  readonly lent: number
  readonly idle: number
  /** Whether any connection stands, whoever has it. */
  readonly isConnected: boolean
  /** Throws `NoConnection` when the one attempt that it makes fails, `OutOfTime` when it has not ended at the deadline. */
  lend(deadline: Deadline): Promise<Lent>
}

export type Lent = {
  readonly connection: Connection
  /** `unsound`: nobody will have it again. */
  giveBack(how: 'sound' | 'unsound'): void
}

/** So that servers which were added, and certificates and roles that were changed, come to be used. */
const LIFETIME_SECONDS = 30 * 60
const GOODBYE_SECONDS = 1

export function createLending(
  settings: PostgresSettings,
  deps: { readonly stopwatch: Stopwatch; readonly onFault: (why: unknown) => void },
): Lending {
  const hosts = createHosts(settings.hosts)
  const open = new Set<Connection>()
  let lent = 0
  const pool = new Pool({
    // One more than take turns: for who asks beside them.
    max: settings.pool.connectionsMax + 1,
    // Kept: whoever comes after a pause would wait for a new one, and after an outage all would at once.
    idleTimeoutMillis: 0,
    maxLifetimeSeconds: LIFETIME_SECONDS,
    Client: class extends Connection {
      constructor() {
        super(settings, hosts, deps.stopwatch)
        open.add(this)
        this.once('end', () => open.delete(this))
      }
    },
  })
  pool.on('error', (cause) => {
    const saying = 'a connection to the database that nobody used was lost'
    deps.onFault(new Fault('store.unavailable', saying, { cause: withoutValues(cause) }))
  })

  const lentOf = (client: PoolClient): Lent => {
    invariant(client instanceof Connection, 'the pool makes connections of ours')
    lent += 1
    return {
      connection: client,
      giveBack(how) {
        lent -= 1
        client.release(how === 'unsound')
        // The pool would wait for the other side's goodbye before it lets the next one connect.
        if (how === 'unsound') client.discard()
      },
    }
  }

  const connectWithin = (deadline: Deadline) =>
    within(pool.connect(), deadline.left(), {
      late: (late) => late.release(),
      error: () => new OutOfTime('no connection was had in time'),
    })

  return {
    hosts: hosts.count,
    get lent() {
      return lent
    },
    get idle() {
      return pool.idleCount
    },
    get isConnected() {
      return [...open].some((one) => one.isUp)
    },
    async lend(deadline) {
      for (;;) {
        // Nearly always there is one at hand, and nothing to be waited for.
        const isAtHand = pool.idleCount > pool.waitingCount
        const client = await (isAtHand ? pool.connect() : connectWithin(deadline))
        const one = lentOf(client)
        if (!one.connection.isDoubtful && !one.connection.isGone) return one
        one.giveBack('unsound')
      }
    },
    async [Symbol.asyncDispose]() {
      await pool.end()
      const goodbyes = Promise.all(
        [...open].map((one) => new Promise((end) => one.once('end', end))),
      )
      await within(goodbyes, GOODBYE_SECONDS, {
        late: () => {},
        error: () => new Error('no goodbye'),
      }).catch(() => {
        for (const connection of open) connection.discard()
      })
    },
  }
}
