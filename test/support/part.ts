import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chownSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A folder of its own for a real part: its files, its processes. All of it goes with the test, also where the test itself is
 * killed: then a guard outside hears that nobody holds the other end of its pipe.
 */
export type Place = AsyncDisposable & {
  readonly folder: string
  at(name: string): string
  /** For the part's eyes alone. */
  write(name: string, text: string): string
  /** Waits for its end, and returns its standard output; throws with all that it said. */
  run(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): string
  /** What it says goes to `{name}.log`. */
  start(name: string, command: string, args: readonly string[]): Part
}

export type Part = {
  readonly pid: number
  isAlive(): boolean
  signal(name: NodeJS.Signals): void
  /** Once the process is gone. */
  end(signal: NodeJS.Signals): Promise<void>
  /** What it has said so far, for whoever wonders. */
  said(): string
}

// pgbouncer and haproxy are found where a daemon is looked for.
const ENV = { PATH: `${process.env['PATH']}:/usr/sbin`, LC_ALL: 'C.UTF-8', TZ: 'UTC' }
const GUARD = `read -r nobody
[ -d "$0" ] || exit 0
cat "$0"/*.pid 2>/dev/null | xargs -r kill -QUIT
sleep 1
cat "$0"/*.pid 2>/dev/null | xargs -r kill -KILL
rm -rf "$0"`

/** @param user who it is to be where this is root: some parts refuse to be. */
export function openPlace(name: string, user?: string): Place {
  const folder = mkdtempSync(join(tmpdir(), `sallyport-${name}-`))
  const who = user === undefined || process.getuid?.() !== 0 ? undefined : idsOf(user)
  own(folder)
  const options = { ...who, cwd: folder, env: ENV }
  const guard = spawn('/bin/sh', ['-c', GUARD, folder], {
    ...{ ...options, detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
  })
  guard.unref()
  if (guard.stdin instanceof Socket) guard.stdin.unref()
  const parts = new Set<Part>()

  const place: Place = {
    folder,
    at: (file) => join(folder, file),
    write(file, text) {
      writeFileSync(place.at(file), text, { mode: 0o600 })
      own(place.at(file))
      return place.at(file)
    },
    run(command, args, env = {}) {
      const whole = { ...options, env: { ...ENV, ...env }, encoding: 'utf8' } as const
      const done = spawnSync(command, args, whole)
      if (done.status === 0) return done.stdout
      throw new Error(
        `${command} ${args.join(' ')}: ${done.error ?? ''}${done.stdout}${done.stderr}`,
      )
    },
    start(file, command, args) {
      const log = openSync(place.at(`${file}.log`), 'a')
      const child = spawn(command, args, { ...options, stdio: ['ignore', log, log] })
      closeSync(log)
      const part = partOf(child, place.at(file))
      parts.add(part)
      return part
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...parts].map((part) => part.end('SIGKILL')))
      // What a part started itself may be at its last words.
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
      guard.stdin?.end()
    },
  }
  return place

  function own(path: string): void {
    if (who !== undefined) chownSync(path, who.uid, who.gid)
  }
}

/** `{path}.pid` is there while it is alive, for the guard. */
function partOf(child: ChildProcess, path: string): Part {
  const pid = child.pid ?? 0
  child.unref()
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve(rmSync(`${path}.pid`, { force: true })))
    child.once('error', () => resolve())
  })
  if (pid > 0) writeFileSync(`${path}.pid`, `${pid}\n`)
  const isAlive = () => pid > 0 && child.exitCode === null && child.signalCode === null
  return {
    ...{ pid, isAlive },
    signal: (name) => void child.kill(name),
    async end(signal) {
      if (!isAlive()) return
      // It keeps nobody waiting but whoever waits for its end.
      child.ref()
      child.kill(signal)
      await gone
    },
    said: () => readFileSync(`${path}.log`, 'utf8').slice(-10_000),
  }
}

function idsOf(user: string): { readonly uid: number; readonly gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, user]))
  return { uid: id('-u'), gid: id('-g') }
}

/** All that a process started, and what those started. */
export function childrenOf(pid: number): readonly number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      // The command stands in parentheses and may hold anything.
      const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      parents.set(Number(name), Number(parent))
    } catch {
      // Gone in between.
    }
  }
  const below = (of: number): number[] =>
    [...parents].filter(([, parent]) => parent === of).flatMap(([one]) => [one, ...below(one)])
  return below(pid)
}

export function endIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone by itself.
  }
}

/** Free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address === 'object' && address !== null) return address.port
  throw new Error('no port is free')
}

/** Asks until it is so. A part that dies meanwhile, or takes half a minute, throws with what it said. */
export async function untilReady(part: Part, isReady: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 1_200; look++) {
    if (!part.isAlive()) break
    if (await isReady()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`not ready: ${part.said()}`)
}

export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new Socket().once('error', () => resolve(false))
    socket.connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
