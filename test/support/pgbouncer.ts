import { accepts, freePort, openPlace, untilReady } from './part.ts'
import { type Address, OWNER, SERVING } from './postgres-database.ts'
import { POSTGRES_USER } from './postgres-server.ts'

/** A pooler in transaction mode: whoever commits gives the connection back, and keeps nothing on it. */
export type PgBouncer = AsyncDisposable & {
  readonly port: number
  /** To be laid over the settings of a database behind it. */
  readonly address: Address
  /** As its whole process would be gone, connections and all. */
  kill(): Promise<void>
  start(): Promise<void>
}

/** @param settings of its section `[pgbouncer]`, laid over those below. */
export async function startPgBouncer(
  { host, port: behind }: { readonly host: string; readonly port: number },
  settings: Readonly<Record<string, string | number>> = {},
): Promise<PgBouncer> {
  await using opening = new AsyncDisposableStack()
  const place = opening.use(openPlace('pgbouncer', POSTGRES_USER))
  const port = await freePort()
  const users = [OWNER, SERVING].map(({ user, password }) => `"${user}" "${password}"\n`)
  const given = {
    ...{
      listen_addr: '127.0.0.1',
      listen_port: port,
      unix_socket_dir: '',
      pool_mode: 'transaction',
    },
    ...{ auth_type: 'scram-sha-256', auth_file: place.write('users', users.join('')) },
    ...{ max_client_conn: 500, default_pool_size: 20, ...settings },
  }
  const lines = Object.entries(given).map(([name, value]) => `${name} = ${value}\n`)
  const config = place.write(
    'pgbouncer.ini',
    `[databases]\n* = host=${host} port=${behind}\n[pgbouncer]\n${lines.join('')}`,
  )
  let part = await start()

  async function start() {
    const started = place.start('pgbouncer', 'pgbouncer', [config])
    await untilReady(started, () => accepts(port))
    return started
  }

  const opened = opening.move()
  return {
    port,
    address: { hosts: [{ host: '127.0.0.1', port }], tls: null },
    kill: () => part.end('SIGKILL'),
    async start() {
      part = await start()
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
