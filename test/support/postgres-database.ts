import { Client } from 'pg'
import { migratePostgres } from '../../src/store/postgres/index.ts'
import type { PostgresSettings } from '../../src/store/postgres/settings.ts'
import type { Asking } from './postgres-server.ts'
import { setUpSql } from './postgres-setup.ts'
import { createFakeClock, createSeededRandom } from './world.ts'

/** Where a server listens, and how it is spoken to. */
export type Address = Pick<PostgresSettings, 'hosts' | 'tls'>

/** A fresh one, with this release's schema. It goes when it is disposed of, whoever is connected. */
export type TestDatabase = AsyncDisposable & {
  readonly name: string
  /** As the role that serves, which may read and write rows and nothing else. */
  readonly settings: PostgresSettings
  /** As the role that owns the tables and migrates them. */
  readonly owner: PostgresSettings
  /** As the superuser. */
  query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  /** As the superuser. How many rows it changed. */
  change(sql: string, values?: readonly unknown[]): Promise<number>
}

export const OWNER = { user: 'sallyport_owner', password: 'owner-secret' }
export const SERVING = { user: 'sallyport', password: 'serving-secret' }
const TEMPLATE = 'sallyport_template'

let made = 0

/** The roles, and the database that all others are copies of, as operators are told to make them. Once for each cluster. */
export async function createTemplate(server: Asking, address: Address): Promise<void> {
  const given = { owner: OWNER.password, serving: SERVING.password, database: TEMPLATE }
  await server.query(setUpSql('roles', given))
  await server.query(setUpSql('create', given))
  const settings = settingsOf(address, TEMPLATE, OWNER)
  await once(settings, setUpSql('database', given))
  const [clock, random] = [createFakeClock(), createSeededRandom('template')]
  const stopwatch = { seconds: () => performance.now() / 1000 }
  await migratePostgres(settings, { clock, random, stopwatch })
  await once(settings, setUpSql('grants', given))
}

/** On a connection that is gone afterwards: nobody may be in a database that is copied. */
async function once(settings: PostgresSettings, sql: string): Promise<void> {
  const { hosts, database, user, password, tls } = settings
  const [{ host, port } = { host: '', port: 0 }] = hosts
  const ssl = tls === null ? false : { ...(tls.ca !== null && { ca: tls.ca }) }
  const client = new Client({ host, port, database, user, password: password ?? undefined, ssl })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

/** @param from `empty`: no table yet, and nobody may do anything but its owner. */
export async function createDatabase(
  server: Asking,
  address: Address,
  from: 'template' | 'empty' = 'template',
): Promise<TestDatabase> {
  const name = `test_${process.pid}_${++made}`
  const template = from === 'template' ? TEMPLATE : 'template0'
  // Where nothing waits for the disk, copying files is a third of the work.
  await server.query(
    `CREATE DATABASE ${name} TEMPLATE ${template} OWNER ${OWNER.user} STRATEGY FILE_COPY`,
  )
  return {
    name,
    settings: settingsOf(address, name, SERVING),
    owner: settingsOf(address, name, OWNER),
    query: (sql, values) => server.query(sql, values, name),
    change: (sql, values) => server.change(sql, values, name),
    async [Symbol.asyncDispose]() {
      await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

export function settingsOf(
  { hosts, tls }: Address,
  database: string,
  { user, password }: { readonly user: string; readonly password: string },
): PostgresSettings {
  return {
    ...{ hosts, tls, database, user, password: () => password },
    pool: { connectionsMax: 10, waitingMax: 200 },
    ...{ connectSeconds: 3, statementSeconds: 3, lockSeconds: 2, deadlineSeconds: 5 },
    prepared: true,
  }
}
