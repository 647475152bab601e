import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePorts } from '../bench/installation.ts'

export const KEYCLOAK_VERSIONS = ['26.7.3', '26.5.6'] as const

/** Which of them a pass of the tests is about. */
export const KEYCLOAK_VERSION = 'SALLYPORT_TEST_KEYCLOAK_VERSION'
/** Where the one of a whole pass is, for its processes: `Shared` as JSON. */
export const SHARED_KEYCLOAK = 'SALLYPORT_TEST_KEYCLOAK'

/** A real Keycloak with our jar, on loopback. It serves any number of realms that come and go. */
export type Keycloak = AsyncDisposable & {
  readonly version: string
  readonly url: string
  /** Of the admin REST API; throws where it refuses. */
  admin(method: string, path: string, body?: unknown): Promise<unknown>
  /** Everything that it logged since it was opened here. */
  log(): string
}

/** One that nobody else uses. */
export type OwnKeycloak = Keycloak & {
  /** Ended and started again: what it had in memory is gone. */
  restart(): Promise<void>
  /** How others share it. */
  readonly shared: string
}

type Shared = { readonly version: string; readonly url: string; readonly logFile: string }

const PROJECT = join(import.meta.dirname, '../../keycloak')
const JAR = join(PROJECT, 'target/sallyport-keycloak.jar')
/** Outside the tree, so that a second run downloads and builds nothing. */
const CACHE =
  process.env['SALLYPORT_KEYCLOAK_CACHE'] ?? join(homedir(), '.cache', 'sallyport', 'keycloak')
const READY_MS_MAX = 180_000
const POLL_MS = 250
const LOOPBACK = '127.0.0.1'
const ADMIN = 'admin'

/** That of the whole pass where there is one, else one of our own. */
export async function openKeycloak(): Promise<Keycloak> {
  const there = process.env[SHARED_KEYCLOAK]
  if (there === undefined) return startKeycloak()
  const shared = JSON.parse(there) as Shared
  return { ...used(shared), [Symbol.asyncDispose]: async () => {} }
}

export async function startKeycloak(
  version: string = process.env[KEYCLOAK_VERSION] ?? KEYCLOAK_VERSIONS[0],
): Promise<OwnKeycloak> {
  await using opening = new AsyncDisposableStack()
  const home = mkdtempSync(join(tmpdir(), `sallyport-keycloak-${version}-`))
  opening.defer(() => rmSync(home, { recursive: true, force: true }))
  // A jar that looks newer than the build is not taken.
  cpSync(built(version, jar()), home, { recursive: true, preserveTimestamps: true })
  const [port = 0, management = 0] = await freePorts(2)
  const logFile = join(home, 'keycloak.log')
  const run = () => started({ home, logFile, port, management })
  let server = await run()
  opening.defer(() => ended(server))

  const shared: Shared = { version, url: `http://${LOOPBACK}:${port}`, logFile }
  const opened = opening.move()
  return {
    ...used(shared),
    shared: JSON.stringify(shared),
    async restart() {
      await ended(server)
      server = await run()
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

function used({ version, url, logFile }: Shared): Omit<Keycloak, typeof Symbol.asyncDispose> {
  const before = statSync(logFile).size
  return {
    ...{ version, url },
    admin: async (method, path, body) => call(url, method, path, body),
    log: () => readFileSync(logFile).subarray(before).toString('utf8'),
  }
}

/** As `mvn verify` makes it; made where it is not there. */
function jar(): string {
  if (!existsSync(JAR)) done('mvn', ['-q', '-B', 'package', '-DskipTests'], PROJECT)
  return JAR
}

/** A distribution with the jar in it, ready to start optimized. */
function built(version: string, from: string): string {
  const hash = createHash('sha256').update(readFileSync(from)).digest('hex').slice(0, 16)
  const home = join(CACHE, `${version}-${hash}`)
  if (existsSync(home)) return home
  const making = `${home}.${process.pid}`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(making, { recursive: true })
  done('unzip', ['-q', distribution(version), '-d', making])
  const unpacked = join(making, `keycloak-${version}`)
  cpSync(from, join(unpacked, 'providers', 'sallyport-keycloak.jar'))
  const switches = ['--db=dev-file', '--health-enabled=true', '--metrics-enabled=true']
  done(join(unpacked, 'bin/kc.sh'), ['build', ...switches])
  renameSync(unpacked, home)
  rmSync(making, { recursive: true, force: true })
  return home
}

function distribution(version: string): string {
  const zip = join(CACHE, `keycloak-quarkus-dist-${version}.zip`)
  const artifact = `org.keycloak:keycloak-quarkus-dist:${version}:zip`
  const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy'
  if (!existsSync(zip))
    done('mvn', ['-q', '-B', plugin, `-Dartifact=${artifact}`, `-DoutputDirectory=${CACHE}`])
  return zip
}

function done(command: string, line: readonly string[], cwd?: string): void {
  const ran = spawnSync(command, line, { encoding: 'utf8', ...(cwd === undefined ? {} : { cwd }) })
  if (ran.status === 0) return
  throw new Error(`${command} ${line.join(' ')}: ${ran.error ?? ran.stderr + ran.stdout}`)
}

type Where = {
  readonly home: string
  readonly logFile: string
  readonly port: number
  readonly management: number
}

/** It logs that it listens before its database is there: only the health of the management port says that it is ready. */
async function started({ home, logFile, port, management }: Where): Promise<ChildProcess> {
  const log = openSync(logFile, 'a')
  const child = spawn(
    join(home, 'bin/kc.sh'),
    [
      ...['start', '--optimized', '--http-enabled=true', '--hostname-strict=false'],
      ...[`--http-host=${LOOPBACK}`, `--http-port=${port}`],
      ...[`--http-management-host=${LOOPBACK}`, `--http-management-port=${management}`],
    ],
    {
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        KC_BOOTSTRAP_ADMIN_USERNAME: ADMIN,
        KC_BOOTSTRAP_ADMIN_PASSWORD: ADMIN,
      },
    },
  )
  closeSync(log)
  const until = Date.now() + READY_MS_MAX
  while (!(await isReady(`http://${LOOPBACK}:${management}/health/ready`))) {
    if (child.exitCode !== null || Date.now() > until) {
      await ended(child)
      throw new Error(`Keycloak did not become ready:\n${readFileSync(logFile, 'utf8')}`)
    }
    await setTimeout(POLL_MS)
  }
  return child
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/** Its tokens last a minute. */
async function call(url: string, method: string, path: string, body: unknown): Promise<unknown> {
  const signedIn = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ client_id: 'admin-cli', grant_type: 'password', username: ADMIN, password: ADMIN },
    }),
  })
  const { access_token: token } = (await signedIn.json()) as { readonly access_token: string }
  const response = await fetch(`${url}/admin${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}
