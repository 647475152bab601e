import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/** A command with all that it starts in turn. */
export type Group = {
  readonly child: ChildProcess
  isOver(): boolean
  /** Asked to end, and ended when it does not. Whatever it left behind goes with it. */
  end(): Promise<void>
}

/** The shell's other half waits for the end of a pipe from us, which comes however we go, then ends the whole group. */
const WATCHED = '(cat <&3; kill -KILL 0) >/dev/null 2>&1 & exec "$@" 3<&-'
const END_MS_MAX = 60_000

/**
 * In a process group of its own: Ctrl-C in a terminal is for us to hear and to pass on. Nothing of it outlives us, also where
 * we were killed.
 */
export function spawnGroup(
  [command = '', ...line]: readonly string[],
  output: 'pipe' | number,
  options: Pick<SpawnOptions, 'cwd' | 'env'> = {},
): Group {
  const child = spawn('/bin/sh', ['-c', WATCHED, 'sh', command, ...line], {
    ...options,
    detached: true,
    stdio: ['ignore', output, output, 'pipe'],
  })
  const watch = child.stdio[3]
  if (watch instanceof Socket) {
    watch.on('error', () => {})
    watch.unref()
  }
  const closed = () => watch?.destroy()
  child.once('exit', closed)
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  return {
    ...{ child, isOver },
    async end() {
      if (child.pid === undefined || isOver()) return
      const gone = once(child, 'exit')
      process.kill(-child.pid, 'SIGTERM')
      const isLate = new AbortController()
      const late = setTimeout(END_MS_MAX, 'late', { signal: isLate.signal }).catch(() => 'gone')
      if ((await Promise.race([gone, late])) === 'late') process.kill(-child.pid, 'SIGKILL')
      isLate.abort()
      await gone
    },
  }
}
