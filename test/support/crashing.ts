import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { AuditEvent } from '../../src/audit/index.ts'
import {
  command,
  createInstallation,
  type Installation,
  type Running,
  serve,
} from '../bench/installation.ts'
import { CLIENT, REDIRECT_URI } from './load.ts'
import { createRelyingParty, type RelyingParty } from './relying-party.ts'

/** As if the time of whoever held one and died had run out. While a server runs, so that it is the server that recovers. */
export function endLeases(database: string): void {
  const db = new Database(database)
  try {
    db.prepare('DELETE FROM leases').run()
  } finally {
    db.close()
  }
}

/** A real installation whose server can be told at which commit to die, and is started again in the same place. */
export type Crashing = AsyncDisposable & {
  readonly installation: Installation
  readonly party: RelyingParty
  /** Another server, over whatever the last one left. It may seal at once. */
  restart(): Promise<void>
  /** `before 3 step-up`: see kill-at-commit.ts. */
  order(death: string): void
  /** Waits until the server has died of what was ordered. */
  died(): Promise<void>
  /** Whether it is still alive. */
  lives(): boolean
  stop(): Promise<void>
  /** What is in the file, while the server runs. */
  all<Row>(sql: string, ...given: readonly string[]): readonly Row[]
  eventsOf(username: string): readonly AuditEvent[]
}

/** @param settings the rest of the configuration, in YAML. */
export async function openCrashing(settings: string): Promise<Crashing> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-crashing-'))
  const installation = await createInstallation(folder)
  const { issuer, management, config, database } = installation
  const party = await createRelyingParty({
    ...{ issuer: () => issuer, now: Date.now, clientId: CLIENT, redirectUri: REDIRECT_URI },
  })
  writeFileSync(installation.publicKeyFile, JSON.stringify(party.jwks))
  writeFileSync(
    config,
    `issuer: ${issuer}
listen: { host: 127.0.0.1, port: ${new URL(issuer).port} }
management: { host: 127.0.0.1, port: ${new URL(management).port} }
store: { engine: sqlite, file: sallyport.db }
encryption: { keys: [{ id: crashing, file: field-key }] }
logLevel: error
clients:
  - id: ${CLIENT}
    auth: { method: private_key_jwt, jwksFile: client-keys.json }
    redirectUris: ['${REDIRECT_URI}']
    subject: { from: par }
${settings}
`,
  )
  command('check', '--config', config)
  const orders = join(folder, 'order')
  const killer = `${new URL('./kill-at-commit.ts', import.meta.url).pathname}?file=${orders}`
  let running: Running | undefined

  const crashing: Crashing = {
    installation,
    party,
    async restart() {
      await crashing.stop()
      // Meant for the one before.
      rmSync(orders, { force: true })
      running = await serve(installation, ['--import', killer])
      endLeases(database)
    },
    order: (death) => writeFileSync(orders, death),
    async died() {
      const child = running?.child
      assert.ok(child !== undefined)
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      assert.equal(child.signalCode, 'SIGKILL')
    },
    lives: () => running?.child.signalCode === null && running.child.exitCode === null,
    async stop() {
      await running?.stop()
      running = undefined
    },
    all<Row>(sql: string, ...given: readonly string[]) {
      const db = new Database(database, { readonly: true })
      try {
        return db.prepare<string[], Row>(sql).all(...given)
      } finally {
        db.close()
      }
    },
    eventsOf(username) {
      const rows = crashing.all<{ event: string }>(
        `SELECT event FROM audit_events WHERE json_extract(event, '$.account') =
          (SELECT account FROM people WHERE username = ?) ORDER BY position`,
        username,
      )
      return rows.map(({ event }) => JSON.parse(event))
    },
    async [Symbol.asyncDispose]() {
      await crashing.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return crashing
}
