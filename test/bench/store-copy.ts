/**
 * `npm run bench:copy -- 100000`: so many people with OTP apps are imported into an installation on SQLite, which then
 * moves to PostgreSQL and back. Says how many rows of each table there were and how long each way took; what `user list` and
 * `audit export` print has to be the same in all three.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { usernameOf } from '../support/load.ts'
import { startPostgres } from '../support/postgres.ts'
import { OWNER, SERVING } from '../support/postgres-database.ts'
import { command, createInstallation, importPeople, serve } from './installation.ts'

const people = Number(process.argv[2] ?? 100_000)
const folder = mkdtempSync(join(tmpdir(), 'sallyport-store-copy-'))
await using made = new AsyncDisposableStack()
made.defer(() => rmSync(folder, { recursive: true }))
const cluster = made.use(await startPostgres({ durable: true }))
const database = made.use(await cluster.database())
const installation = await createInstallation(folder)

const sqlite = installation.config
const written = readFileSync(sqlite, 'utf8')
writeFileSync(join(folder, 'password'), SERVING.password)
writeFileSync(join(folder, 'owner-password'), OWNER.password)
const { port } = cluster
const postgres = configured(
  'postgres',
  `{ engine: postgres, hosts: ['127.0.0.1:${port}'], database: ${database.name}, user: ${SERVING.user}, passwordFile: password }`,
)
const back = configured('back', '{ engine: sqlite, file: back.db }')

const imported = secondsOf(() =>
  importPeople(
    installation,
    Array.from({ length: people }, (_, n) => usernameOf('p', n)),
  ),
)
console.log(`imported ${people} people with OTP apps: ${imported} s`)
await untilSealed()
const before = shown(sqlite)

const owner = ['--user', OWNER.user, '--password-file', join(folder, 'owner-password')]
let counts = ''
const there = secondsOf(() => {
  counts = command('store', 'copy', '--from', sqlite, '--to', postgres, ...owner)
})
console.log(`${counts}to PostgreSQL: ${there} s`)
assert.equal(shown(postgres), before)
const home = secondsOf(() => {
  assert.equal(command('store', 'copy', '--from', postgres, '--to', back), counts)
})
console.log(`and back: ${home} s`)
assert.equal(shown(back), before)
console.log('user list and audit export print the same in all three')

/** The sealer takes some thousand events a second; half of them wait for it when it is stopped. */
async function untilSealed(): Promise<void> {
  const running = await serve(installation)
  for (;;) {
    const [, links = '0', rest = '0'] =
      /(\d+) links checked, (\d+) events/.exec(command('audit', 'verify', '--config', sqlite)) ?? []
    if (Number(links) >= Number(rest)) break
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  await running.stop()
}

function shown(config: string): string {
  const digest = createHash('sha256')
  for (const words of [
    ['user', 'list', '--json'],
    ['audit', 'export'],
  ])
    digest.update(command(...words, '--config', config))
  return digest.digest('hex')
}

function configured(name: string, store: string): string {
  const file = join(folder, `${name}.yaml`)
  writeFileSync(file, written.replace(/^store: .*$/m, `store: ${store}`))
  return file
}

function secondsOf(act: () => void): string {
  const from = performance.now()
  act()
  return ((performance.now() - from) / 1000).toFixed(1)
}
