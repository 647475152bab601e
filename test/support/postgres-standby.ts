import { openPlace } from './part.ts'
import type { Cluster } from './postgres.ts'
import { binary, createServer, POSTGRES_USER, type Server } from './postgres-server.ts'

/** A copy that follows a primary, and whose word each commit of the primary waits for. */
export type Standby = Omit<Server, 'close'> &
  AsyncDisposable & {
    /** It is the primary from here on, and waits for nobody. */
    promote(): Promise<void>
  }

const NAME = 'standby'

/** @param settings laid over those of a server in service. */
export async function startStandby(
  primary: Pick<Cluster, 'host' | 'port' | 'superuser' | 'query' | 'address'>,
  settings: Readonly<Record<string, string | number>> = {},
): Promise<Standby> {
  await using opening = new AsyncDisposableStack()
  const place = opening.use(openPlace('standby', POSTGRES_USER))
  const { host, port, superuser } = primary
  const from = ['-h', host, '-p', `${port}`, '-U', superuser.user]
  const how = ['--write-recovery-conf', '--wal-method=stream', '--checkpoint=fast', '--no-sync']
  place.run(binary('pg_basebackup'), [...from, '-D', place.at('data'), ...how], {
    PGPASSWORD: superuser.password,
  })
  const server = await createServer(place, superuser, {
    ...{ max_connections: 200, max_wal_senders: 10, timezone: 'UTC', cluster_name: NAME },
    // What was copied may hold the primary's.
    ...{ synchronous_standby_names: '', ...tlsOf(primary.address), ...settings },
  })
  opening.defer(() => server.close())
  await server.start()

  await primary.query(`ALTER SYSTEM SET synchronous_standby_names = '${NAME}'`)
  await primary.query('SELECT pg_reload_conf()')
  while ((await primary.query(FOLLOWING)).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 25))

  const opened = opening.move()
  return {
    ...server,
    async promote() {
      await server.query('SELECT pg_promote(true, 60)')
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

const FOLLOWING = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"

/** Its certificate was copied with everything else. */
const tlsOf = ({ tls }: Cluster['address']) =>
  tls === null ? {} : { ssl: 'on', ssl_cert_file: 'server.pem', ssl_key_file: 'server.key' }
