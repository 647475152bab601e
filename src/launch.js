#!/usr/bin/env node
// Plain JavaScript that any Node reads: it finds a Node that runs the rest. Nothing is imported before that is known.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const NODE_MAJOR_MIN = 24
const EX_SOFTWARE = 70

if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) {
  module.enableCompileCache?.()
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
  const child = spawn(node, args, { stdio: 'inherit', env })
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  // A terminal tells both of these by itself. Told twice, the child would end at once instead of ending its requests.
  for (const signal of ['SIGINT', 'SIGHUP'])
    process.on(signal, () => process.stdin.isTTY || child.kill(signal))
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
