import { spawnSync } from 'node:child_process'
import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePorts } from '../bench/installation.ts'
import { createAuthority } from './certificates.ts'
import {
  beating,
  builtKeycloak,
  type Course,
  KEYCLOAK_VERSIONS,
  lastLines,
} from './keycloak-distribution.ts'
import { type Group, spawnGroup } from './own-group.ts'

/** Which of them a pass of the tests is about. */
export const KEYCLOAK_VERSION = 'SALLYPORT_TEST_KEYCLOAK_VERSION'
/** Where the one of a whole pass is, for its processes: `Shared` as JSON. */
export const SHARED_KEYCLOAK = 'SALLYPORT_TEST_KEYCLOAK'

/** A real Keycloak with our jar, on loopback. It serves any number of realms that come and go. */
export type Keycloak = AsyncDisposable & {
  readonly version: string
  readonly url: string
  /** Of the CA that it trusts in servers that it calls, for `copyAuthority`. */
  readonly authority: string
  /** Where it lies, with its own commands in `bin`. */
  readonly home: string
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
  /** Of the server itself. */
  pid(): number
}

type Shared = Pick<Keycloak, 'version' | 'url' | 'authority'> & { readonly logFile: string }

const READY_MS_MAX = 360_000
const POLL_MS = 250
const LOOPBACK = '127.0.0.1'
/** Name and password. */
export const ADMIN = 'admin'

/** That of the whole pass where there is one, else one of our own. */
export async function openKeycloak(): Promise<Keycloak> {
  const there = process.env[SHARED_KEYCLOAK]
  if (there === undefined) return startKeycloak()
  const shared = JSON.parse(there) as Shared
  return { ...used(shared), [Symbol.asyncDispose]: async () => {} }
}

export async function startKeycloak(
  version: string = process.env[KEYCLOAK_VERSION] ?? KEYCLOAK_VERSIONS[0],
  course: Course = {},
): Promise<OwnKeycloak> {
  const distribution = await builtKeycloak(version, course)
  await using opening = new AsyncDisposableStack()
  const home = mkdtempSync(join(tmpdir(), `sallyport-keycloak-${version}-`))
  opening.defer(() => rmSync(home, { recursive: true, force: true }))
  // A jar that looks newer than the build is not taken.
  cpSync(distribution, home, { recursive: true, preserveTimestamps: true })
  const { ca, folder: authority } = opening.use(createAuthority())
  writeFileSync(join(home, 'conf/truststores/test-ca.pem'), ca)
  const [port = 0, management = 0] = await freePorts(2)
  const logFile = join(home, 'keycloak.log')
  const run = () => started({ home, logFile, port, management }, course)
  let server = await run()
  opening.defer(() => server.end())

  const shared: Shared = { version, url: `http://${LOOPBACK}:${port}`, logFile, authority }
  const opened = opening.move()
  return {
    ...used(shared),
    shared: JSON.stringify(shared),
    pid: () => javaIn(server),
    async restart() {
      await server.end()
      tokens.delete(shared.url)
      server = await run()
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

function used({ logFile, ...shared }: Shared): Omit<Keycloak, typeof Symbol.asyncDispose> {
  const before = statSync(logFile).size
  return {
    ...{ ...shared, home: dirname(logFile) },
    admin: async (method, path, body) => call(shared.url, method, path, body),
    log: () => readFileSync(logFile).subarray(before).toString('utf8'),
  }
}

type Where = {
  readonly home: string
  readonly logFile: string
  readonly port: number
  readonly management: number
}

/** It logs that it listens before its database is there: only the health of the management port says that it is ready. */
async function started(
  { home, logFile, port, management }: Where,
  { tell, signal }: Course,
): Promise<Group> {
  tell?.('Starting Keycloak: half a minute or more.')
  using _ = beating(tell)
  const log = openSync(logFile, 'a')
  const server = spawnGroup(
    [
      ...[join(home, 'bin/kc.sh'), 'start', '--optimized'],
      ...['--http-enabled=true', '--hostname-strict=false'],
      ...[`--http-host=${LOOPBACK}`, `--http-port=${port}`],
      ...[`--http-management-host=${LOOPBACK}`, `--http-management-port=${management}`],
    ],
    log,
    {
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
    if (server.isOver() || Date.now() > until || signal?.aborted === true) {
      await server.end()
      signal?.throwIfAborted()
      // Each of our questions whether it is ready has a line there.
      const said = lastLines(readFileSync(logFile, 'utf8').replace(/^.*SRHCK01001.*\n/gm, ''))
      throw new Error(`Keycloak did not become ready. Its log ends with\n${said}`)
    }
    await setTimeout(POLL_MS)
  }
  return server
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}

/** What was started is a script, which starts the JVM. */
function javaIn({ child }: Group): number {
  const { stdout } = spawnSync('pgrep', ['-g', `${child.pid}`, 'java'], { encoding: 'utf8' })
  const java = Number(stdout)
  if (java > 0) return java
  throw new Error(`not one JVM in the group of ${child.pid}: ${stdout}`)
}

/** Its tokens last a minute, and each costs a hash of a password. */
const TOKEN_MS = 30_000
const tokens = new Map<string, { readonly token: string; readonly at: number }>()

async function tokenFor(url: string): Promise<string> {
  const known = tokens.get(url)
  if (known !== undefined && Date.now() - known.at < TOKEN_MS) return known.token
  const signedIn = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ client_id: 'admin-cli', grant_type: 'password', username: ADMIN, password: ADMIN },
    }),
  })
  const { access_token: token } = (await signedIn.json()) as { readonly access_token: string }
  tokens.set(url, { token, at: Date.now() })
  return token
}

async function call(url: string, method: string, path: string, body: unknown): Promise<unknown> {
  const token = await tokenFor(url)
  const response = await fetch(`${url}/admin${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}
