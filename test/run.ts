/**
 * `npm test`: installs what the tests need where that is possible, runs every layer, those of the whole app on each engine,
 * and says what was left out and why. With CI=true nothing may be left out. `npm test -- flow attack` runs those layers
 * alone, `npm test -- flow --store postgres` on that engine alone.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { KEYCLOAK_VERSION, SHARED_KEYCLOAK, startKeycloak } from './support/keycloak.ts'
import { KEYCLOAK_VERSIONS } from './support/keycloak-distribution.ts'
import { isHere, NEEDS } from './support/needs.ts'
import { SHARED, startPostgres } from './support/postgres.ts'

const isCi = process.env['CI'] === 'true'

const LAYERS: Readonly<Record<string, readonly string[]>> = {
  architecture: ['test/architecture/*.test.ts'],
  unit: ['src/**/*.test.ts', 'test/support/*.test.ts'],
  contract: ['test/contract/*.test.ts'],
  conformance: ['test/conformance/*.test.ts'],
  flow: ['test/flow/*.test.ts'],
  attack: ['test/attack/*.test.ts'],
  replicas: ['test/replicas/*.test.ts'],
  crash: ['test/crash/*.test.ts'],
  e2e: ['test/e2e/*.test.ts'],
  keycloak: ['test/keycloak/*.test.ts'],
}

/** Its servers take minutes, and the first time a download of 170 MB each. Runs with CI=true, or by name. */
const KEYCLOAK = 'keycloak'
/** What runs on each version of Keycloak that we promise. The newest has them all. */
const ON_EACH_KEYCLOAK: ReadonlySet<string> = new Set([
  'test/keycloak/callback.test.ts',
  'test/keycloak/locks.test.ts',
  'test/keycloak/people.test.ts',
  'test/keycloak/step-up.test.ts',
  'test/keycloak/trust.test.ts',
])

/** The whole app, whose tests are the same whatever keeps everything. The promises of a store name it themselves. */
const ON_EACH_STORE: ReadonlySet<string> = new Set(['flow', 'attack'])

/**
 * They name the engine themselves. Two take the file away, or kill the thread that writes it: what they show, the layer
 * `replicas` and m60-an-answer-is-lost show of PostgreSQL.
 */
const ONCE: ReadonlySet<string> = new Set([
  'test/flow/postgres.test.ts',
  'test/flow/store-copy.test.ts',
  'test/attack/m60-an-answer-is-lost.test.ts',
  'test/attack/m60-the-store-is-down.test.ts',
  'test/attack/m64-killed-at-every-write.test.ts',
])

/** Half a minute and more each. They run with CI=true, or where their layer is asked for by name. */
const LONG: ReadonlySet<string> = new Set([
  'test/contract/postgres-fail-over-in-the-middle.test.ts',
  'test/contract/postgres-plans.test.ts',
  'test/replicas/failover.test.ts',
  'test/replicas/faults.test.ts',
  'test/replicas/linearizability.test.ts',
])

/** They need the machine to themselves, so they come last, one after the other. */
const ALONE: ReadonlySet<string> = new Set([
  'test/contract/postgres-overload.test.ts',
  'test/replicas/failover.test.ts',
  'test/replicas/linearizability.test.ts',
])

const CHOICE = resolve('test/support/test-store.ts')
/** Of ours beside the source, and not for a type alone. */
const LOADS = /^(?:import|export) (?!type )[^']*from '(\.(?!.*\/src\/)[^']*\.ts)'/gm

const STORES = ['sqlite', 'postgres'] as const

/** Several times what one takes: what is not done by then never will be. */
const PASS_MINUTES = 35

const given = parseArgs({ options: { store: { type: 'string' } }, allowPositionals: true })
const wanted = given.positionals
const stores = STORES.filter((store) => (given.values.store ?? store) === store)
const unknown = wanted.filter((layer) => !(layer in LAYERS))
if (unknown.length > 0 || stores.length === 0) {
  const there = `layers ${Object.keys(LAYERS).join(', ')}; stores ${STORES.join(', ')}`
  console.error(`no such thing: ${[...unknown, given.values.store].join(' ')}; there are ${there}`)
  process.exit(64)
}

/** Without it a developer waits for minutes. */
const isWhole = isCi || wanted.length > 0
const missing = install()
if (isCi) {
  step('types', ['node_modules/.bin/tsc', '--noEmit'])
  step('lint', ['node_modules/.bin/biome', 'check', '--error-on-warnings', '.'])
  step('dead code', ['node_modules/.bin/knip'])
}

await using whole = new AsyncDisposableStack()
const all = Object.keys(LAYERS).filter((layer) => isCi || layer !== KEYCLOAK)
const layers = wanted.length > 0 ? wanted : all
const passes = stores.filter((store) => store === 'sqlite' || isHere('postgresql'))
const counts = { passed: 0, skipped: 0, failed: 0 }
let isInterrupted = false
// One server for them all: to start one of its own would take each file longer than its tests.
if (isHere('postgresql')) process.env[SHARED] = `${whole.use(await startPostgres()).port}`
for (const store of passes) await run(store)
if (layers.includes(KEYCLOAK) && isHere('mvn') && isHere('unzip')) await runOnKeycloak()

for (const { command, packages } of missing)
  console.log(`left out: what needs ${command} (Debian: ${packages.join(' ')}), which is not here`)
const long = [...LONG, ...(LAYERS[KEYCLOAK] ?? [])].join(' ')
if (!isWhole) console.log(`left out, as CI=true or their layer runs them: ${long}`)
const { passed, skipped, failed } = counts
if (failed > 0 || passed === 0) process.exitCode = 1
if (isCi && (skipped > 0 || missing.length > 0)) {
  console.error(`CI=true: ${skipped} tests were skipped and ${missing.length} parts are missing`)
  process.exitCode = 1
}

/** The first engine's turn has all that does not choose. */
async function run(store: (typeof STORES)[number]): Promise<void> {
  const files = layers
    .filter((layer) => layer !== KEYCLOAK)
    .filter((layer) => ON_EACH_STORE.has(layer) || store === STORES[0])
    .flatMap((layer) => globSync([...(LAYERS[layer] ?? [])]).sort())
    .filter((file) => store === STORES[0] || (!ONCE.has(file) && choosesStore(resolve(file))))
    .filter((file) => isWhole || !LONG.has(file))
  if (files.length === 0) return
  console.log(`${files.length} files of tests in ${layers.join(', ')}, on ${store}`)
  const [alone, others] = [true, false].map((is) => files.filter((file) => ALONE.has(file) === is))
  const passed = counts.passed
  const failed = counts.failed
  await runFiles(store, others ?? [], 2)
  await runFiles(store, alone ?? [], 1)
  const [pass, fail] = [counts.passed - passed, counts.failed - failed]
  console.log(`on ${store}: ${pass} passed, ${fail} failed`)
}

/** The jar and its own tests; then one server of each version, for throw-away realms of all files. */
async function runOnKeycloak(): Promise<void> {
  step('the jar', ['mvn', '-q', '-B', '-f', 'keycloak/pom.xml', 'verify'])
  const every = globSync([...(LAYERS[KEYCLOAK] ?? [])]).sort()
  for (const version of KEYCLOAK_VERSIONS) {
    const isNewest = version === KEYCLOAK_VERSIONS[0]
    const files = every.filter((file) => isNewest || ON_EACH_KEYCLOAK.has(file))
    const passed = counts.passed
    await using keycloak = await startKeycloak(version)
    process.env[KEYCLOAK_VERSION] = version
    process.env[SHARED_KEYCLOAK] = keycloak.shared
    console.log(`${files.length} files of tests at Keycloak ${version}`)
    await runFiles(STORES[0], files, 2)
    console.log(`at Keycloak ${version}: ${counts.passed - passed} passed`)
  }
}

async function runFiles(store: string, files: readonly string[], atOnce: number): Promise<void> {
  if (files.length === 0 || isInterrupted) return
  const options = ['--test-timeout=600000', '--test-reporter=spec']
  // A group of its own, so that what hangs can be ended with all that it started.
  const tests = spawn(
    process.execPath,
    ['--test', `--test-concurrency=${atOnce}`, ...options, ...files],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, SALLYPORT_TEST_STORE: store },
      detached: true,
    },
  )
  let printed = ''
  tests.stdout.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text)
    printed += text
  })
  const end = () => tests.pid !== undefined && process.kill(-tests.pid, 'SIGKILL')
  const tooLong = setTimeout(end, PASS_MINUTES * 60_000)
  const interrupt = () => {
    isInterrupted = true
    end()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt)
  // Its end, not that of its output: a server that a test left behind would hold that open for ever.
  const [code] = await once(tests, 'exit')
  clearTimeout(tooLong)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt)
  await setImmediate()
  tests.stdout.destroy()
  if (code === null) console.error(`on ${store}: ended from outside, or after ${PASS_MINUTES} min`)
  const count = (of: string) => Number(new RegExp(`^ℹ ${of} (\\d+)$`, 'm').exec(printed)?.[1] ?? 0)
  counts.passed += count('pass')
  counts.skipped += count('skipped')
  counts.failed += code === 0 ? 0 : Math.max(1, count('fail'))
}

/** Whether it loads what chooses the engine, itself or by another file. To all others it makes no difference. */
function choosesStore(file: string, seen = new Set<string>()): boolean {
  if (file === CHOICE) return true
  if (seen.has(file)) return false
  seen.add(file)
  return readFileSync(file, 'utf8')
    .matchAll(LOADS)
    .some(([, path = '']) => choosesStore(resolve(dirname(file), path), seen))
}

function install(): readonly (typeof NEEDS)[number][] {
  const absent = NEEDS.filter(({ command }) => !isHere(command))
  if (absent.length === 0 || process.getuid?.() !== 0 || !isHere('apt-get')) return absent
  const packages = absent.flatMap((need) => need.packages)
  console.log(`installing ${packages.join(' ')}`)
  withoutMainCluster()
  using _ = nothingStarts()
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', UCF_FORCE_CONFFOLD: '1' }
  const quiet = { stdio: 'ignore', env } as const
  spawnSync('apt-get', ['update'], quiet)
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], quiet)
  return NEEDS.filter(({ command }) => !isHere(command))
}

/** Debian starts a server of its own along with the package, unless it is told not to. */
function withoutMainCluster(): void {
  const settings = '/etc/postgresql-common/createcluster.conf'
  if (existsSync(settings) || isHere('postgresql')) return
  mkdirSync('/etc/postgresql-common', { recursive: true })
  writeFileSync(settings, 'create_main_cluster = false\n')
}

/** What is installed here is for our tests to start: no server of Debian's own is to stand at the ports of LDAP meanwhile. */
function nothingStarts(): Disposable {
  const policy = '/usr/sbin/policy-rc.d'
  // Where somebody has a policy it is theirs.
  if (existsSync(policy)) return { [Symbol.dispose]: () => {} }
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  return { [Symbol.dispose]: () => rmSync(policy) }
}

function step(name: string, [command = '', ...args]: readonly string[]): void {
  console.log(`checking ${name}`)
  if (spawnSync(command, args, { stdio: 'inherit' }).status !== 0) process.exit(1)
}
