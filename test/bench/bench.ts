/**
 * `npm run bench`: what a step-up costs, against a floor in the same run. `--json` prints one object as its last line.
 * Nothing is printed of a run in which a step-up failed.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInstallation, freePorts, type Installation, serve, start } from './installation.ts'
import type { Target } from './load.ts'
import { startLoader } from './loader.ts'
import { bytesPerPending, cpuPairs, delays, medianOf, ratiosOf, type Subject } from './measure.ts'
import { fillWithPeople } from './million.ts'
import { median, residentBytes, spread, threadCount } from './statistics.ts'

const PREFIX = 'p'
const PAIRS = 5
const WORKERS = 32
const CPU_STEP_UPS = 1500
const RATE_STEP_UPS = 3000

const DELAY_SECONDS = 8
const MANY = 40_000
const FEW = 1000
const MILLION = 1_000_000
const FEW_STEP_UPS = 300
const PENDING_WARM_UP = 15_000
const PENDING = 12_000
const STARTS = 5

const isJson = process.argv.includes('--json')
const say = (line: string) => console.log(line)
const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
await using cleaning = new AsyncDisposableStack()
cleaning.defer(() => rmSync(folder, { recursive: true, force: true }))
const loader = cleaning.use(startLoader())

say(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`)

const many = await installed('many', MANY)
const server = await served(many, MANY, 'in turn')
const { askBytes, endBytes } = await warm(server)
const floor = await floorOf(many, askBytes, endBytes)
await warm(floor)

say('CPU of a step-up, ours and the floor in turn')
const cost = await cpuPairs(loader, [server, floor], {
  ...{ pairs: PAIRS, stepUps: CPU_STEP_UPS, workers: WORKERS },
})

say('the highest rate, then half of it')
const rate = await loader.run({
  ...{ target: server.target, load: 'closed', stepUps: RATE_STEP_UPS, workers: WORKERS },
})
const stepUpsPerSecond = rate.done / rate.seconds
const delay = await delays(loader, [server, floor], {
  ...{ pairs: PAIRS, perSecond: stepUpsPerSecond / 2, seconds: DELAY_SECONDS },
})
await floor.running.stop()
await server.running.stop()

say('what a pending step-up holds')
const waiting = await served(many, MANY, 'in turn')
const pendingBytes = await bytesPerPending(loader, waiting, {
  ...{ warmUp: PENDING_WARM_UP, stepUps: PENDING, workers: WORKERS },
})
await waiting.running.stop()

say('starts')
const starts: number[] = []
const idle: number[] = []
for (let n = 0; n < STARTS; n++) {
  const running = await serve(many)
  starts.push(running.readyMs)
  idle.push(residentBytes(running.pid) / 1024 ** 2)
  await running.stop()
}

say('1,000,000 accounts against 1,000')
const crowd = await served(await installed('million', MILLION), MILLION, 'at random')
const small = await served(await installed('few', FEW), FEW, 'at random')
const growth = await cpuPairs(loader, [crowd, small], {
  ...{ pairs: PAIRS, stepUps: FEW_STEP_UPS, workers: WORKERS },
})
await crowd.running.stop()
await small.running.stop()

const ratios = ratiosOf(cost)
const growths = ratiosOf(growth)
const p99Ratios = ratiosOf(delay.p99)
const figures = {
  cpuMsPerStepUp: rounded(medianOf(cost, 'of')),
  cpuMsPerFloor: rounded(medianOf(cost, 'against')),
  ratio: rounded(median(ratios)),
  stepUpsPerSecond: rounded(stepUpsPerSecond, 0),
  p50Ms: rounded(delay.p50Ms),
  p99Ms: rounded(medianOf(delay.p99, 'of')),
  p99FloorMs: rounded(medianOf(delay.p99, 'against')),
  rssIdleMiB: rounded(median(idle), 0),
  bytesPerPending: rounded(pendingBytes, 0),
  readyMs: rounded(median(starts), 0),
  millionAccountsRatio: rounded(median(growths)),
}
const ROWS: readonly (readonly [string, string, string])[] = [
  ['CPU of a step-up', `${figures.cpuMsPerStepUp} ms`, ''],
  ['CPU of the floor', `${figures.cpuMsPerFloor} ms`, '2 signatures checked, 1 made, 1 fdatasync'],
  ['ratio', `${figures.ratio}`, `≤ 2; pairs ${spread(ratios)}`],
  ['step-ups a second', `${figures.stepUpsPerSecond}`, `${WORKERS} at a time`],
  ['p50 of an exchange', `${figures.p50Ms} ms`, 'at half of that rate'],
  ['p99 of an exchange', `${figures.p99Ms} ms`, `the floor's ${figures.p99FloorMs} ms`],
  ['p99 ratio', `${rounded(median(p99Ratios))}`, `≤ 3; pairs ${spread(p99Ratios)}`],
  ['resident, idle', `${figures.rssIdleMiB} MiB`, '≤ 160'],
  ['a pending step-up', `${figures.bytesPerPending} bytes`, '≤ 1536'],
  ['ready in', `${figures.readyMs} ms`, '≤ 1500'],
  ['1,000,000 accounts', `${figures.millionAccountsRatio}`, `≤ 1.2; pairs ${spread(growths)}`],
]
for (const [name, figure, note] of ROWS) say(`${name.padEnd(22)}${figure.padStart(12)}   ${note}`)
if (isJson) say(JSON.stringify(figures))

async function installed(name: string, people: number): Promise<Installation> {
  const made = await createInstallation(join(folder, name))
  fillWithPeople(made, PREFIX, people)
  return made
}

async function served(
  installation: Installation,
  people: number,
  order: Target['order'],
): Promise<Subject> {
  const running = await serve(installation)
  cleaning.defer(() => void running.child.kill('SIGKILL'))
  const { issuer, privateKeyPem } = installation
  return { running, target: { issuer, privateKeyPem, prefix: PREFIX, people, order } }
}

async function floorOf(
  { folder: where, privateKeyPem, publicKeyFile }: Installation,
  ...bytes: readonly [number, number]
): Promise<Subject> {
  const [port = 0] = await freePorts(1)
  const issuer = `http://127.0.0.1:${port}`
  const words = [port, where, publicKeyFile, ...bytes].map(String)
  const running = await start([join(import.meta.dirname, 'floor.ts'), ...words], `${issuer}/ready`)
  cleaning.defer(() => void running.child.kill('SIGKILL'))
  const target = { issuer, privateKeyPem, prefix: PREFIX, people: MANY, order: 'in turn' } as const
  return { running, target }
}

/** Until the code is compiled and every statement prepared. Says how many threads that took, so that nobody wonders. */
async function warm({ running, target }: Subject) {
  const report = await loader.run({ target, load: 'closed', stepUps: 1500, workers: WORKERS })
  say(
    `warm: ${threadCount(running.pid)} threads, ${rounded(report.done / report.seconds, 0)} step-ups a second`,
  )
  return report
}

function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits))
}
