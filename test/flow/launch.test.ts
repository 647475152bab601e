import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

function launch(launcher: string, args: readonly string[]) {
  const child = spawn(process.execPath, [launcher, ...args], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const seen = { out: '', err: '' }
  const { promise: spoke, resolve: speak } = Promise.withResolvers<void>()
  child.stdout.on('data', (chunk) => {
    seen.out += chunk
    speak()
  })
  child.stderr.on('data', (chunk) => {
    seen.err += chunk
  })
  const closed = new Promise<typeof seen & { readonly code: number | null }>((resolve) => {
    child.on('close', (code) => resolve({ ...seen, code }))
  })
  return { child, spoke, closed }
}

const sallyport = (...args: readonly string[]) => launch(join(ROOT, 'src/launch.js'), args).closed

describe('the launcher', () => {
  test('runs a command without a configuration, and hands its exit code out', async () => {
    const made = await sallyport('secrets', 'new')
    assert.equal(made.code, 0)
    assert.match(made.out, /^[A-Za-z0-9+/]{43}=\n$/)
    assert.equal((await sallyport('nonsense')).code, 64)
    assert.equal((await sallyport('check', '--config', '/nowhere/sallyport.yaml')).code, 78)
  })

  /** A copy of the launcher that takes this very Node for too old. */
  async function old(main: string, also = '') {
    const stack = new AsyncDisposableStack()
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-'))
    stack.defer(() => rm(folder, { recursive: true }))
    await mkdir(join(folder, 'src'))
    await cp(join(ROOT, 'src/launch.js'), join(folder, 'src/real.js'))
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    await writeFile(join(folder, 'src/main.ts'), main)
    // Only the first process is old: the one that it starts runs the real launcher as it is.
    await writeFile(
      join(folder, 'src/launch.js'),
      `Object.defineProperty(process.versions, 'node', { value: '20.0.0' }); ${also}; await import('./real.js')`,
    )
    return {
      folder,
      launcher: join(folder, 'src/launch.js'),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    }
  }

  test('starts the Node beside it under an old one, and passes signals and exit code on', async () => {
    const main = `
      const waits = setInterval(() => {}, 1000)
      process.once('SIGTERM', () => { clearInterval(waits); process.exitCode = 3 })
      console.log('up')`
    await using bench = await old(main)
    await mkdir(join(bench.folder, 'node_modules/.bin'), { recursive: true })
    await symlink(process.execPath, join(bench.folder, 'node_modules/.bin/node'))
    const { child, spoke, closed } = launch(bench.launcher, [])
    await spoke
    child.kill('SIGTERM')
    assert.deepEqual(await closed, { out: 'up\n', err: '', code: 3 })
  })

  test('leaves to a terminal what a terminal tells both', async () => {
    const main = `
      const waits = setInterval(() => {}, 1000)
      process.once('SIGINT', () => process.exit(4))
      process.once('SIGTERM', () => { clearInterval(waits); process.exitCode = 3 })
      console.log('up')`
    await using bench = await old(main, 'process.stdin.isTTY = true')
    await mkdir(join(bench.folder, 'node_modules/.bin'), { recursive: true })
    await symlink(process.execPath, join(bench.folder, 'node_modules/.bin/node'))
    const { child, spoke, closed } = launch(bench.launcher, [])
    await spoke
    child.kill('SIGINT')
    child.kill('SIGTERM')
    assert.equal((await closed).code, 3)
  })

  test('says what is missing under an old Node that has no other beside it', async () => {
    await using bench = await old('')
    const { code, err } = await launch(bench.launcher, []).closed
    assert.equal(code, 70)
    assert.match(err, /needs Node 24/)
  })
})
