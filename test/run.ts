/**
 * `npm test`: installs what the tests need where that is possible, runs every layer, and says what was left out and why.
 * With CI=true nothing may be left out. `npm test -- flow attack` runs those layers alone.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, globSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const isCi = process.env['CI'] === 'true'

/** What the real parts come from: the command that shows that it is there, and Debian's package. */
const NEEDS = [
  { command: 'chromium', packages: ['chromium', 'fonts-noto-cjk', 'fonts-inter'] },
  { command: 'oathtool', packages: ['oathtool'] },
  { command: 'promtool', packages: ['prometheus'] },
  { command: 'strace', packages: ['strace'] },
  { command: 'openssl', packages: ['openssl'] },
] as const

const LAYERS: Readonly<Record<string, readonly string[]>> = {
  architecture: ['test/architecture/*.test.ts'],
  unit: ['src/**/*.test.ts', 'test/demo/*.test.ts', 'test/bench/*.test.ts'],
  contract: ['test/contract/*.test.ts'],
  conformance: ['test/conformance/*.test.ts'],
  flow: ['test/flow/*.test.ts'],
  attack: ['test/attack/*.test.ts'],
  crash: ['test/crash/*.test.ts'],
  e2e: ['test/e2e/*.test.ts'],
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((layer) => !(layer in LAYERS))
if (unknown.length > 0) {
  console.error(`no such layer: ${unknown.join(', ')}; there are ${Object.keys(LAYERS).join(', ')}`)
  process.exit(64)
}

const missing = install()
if (isCi) {
  step('types', ['node_modules/.bin/tsc', '--noEmit'])
  step('lint', ['node_modules/.bin/biome', 'check', '--error-on-warnings', '.'])
  step('dead code', ['node_modules/.bin/knip'])
}

const layers = wanted.length > 0 ? wanted : Object.keys(LAYERS)
const files = layers.flatMap((layer) => globSync([...(LAYERS[layer] ?? [])]).sort())
console.log(`${files.length} files of tests in ${layers.join(', ')}`)
const run = spawnSync(
  process.execPath,
  ['--test', '--test-concurrency=2', '--test-timeout=600000', '--test-reporter=spec', ...files],
  { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 1 << 28 },
)
process.stdout.write(run.stdout)
const skipped = Number(/^ℹ skipped (\d+)$/m.exec(run.stdout)?.[1] ?? 0)
const passed = Number(/^ℹ pass (\d+)$/m.exec(run.stdout)?.[1] ?? 0)

for (const { command, packages } of missing)
  console.log(`left out: what needs ${command} (Debian: ${packages.join(' ')}), which is not here`)
if (run.status !== 0 || passed === 0) process.exit(1)
if (isCi && (skipped > 0 || missing.length > 0)) {
  console.error(`CI=true: ${skipped} tests were skipped and ${missing.length} parts are missing`)
  process.exit(1)
}

function install(): readonly (typeof NEEDS)[number][] {
  const absent = NEEDS.filter(({ command }) => !isHere(command))
  if (absent.length === 0 || process.getuid?.() !== 0 || !isHere('apt-get')) return absent
  const packages = absent.flatMap((need) => need.packages)
  console.log(`installing ${packages.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const quiet = { stdio: 'ignore', env } as const
  spawnSync('apt-get', ['update'], quiet)
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], quiet)
  return NEEDS.filter(({ command }) => !isHere(command))
}

function isHere(command: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command))
      return true
    } catch {
      return false
    }
  })
}

function step(name: string, [command = '', ...args]: readonly string[]): void {
  console.log(`checking ${name}`)
  if (spawnSync(command, args, { stdio: 'inherit' }).status !== 0) process.exit(1)
}
