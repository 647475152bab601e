#!/usr/bin/env node
// Plain JavaScript that any Node reads: it finds a Node that runs the rest. Nothing is imported before that is known.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'

const NODE_MAJOR_MIN = 24
const EX_SOFTWARE = 70

/** What loading leaves behind would size the young heap for good, some 20 MiB that serving seldom needs. Load may grow it again. */
const KEEP_YOUNG_HEAP = '--semi-space-growth-factor=1'

/** What a stop may come as; SIGKILL nobody hears. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP']

if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) {
  module.enableCompileCache?.()
  setFlagsFromString(KEEP_YOUNG_HEAP)
  if (process.send !== undefined && process.env.SALLYPORT_RELAUNCHED !== undefined) heedLauncher()
  await import('./main.ts')
} else {
  const own = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))
  // The mark keeps a wrong node in node_modules from starting itself for ever.
  if (existsSync(own) && process.env.SALLYPORT_RELAUNCHED === undefined) relaunch(own)
  else {
    console.error(
      `sallyport needs Node ${NODE_MAJOR_MIN} or newer; this is ${process.version}. Install it, or run \`npm ci\`, which brings one along.`,
    )
    process.exitCode = EX_SOFTWARE
  }
}

function relaunch(node) {
  const env = { ...process.env, SALLYPORT_RELAUNCHED: '1' }
  const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env })
  // Told and not signalled: a terminal, a service manager or `kill -- -GROUP` may have signalled the child as well.
  for (const signal of SIGNALS)
    process.on(signal, () => child.connected && child.send({ signal }, () => {}))
  child.on('error', (error) => {
    console.error(`sallyport: ${node} does not start: ${error.message}`)
    process.exitCode = EX_SOFTWARE
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? EX_SOFTWARE
    else {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    }
  })
}

/**
 * In the process that was started by another: one request to stop may come both as a signal and from the launcher, and
 * is heard once. A second one is heard as it would be without a launcher. Without the launcher nobody could stop it any
 * more, so it ends when that is gone.
 */
function heedLauncher() {
  const asked = new Map(SIGNALS.map((signal) => [signal, { signalled: 0, told: 0 }]))
  const listeners = new Map(SIGNALS.map((signal) => [signal, () => hear(signal, 'signalled')]))
  for (const [signal, listener] of listeners) process.on(signal, listener)
  process.on('message', ({ signal }) => hear(signal, 'told'))
  process.on('disconnect', () => {
    const isStopping = [...asked.values()].some(({ signalled, told }) => signalled + told > 0)
    if (!isStopping && othersOf('SIGTERM').length > 0) hear('SIGTERM', 'told')
  })
  // A command that has nothing left to do ends, whoever might still say something.
  process.channel.unref()

  function hear(signal, how) {
    const counts = asked.get(signal)
    const before = Math.max(counts.signalled, counts.told)
    counts[how]++
    if (Math.max(counts.signalled, counts.told) === before) return
    const others = othersOf(signal)
    if (others.length === 0) {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    } else if (how === 'told') for (const other of others) other.call(process, signal)
  }

  /** Whoever else listens, as a server does; nobody does in a command that simply ends. */
  function othersOf(signal) {
    return process.rawListeners(signal).filter((one) => one !== listeners.get(signal))
  }
}
