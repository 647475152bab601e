import { globSync } from 'node:fs'
import { Pool } from 'pg'
import { childrenOf, endIfThere, freePort, type Part, type Place, untilReady } from './part.ts'

export type Superuser = { readonly user: string; readonly password: string }

/** What a test asks of a server behind everybody's back: as the superuser, in its own database or in this one. */
export type Asking = {
  query<Row = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
    database?: string,
  ): Promise<Row[]>
  /** How many rows it changed. */
  change(sql: string, values?: readonly unknown[], database?: string): Promise<number>
}

/** One postmaster over a data folder, which may be stopped, killed and started again at the same port. */
export type Server = Asking & {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly superuser: Superuser
  start(): Promise<void>
  /** `fast` ends what is under way, `immediate` leaves it to recovery. */
  stop(how?: 'fast' | 'immediate'): Promise<void>
  restart(): Promise<void>
  /** As if the machine had lost its power, but for what the system had in its own memory. */
  kill(): Promise<void>
  /** What it wrote into its log. */
  said(): string
  close(): Promise<void>
}

/** Whom Debian made for it: the server refuses to be root. */
export const POSTGRES_USER = 'postgres'

/** Debian keeps them off the path, a folder for each release. */
export function findBinaries(): string | undefined {
  const release = (path: string) => Number(path.split('/').at(-2))
  return globSync('/usr/lib/postgresql/*/bin').sort((a, b) => release(b) - release(a))[0]
}

export function binary(name: string): string {
  const folder = findBinaries()
  if (folder === undefined) throw new Error('PostgreSQL is not here (Debian: postgresql)')
  return `${folder}/${name}`
}

export async function createServer(
  place: Place,
  superuser: Superuser,
  settings: Readonly<Record<string, string | number>>,
): Promise<Server> {
  const port = await freePort()
  const asking = askAt(port, superuser, settings['ssl'] === 'on')
  let part: Part | undefined

  const server: Server = {
    ...({ host: '127.0.0.1', port, superuser } as const),
    ...{ query: asking.query, change: asking.change },
    async start() {
      const given = { ...settings, port, listen_addresses: '127.0.0.1' }
      const args = Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`])
      const data = ['-D', place.at('data'), '-k', place.folder]
      part = place.start('postgres', binary('postgres'), [...data, ...args])
      await untilReady(part, () =>
        server.query('SELECT 1').then(
          () => true,
          () => false,
        ),
      )
    },
    stop: async (how = 'fast') => part?.end(how === 'fast' ? 'SIGINT' : 'SIGQUIT'),
    async restart() {
      await server.stop()
      await server.start()
    },
    async kill() {
      if (part === undefined || !part.isAlive()) return
      // So that it starts nobody else meanwhile.
      part.signal('SIGSTOP')
      for (const pid of childrenOf(part.pid)) endIfThere(pid)
      await part.end('SIGKILL')
    },
    said: () => part?.said() ?? '',
    async close() {
      await asking.close()
      await server.stop('immediate')
    },
  }
  return server
}

export function askAt(
  port: number,
  superuser: Superuser,
  isTls = false,
): Asking & { close(): Promise<void> } {
  const pools = new Map<string, Pool>()
  const poolOf = (database: string): Pool => {
    const known = pools.get(database)
    if (known !== undefined) return known
    const pool = new Pool({
      ...{ host: '127.0.0.1', port, database, ...superuser, max: 4, allowExitOnIdle: true },
      // A test's own look is at what is there, whatever a certificate says.
      ...(isTls && { ssl: { rejectUnauthorized: false } }),
    })
    // A server that is killed takes its idle connections along; the next query opens another.
    pool.on('error', () => {})
    pools.set(database, pool)
    return pool
  }
  return {
    async query(sql, values = [], database = superuser.user) {
      const { rows } = await poolOf(database).query(sql, [...values])
      return rows
    },
    async change(sql, values = [], database = superuser.user) {
      const { rowCount } = await poolOf(database).query(sql, [...values])
      return rowCount ?? 0
    },
    async close() {
      const all = [...pools.values()]
      pools.clear()
      await Promise.all(all.map((pool) => pool.end()))
    },
  }
}
