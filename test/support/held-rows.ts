import assert from 'node:assert/strict'
import { Client } from 'pg'
import type { TestDatabase } from './postgres-database.ts'

/** As another replica in the middle of something. */
export async function holdRow(database: TestDatabase, rows: string, value: string) {
  const client = await openTransaction(database)
  const { rowCount } = await client.query(`SELECT 1 FROM ${rows} FOR UPDATE`, [value])
  assert.equal(rowCount, 1)
  return { [Symbol.asyncDispose]: () => client.end() }
}

/** On a connection of its own, with whose end it is undone unless it was committed. */
export async function openTransaction({ settings }: TestDatabase): Promise<Client> {
  const [{ host, port } = { host: '', port: 0 }] = settings.hosts
  const { user, database, password } = settings
  const client = new Client({ host, port, user, database, password: password?.() ?? '' })
  await client.connect()
  await client.query('BEGIN')
  return client
}

export async function untilWaiting(database: TestDatabase, count: number): Promise<void> {
  const waiting = `SELECT count(DISTINCT pid)::integer AS n FROM pg_locks JOIN pg_stat_activity
    USING (pid) WHERE NOT granted AND datname = $1`
  for (let look = 0; look < 400; look++) {
    const [found] = await database.query<{ n: number }>(waiting, [database.name])
    if ((found?.n ?? 0) >= count) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  assert.fail(`${count} were to wait for a lock`)
}
