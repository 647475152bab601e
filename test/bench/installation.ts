import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { CLIENT, importFile, publicKeySet, REDIRECT_URI } from '../support/load.ts'
import type { TestDatabase } from '../support/postgres-database.ts'

const LAUNCH = join(import.meta.dirname, '../../src/launch.js')
const READY_MS_MAX = 30_000
const POLL_MS = 5
const APP_ALONE: readonly string[] = ['totp']

/** A folder with a configuration, a field key, a client's keys and a database: a real one, as an operator would make it. */
export type Installation = {
  readonly folder: string
  readonly config: string
  /** Of SQLite. */
  readonly database: string
  /** Where everything is kept instead, if it is. */
  readonly postgres: TestDatabase | null
  /** Whoever is not of our own people is one of these. */
  readonly directories: readonly DirectorySettings[]
  readonly issuer: string
  /** Where this process of it listens: the issuer itself, or behind it. */
  readonly origin: string
  readonly management: string
  readonly privateKeyPem: string
  readonly publicKeyFile: string
}

/** As in the configuration, where a file is named by its path. */
export type DirectorySettings = { readonly name: string } & Readonly<Record<string, unknown>>

export type Running = {
  readonly pid: number
  readonly readyMs: number
  readonly child: ChildProcess
  /** What it said on standard error, for whoever wonders why it went. */
  complaints(): string
  stop(): Promise<void>
}

export async function createInstallation(
  folder: string,
  postgres: Installation['postgres'] = null,
  directories: Installation['directories'] = [],
): Promise<Installation> {
  mkdirSync(folder, { recursive: true })
  const [port, management] = await freePorts(2)
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const origin = `http://127.0.0.1:${port}`
  const made: Installation = {
    ...{ folder, privateKeyPem, postgres, directories, issuer: origin, origin },
    publicKeyFile: join(folder, 'client-keys.json'),
    config: join(folder, 'sallyport.yaml'),
    database: join(folder, 'sallyport.db'),
    management: `http://127.0.0.1:${management}`,
  }
  const keys = publicKeySet(publicKey.export({ format: 'jwk' }))
  writeFileSync(made.publicKeyFile, JSON.stringify(keys))
  writeFileSync(join(folder, 'field-key'), command('secrets', 'new'), { mode: 0o600 })
  const password = postgres?.settings.password?.() ?? ''
  writeFileSync(join(folder, 'store-password'), password, { mode: 0o600 })
  configure(made)
  return made
}

/** What a process is told besides where everything is. */
type Settings = {
  /** Lines of the configuration. */
  readonly more?: string
  readonly factors?: readonly string[]
  /** Who sends people, where it is not the load itself. */
  readonly client?: ClientSettings
}

/** As in the configuration. */
export type ClientSettings = {
  readonly id: string
  readonly auth: object
  readonly redirectUris: readonly string[]
  readonly subject: object
}

/** Another process of the same installation. */
export async function createReplica(
  of: Installation,
  settings: Settings = {},
): Promise<Installation> {
  const [port, management] = await freePorts(2)
  const made: Installation = {
    ...of,
    config: join(of.folder, `sallyport-${port}.yaml`),
    origin: `http://127.0.0.1:${port}`,
    management: `http://127.0.0.1:${management}`,
  }
  configure(made, settings)
  return made
}

export function configure(
  { config, issuer, origin, management, ...kept }: Installation,
  { more = '', factors = APP_ALONE, client }: Settings = {},
): void {
  const portOf = (url: string) => new URL(url).port
  const directories = [{ name: 'local', type: 'local' }, ...kept.directories]
  const load: ClientSettings = {
    id: CLIENT,
    auth: { method: 'private_key_jwt', jwksFile: 'client-keys.json' },
    redirectUris: [REDIRECT_URI],
    subject: { from: 'par', directories: directories.map(({ name }) => name) },
  }
  writeFileSync(
    config,
    `issuer: ${issuer}
listen: { host: 127.0.0.1, port: ${portOf(origin)} }
management: { host: 127.0.0.1, port: ${portOf(management)} }
store: ${storeOf(kept.postgres)}
directories: ${JSON.stringify(directories)}
encryption: { keys: [{ id: bench, file: field-key }] }
clients: ${JSON.stringify([client ?? load])}
factors: [${factors}]
firstEnrolment: open
${more}`,
  )
}

function storeOf(postgres: TestDatabase | null): string {
  if (postgres === null) return '{ engine: sqlite, file: sallyport.db }'
  const { hosts, database, user } = postgres.settings
  const where = hosts.map(({ host, port }) => `${host}:${port}`)
  return `{ engine: postgres, hosts: [${where}], database: ${database}, user: ${user}, passwordFile: store-password }`
}

export function importPeople(
  { folder, config }: Installation,
  enrolled: readonly string[],
  bare: readonly string[] = [],
): void {
  const file = join(folder, 'people.csv')
  writeFileSync(file, importFile(enrolled, bare))
  command('user', 'import', file, '--partial', '--config', config)
}

/** Standard output; throws with what went wrong. */
export function command(...words: readonly string[]): string {
  const done = spawnSync(process.execPath, [LAUNCH, ...words], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (done.status === 0) return done.stdout
  throw new Error(`sallyport ${words.join(' ')}: ${done.stdout.slice(-500)} ${done.stderr}`)
}

export function serve(
  { config, management }: Installation,
  nodeOptions: readonly string[] = [],
): Promise<Running> {
  const words = [...nodeOptions, LAUNCH, 'serve', '--config', config]
  return start(words, `${management}/health/ready`)
}

/** A Node process, from its start until this address answers 200. */
export async function start(words: readonly string[], ready: string): Promise<Running> {
  const from = performance.now()
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] })
  let complained = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complained = `${complained}${chunk}`.slice(-10_000)
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  while ((await statusOf(ready)) !== 200) {
    const isLate = performance.now() - from > READY_MS_MAX
    if (isLate) child.kill('SIGKILL')
    if (isLate || child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${words.join(' ')} did not become ready: ${complained}`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  return {
    ...{ child, pid: child.pid ?? 0, readyMs: performance.now() - from },
    complaints: () => complained,
    async stop() {
      child.kill('SIGTERM')
      await gone
    },
  }
}

function statusOf(url: string): Promise<number> {
  return new Promise((resolve) => {
    get(url, { agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    }).on('error', () => resolve(0))
  })
}

/** Held all at once, so that none is handed out twice. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
