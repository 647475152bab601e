import { type Authority, createAuthority } from './certificates.ts'
import { openPlace, type Place } from './part.ts'
import {
  type Address,
  createDatabase,
  createTemplate,
  type TestDatabase,
} from './postgres-database.ts'
import {
  askAt,
  binary,
  createServer,
  POSTGRES_USER,
  type Server,
  type Superuser,
} from './postgres-server.ts'

/** Where databases of one's own can be had. */
export type Databases = AsyncDisposable & {
  readonly address: Address
  /** Migrated; or `empty`, with nothing in it. */
  database(from?: 'template' | 'empty'): Promise<TestDatabase>
}

/** A real PostgreSQL of its own: Debian's binaries, a free port on loopback, a folder that goes with it. */
export type Cluster = Databases &
  Omit<Server, 'close'> & {
    readonly folder: string
    /** Whom its certificate is of, where it speaks TLS. */
    readonly authority: Authority | undefined
    /** From now on it shows this certificate. */
    certify(certificate: ReturnType<Authority['issue']>): Promise<void>
  }

export type ClusterOptions = {
  /** Keeps what it acknowledged, as one in service does. Else it is fast and forgets when it is killed. */
  readonly durable?: boolean
  /** The names in its certificate; then it speaks TLS alone. */
  readonly tls?: readonly string[]
  /** Laid over what is set otherwise. */
  readonly settings?: Readonly<Record<string, string | number>>
}

/** Where the cluster of a whole run is, for the processes of the run. */
export const SHARED = 'SALLYPORT_TEST_POSTGRES'

const SUPERUSER: Superuser = { user: 'postgres', password: 'superuser-secret' }

const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' }
const COMMON = {
  ...{ max_connections: 200, shared_buffers: '128MB', max_wal_size: '4GB' },
  ...{ checkpoint_timeout: '1h', wal_level: 'replica', max_wal_senders: 10 },
  // Whose line of the log it is.
  ...{ timezone: 'UTC', log_line_prefix: '%m [%p] %d ' },
}
const OVER_TLS = { ssl: 'on', ssl_cert_file: 'server.pem', ssl_key_file: 'server.key' }

let ofThisProcess: Promise<Databases> | undefined

/**
 * Databases of the run's own cluster, else of one that lives as long as this process. It serves all tests at once: whoever
 * stops it, or changes a role, starts one of their own.
 */
export function sharedPostgres(): Promise<Databases> {
  ofThisProcess ??= openShared()
  return ofThisProcess
}

async function openShared(): Promise<Databases> {
  const port = Number(process.env[SHARED])
  if (!(port > 0)) return startPostgres()
  const asking = askAt(port, SUPERUSER)
  const address = { hosts: [{ host: '127.0.0.1', port }], tls: null }
  return {
    address,
    database: (from) => createDatabase(asking, address, from),
    [Symbol.asyncDispose]: () => asking.close(),
  }
}

export async function startPostgres(options: ClusterOptions = {}): Promise<Cluster> {
  const { durable = false, tls, settings = {} } = options
  await using opening = new AsyncDisposableStack()
  const place = opening.use(openPlace('postgres', POSTGRES_USER))
  const authority = tls === undefined ? undefined : opening.use(createAuthority())
  initialise(place, authority === undefined ? 'host' : 'hostssl')
  if (authority !== undefined) write(place, authority, authority.issue(...(tls ?? [])))
  const server = await createServer(place, SUPERUSER, {
    ...{ ...COMMON, ...(durable ? DURABLE : FAST), ...(authority && OVER_TLS), ...settings },
  })
  opening.defer(() => server.close())
  await server.start()

  const { host, port } = server
  const trusted = authority && { ca: authority.ca, certificate: null, serverName: null }
  const address: Address = { hosts: [{ host, port }], tls: trusted ?? null }
  await createTemplate(server, address)

  const opened = opening.move()
  return {
    ...server,
    ...{ folder: place.folder, address, authority },
    database: (from) => createDatabase(server, address, from),
    async certify(certificate) {
      write(place, authority, certificate)
      await server.query('SELECT pg_reload_conf()')
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** Everybody has to show a password, and nobody is let in by who they are on this machine. */
function initialise(place: Place, connections: 'host' | 'hostssl'): void {
  const password = place.write('superuser', SUPERUSER.password)
  place.run(binary('initdb'), [
    ...['-D', place.at('data'), '-U', SUPERUSER.user, `--pwfile=${password}`],
    ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
  ])
  place.write(
    'data/pg_hba.conf',
    `${connections} all all 127.0.0.1/32 scram-sha-256
${connections} replication all 127.0.0.1/32 scram-sha-256
`,
  )
}

function write(
  place: Place,
  authority: Authority | undefined,
  { cert, key }: ReturnType<Authority['issue']>,
): void {
  place.write('data/ca.pem', authority?.ca ?? '')
  place.write('data/server.pem', cert)
  place.write('data/server.key', key)
}
