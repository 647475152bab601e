import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import packageJson from '../package.json' with { type: 'json' }
import { EXIT, type Io, run, type World } from './cli/index.ts'
import { fail, instantOf, ok, type Result } from './kernel/index.ts'

const CHUNK = 64 * 1024
const EX_SOFTWARE = 70
const STOPS = ['SIGTERM', 'SIGINT'] as const
/** What is still open when everything is said and done keeps the process no longer than this. */
const LEFT_OPEN_MS = 500

const clock = { now: () => instantOf(Date.now()) }
const pause = (seconds: number) => delay(seconds * 1000)
const stopwatch = { seconds: () => performance.now() / 1000 }
/** Many small requests of one large one: each call costs as much as some thousand bytes. What is handed out is wiped behind. */
const POOL_BYTES = 8192
let pool = randomBytes(POOL_BYTES)
let taken = 0
const random = {
  bytes(count: number) {
    if (count > POOL_BYTES / 8) return randomBytes(count)
    if (taken + count > POOL_BYTES) {
      pool = randomBytes(POOL_BYTES)
      taken = 0
    }
    const bytes = Uint8Array.prototype.slice.call(pool, taken, taken + count)
    pool.fill(0, taken, taken + count)
    taken += count
    return bytes
  },
}

/** Everything is loaded: from here on load may grow it, which the launcher had forbidden. */
const GROW_YOUNG_HEAP = '--semi-space-growth-factor=2'

const { version } = packageJson

const io: Io = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  async readStdin(bytesMax) {
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of process.stdin) {
      length += chunk.length
      if (length > bytesMax) return fail(`it is longer than ${bytesMax} bytes`)
      chunks.push(chunk)
    }
    return ok(Buffer.concat(chunks))
  },
  readFile,
  writeFile: (path, text) => attempt(() => writeFileSync(path, text)),
}

const world: World = {
  ...{ io, clock, random, env: process.env, version },
  operator: process.env['SUDO_USER'] ?? process.env['USER'] ?? loginName(),
  // Loaded when a command needs it: `check` and `secrets new` open nothing.
  openTools: async (config, logTo) => {
    try {
      // Before the rooms, so that both load at once.
      const { loadWriter } = await import('./store/sqlite/loading/index.ts')
      const writer = config.store.engine === 'sqlite' ? loadWriter() : undefined
      const { composeTools } = await import('./compose-tools.ts')
      return await composeTools(config, {
        ...{ clock, stopwatch, random, version, pause, logTo, writer },
      })
    } finally {
      setFlagsFromString(GROW_YOUNG_HEAP)
    }
  },
  inspect: async (config) => (await import('./compose-tools.ts')).inspect(config),
  migrateStore: async (config, how) =>
    (await import('./compose-store.ts')).migrateStore({ clock, random, stopwatch })(config, how),
  copyStore: async (stores, tell) =>
    (await import('./compose-store.ts')).copyStore({ clock, random, stopwatch })(stores, tell),
  openKeycloak: async () => (await import('./compose-keycloak.ts')).keycloak,
  stopped: () =>
    new Promise((resolve) => {
      // Once: whoever asks a second time, in whichever way, does not want to wait.
      const stop = () => {
        for (const signal of STOPS) process.off(signal, stop)
        resolve()
      }
      for (const signal of STOPS) process.on(signal, stop)
    }),
}

// Whoever reads our output may stop reading, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EX_SOFTWARE)
})

try {
  process.exitCode = await run(process.argv.slice(2), world)
  // Not before whoever reads slowly has all of it.
  process.stdout.write('', () => setTimeout(() => process.exit(), LEFT_OPEN_MS).unref())
} catch (error) {
  console.error(error)
  process.exit(EX_SOFTWARE)
}

/** Piece by piece, because what is named may be a pipe, whose size nobody knows. */
function readFile(path: string, bytesMax: number): Result<Uint8Array, string> {
  return attempt(() => {
    const file = openSync(path, 'r')
    try {
      const chunks: Uint8Array[] = []
      for (let length = 0; ; ) {
        const chunk = Buffer.allocUnsafe(CHUNK)
        const count = readSync(file, chunk)
        if (count === 0) return Buffer.concat(chunks)
        length += count
        if (length > bytesMax) throw new Error(`it is longer than ${bytesMax} bytes`)
        chunks.push(chunk.subarray(0, count))
      }
    } finally {
      closeSync(file)
    }
  })
}

function attempt<T>(act: () => T): Result<T, string> {
  try {
    return ok(act())
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

/** Containers run under numbers that have no name. */
function loginName(): string {
  const name = attempt(() => userInfo().username)
  return name.ok && name.value !== '' ? name.value : 'unknown'
}
