import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { childrenOf } from '../support/part.ts'
import { type Cluster, startPostgres } from '../support/postgres.ts'
import { SERVING } from '../support/postgres-database.ts'
import { cpuSeconds, cpuSecondsOfEnded } from './statistics.ts'

/** What a server was asked in a while, by everybody who serves. */
export type Asked = { readonly calls: number; readonly walBytes: number }

/** A PostgreSQL that keeps what it acknowledged, and can be asked what it was asked. */
export type MeasuredCluster = Cluster & {
  readonly release: string
  /** User and system time of all its processes so far, those that have ended included. */
  cpuSeconds(): number
  /** Each call is a round trip: a statement goes out with its values, and nothing else is said until it is answered. */
  asked(during: () => Promise<unknown>): Promise<Asked>
}

const SETTINGS = {
  ...{ shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track': 'top' },
  // Of a machine that is for it: what is measured is not how pages come from the disk.
  shared_buffers: '1GB',
}

export async function startMeasuredCluster(): Promise<MeasuredCluster> {
  const cluster = await startPostgres({ durable: true, settings: SETTINGS })
  const { query, folder } = cluster
  await query('CREATE EXTENSION pg_stat_statements')
  const [about] = await query<{ release: string }>(
    "SELECT current_setting('server_version') AS release",
  )
  const postmaster = Number(
    readFileSync(join(folder, 'data/postmaster.pid'), 'utf8').split('\n')[0],
  )

  return {
    ...cluster,
    release: about?.release ?? '',
    cpuSeconds() {
      const all = [postmaster, ...childrenOf(postmaster)]
      return all.reduce((sum, pid) => sum + cpuSeconds(pid), cpuSecondsOfEnded(postmaster))
    },
    async asked(during) {
      await query('SELECT pg_stat_statements_reset()')
      const from = await wal()
      await during()
      const walBytes = (await wal()) - from
      const [counted] = await query<{ calls: number }>(
        `SELECT coalesce(sum(calls), 0)::float8 AS calls FROM pg_stat_statements
        JOIN pg_roles ON pg_roles.oid = userid WHERE rolname = $1`,
        [SERVING.user],
      )
      return { calls: counted?.calls ?? Number.NaN, walBytes }
    },
  }

  async function wal(): Promise<number> {
    const [at] = await query<{ bytes: number }>(
      "SELECT (pg_current_wal_lsn() - '0/0')::float8 AS bytes",
    )
    return at?.bytes ?? Number.NaN
  }
}
