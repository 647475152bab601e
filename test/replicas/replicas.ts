import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { command, freePorts, type Running, start } from '../bench/installation.ts'
import { startBalancer } from '../support/balancer.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import {
  CLIENT,
  createProvider,
  type Provider,
  publicKeySet,
  REDIRECT_URI,
} from '../support/load.ts'
import { type Cluster, startPostgres } from '../support/postgres.ts'
import { type Standby, startStandby } from '../support/postgres-standby.ts'
import { createRelyingParty, type RelyingParty } from '../support/relying-party.ts'

const LAUNCH = join(import.meta.dirname, '../../src/launch.js')

/** One `sallyport serve` of its own, reached past the balancer. */
export type Replica = {
  readonly url: string
  readonly management: string
  readonly config: string
  start(): Promise<void>
  /** `kill -9`. */
  kill(): Promise<void>
  /** As whoever runs it would: ends what is under way first. */
  stop(): Promise<void>
  /** Last of what it said on standard error. */
  complaints(): string
}

export type Replicas = AsyncDisposable & {
  /** The balancer: each request goes to the next replica, whoever asks. */
  readonly issuer: string
  readonly replicas: readonly Replica[]
  /** The client of the configuration. It sends everything to the balancer, or to where `reach` says from then on. */
  readonly party: RelyingParty
  /** The same client with another key and less work. */
  readonly provider: Provider
  reach(url: string): void
  readonly primary: Cluster
  readonly standby: Standby | undefined
  /** Between the replicas and the primary. */
  readonly proxy: FaultProxy
  /** As the superuser, at whoever takes writes. */
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  /** Kills the primary, as if its machine were gone; after a while the standby takes its place. */
  failOver(whileNobodyIs?: () => Promise<unknown>): Promise<void>
  /** Standard output of the command line, beside the replicas. */
  sallyport(...words: readonly string[]): Promise<string>
}

export type ReplicasOptions = {
  readonly count?: number
  /** A standby that every commit waits for, as the operator's guide has it. */
  readonly standby?: true
  /** Laid over the configuration of all of them. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** The people, as `sallyport user import` takes them. */
  readonly people?: string
  /** What the process of the n-th is started with besides. */
  readonly nodeOptions?: (n: number) => readonly string[]
}

/** Real processes on a real PostgreSQL that keeps what it acknowledged, behind a real balancer without stickiness. */
export async function openReplicas(options: ReplicasOptions = {}): Promise<Replicas> {
  const { count = 2, settings = {}, people, nodeOptions = () => [] } = options
  await using opening = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-replicas-'))
  opening.defer(() => rmSync(folder, { recursive: true, force: true }))

  const primary = opening.use(await startPostgres({ durable: true }))
  // It goes with its cluster.
  const database = await primary.database()
  const proxy = opening.use(await startFaultProxy(primary))
  const standby = options.standby ? opening.use(await startStandby(primary)) : undefined
  let isFailedOver = false

  const [front = 0, ...free] = await freePorts(1 + 2 * count)
  const issuer = `http://localhost:${front}`
  let reached = issuer
  const party = await createRelyingParty({
    ...{ issuer: () => issuer, at: () => reached, now: Date.now },
    ...{ clientId: CLIENT, redirectUri: REDIRECT_URI },
  })
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const { keys } = publicKeySet(publicKey.export({ format: 'jwk' }))
  const at = (name: string) => join(folder, name)
  writeFileSync(at('client-keys.json'), JSON.stringify({ keys: [...party.jwks.keys, ...keys] }))
  writeFileSync(at('field-key'), command('secrets', 'new'), { mode: 0o600 })
  const { user, password } = database.settings
  writeFileSync(at('password'), password?.() ?? '', { mode: 0o600 })
  const hosts = [proxy, ...(standby === undefined ? [] : [standby])]
  const store = {
    ...{ engine: 'postgres', hosts: hosts.map(({ host, port }) => `${host}:${port}`) },
    ...{ database: database.name, user, passwordFile: 'password' },
  }
  const common = {
    ...{ issuer, store, encryption: { keys: [{ id: 'replicas', file: 'field-key' }] } },
    ...{ logLevel: 'error', factors: ['totp'], firstEnrolment: 'open', sendAtOnce: true },
    clients: [
      {
        ...{ id: CLIENT, redirectUris: [REDIRECT_URI], subject: { from: 'par' } },
        auth: { method: 'private_key_jwt', jwksFile: 'client-keys.json' },
      },
    ],
    ...settings,
  }

  const replicas = Array.from({ length: count }, (_, n) => {
    const [port, management] = [free[2 * n] ?? 0, free[2 * n + 1] ?? 0]
    const config = at(`replica${n}.yaml`)
    const own = {
      listen: { host: '127.0.0.1', port, drainSeconds: 0 },
      management: { host: '127.0.0.1', port: management },
    }
    writeFileSync(config, JSON.stringify({ ...common, ...own }))
    return { port, management, replica: createReplica(config, port, management, nodeOptions(n)) }
  })
  const [{ replica: first } = { replica: undefined }] = replicas
  if (first === undefined) throw new Error('there is one replica at least')
  // The proxy is in this process, which therefore must not wait for another one with folded hands.
  const sallyport = async (...words: readonly string[]) => {
    const all = [LAUNCH, ...words, '--config', first.config]
    const { stdout } = await promisify(execFile)(process.execPath, all, { maxBuffer: 1 << 28 })
    return stdout
  }
  if (people !== undefined) {
    writeFileSync(at('people.csv'), people)
    await sallyport('user', 'import', at('people.csv'))
  }

  for (const { replica } of replicas) opening.defer(replica.kill)
  await Promise.all(replicas.map(({ replica }) => replica.start()))
  // Whether they are ready they say themselves, so that what is asked while there is no primary is asked of them.
  const ports = replicas.map(({ port }) => ({ port }))
  opening.use(await startBalancer(ports, front))

  const opened = opening.move()
  const shared = { primary, standby, proxy, issuer, party, provider: createProvider(issuer, pem) }
  return {
    ...{ ...shared, replicas: replicas.map(({ replica }) => replica) },
    reach(url) {
      reached = url
    },
    query: (sql, values) =>
      (isFailedOver && standby !== undefined ? standby : primary).query(sql, values, database.name),
    async failOver(whileNobodyIs = async () => {}) {
      if (standby === undefined) throw new Error('there is no standby')
      await primary.kill()
      await whileNobodyIs()
      await standby.promote()
      isFailedOver = true
    },
    sallyport,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

function createReplica(
  config: string,
  port: number,
  managementPort: number,
  nodeOptions: readonly string[],
): Replica {
  const management = `http://127.0.0.1:${managementPort}`
  let running: Running | undefined
  return {
    ...{ url: `http://localhost:${port}`, management, config },
    async start() {
      const words = [...nodeOptions, LAUNCH, 'serve', '--config', config]
      running = await start(words, `${management}/health/ready`)
    },
    async kill() {
      if (running === undefined) return
      const { child } = running
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
    stop: async () => running?.stop(),
    complaints: () => running?.complaints() ?? '',
  }
}
