import { hostname } from 'node:os'
import { createSealer, pruneAudit } from './audit/index.ts'
import type { World } from './compose.ts'
import type { Config } from './config/index.ts'
import { Fault, type KeyRing, later, randomToken, startLoop } from './kernel/index.ts'
import { createLeases, RENEW_SECONDS } from './leases/index.ts'
import { type Check, createClockWatch } from './management/index.ts'
import type { Metrics } from './metrics/index.ts'
import type { SigningKeys } from './oidc/index.ts'
import type { Store } from './store/index.ts'

/** The jobs that one replica does for all of them. */
export const LEASES = ['sealer', 'sweeper', 'key-maker', 'notifier'] as const

export type Background = {
  /** Makes what is missing, then lets the loops run until it is closed. What this replica held is then free for others. */
  start(): Promise<AsyncDisposable>
  /** What the loops do, once: ask for the leases, seal, sweep, tend keys, prune, look at the clock. */
  tend(): Promise<void>
  /** Tells the metrics what is only known at the moment when they are read. */
  measure(): void
  /** What the loops know of our health. */
  checks(): readonly Check[]
}

type Deps = {
  readonly config: Config
  readonly world: World
  readonly keys: KeyRing
  readonly store: Store
  /** The ports of the store that the loops use, timed. */
  readonly ports: Pick<Store, 'audit' | 'leases' | 'people' | 'sweep' | 'notices'>
  readonly metrics: Metrics
  readonly signingKeys: SigningKeys
  /** Tells people what is due, while it is this process that does. */
  createNotify(isHeld: () => boolean): () => Promise<void>
  /** Looks for some of those whom a directory has no more. */
  findLeavers(): Promise<void>
}

const SWEEP_ROWS = 300
const FORGET_ROWS = 100
const UNSEALED_SHOWN = 1_000
/** As long as anybody asks what a person was told lately, and longer. */
const NOTICES_KEPT_DAYS = 7
const DAY_SECONDS = 86_400

/** All that happens without being asked for. */
export function composeBackground({ config, world, ...deps }: Deps): Background {
  const { clock, random, log } = world
  const { keys, store, ports, metrics, signingKeys, findLeavers, createNotify } = deps
  const { audit } = ports
  const leases = createLeases({
    names: LEASES,
    store: ports.leases,
    holder: `${hostname()}-${randomToken(random, 6)}`,
    company: config.store.engine === 'sqlite' ? 'unexpected' : 'expected',
    ...{ clock, log },
  })
  const isSealer = () => leases.isHeld('sealer')
  const sealer = createSealer({ store: audit, keys, clock, isHeld: isSealer, log })
  const clockWatch = createClockWatch({
    measure: () => store.clock(),
    observe: metrics.clockSkew,
    log,
  })
  const daysAgo = (days: number) => later(clock.now(), -days * DAY_SECONDS)
  const { auditDays, accountsDays } = config.retention

  const seal = async () => {
    await sealer.tick()
    metrics.chain(sealer.state())
  }
  const count = async () => metrics.unsealed(await audit.countUnsealed(UNSEALED_SHOWN))
  const sweep = async () => {
    const swept = await ports.sweep(clock.now(), { rowsMax: SWEEP_ROWS })
    if (Object.values(swept).includes(SWEEP_ROWS)) await sweep()
  }
  const prune = () => pruneAudit(audit, keys, daysAgo(auditDays))
  const forget = async () => {
    const limits = { rowsMax: FORGET_ROWS }
    const erased = await ports.people.eraseGone(daysAgo(accountsDays), clock.now(), limits)
    if (erased === FORGET_ROWS) await forget()
  }
  const tendKeys = async () => {
    // Every replica signs, so every one reads them; one makes, begins and removes them.
    await (leases.isHeld('key-maker') ? signingKeys.tend() : signingKeys.refresh())
    const ages = (await signingKeys.list()).map(({ alg, state, madeAt }) => ({
      ...{ alg, state, ageSeconds: (clock.now() - madeAt) / 1000 },
    }))
    metrics.signingKeys(ages)
  }
  const notify = createNotify(() => leases.isHeld('notifier'))
  const forgetNotices = async () => {
    const before = daysAgo(NOTICES_KEPT_DAYS)
    if ((await ports.notices.forget(before, SWEEP_ROWS)) === SWEEP_ROWS) await forgetNotices()
  }
  const sweeping = (task: () => Promise<unknown>) => async () => {
    if (leases.isHeld('sweeper')) await task()
  }
  /** In this order, so that what is held is known first. */
  const jobs: readonly Job[] = [
    { name: 'leases', everySeconds: RENEW_SECONDS, task: leases.renew },
    { name: 'seal', everySeconds: 1, task: seal },
    { name: 'count', everySeconds: 10, task: count },
    { name: 'sweep', everySeconds: 30, task: sweeping(sweep) },
    { name: 'keys', everySeconds: 60, task: tendKeys },
    { name: 'prune', everySeconds: 60, task: sweeping(prune) },
    { name: 'leavers', everySeconds: 60, task: sweeping(findLeavers) },
    { name: 'forget', everySeconds: 60, task: sweeping(forget) },
    { name: 'notify', everySeconds: 2, task: notify },
    { name: 'forget-notices', everySeconds: 60, task: sweeping(forgetNotices) },
    { name: 'clock', everySeconds: 15, task: clockWatch.look },
  ]

  return {
    async start() {
      await using starting = new AsyncDisposableStack()
      starting.defer(release)
      await leases.renew()
      await tendKeys()
      await clockWatch.look()
      for (const job of jobs) starting.use(startLoop({ ...job, ...telling(job) }))
      return starting.move()
    },
    async tend() {
      for (const { task } of jobs) await task()
    },
    measure() {
      for (const lease of LEASES) metrics.lease(lease, leases.isHeld(lease))
      metrics.pool(store.stats())
    },
    checks: clockWatch.checks,
  }

  /** A store that is down keeps nobody from stopping. */
  async function release(): Promise<void> {
    try {
      await leases.release()
    } catch (error) {
      log.warn('leases not released: they run out by themselves', { error })
    }
  }

  /** A store that is down is told once, and that it is back; a mistake of ours each time. */
  function telling({ name, task }: Job): Pick<Parameters<typeof startLoop>[0], 'task' | 'failed'> {
    let failures = 0
    return {
      async task() {
        await task()
        if (failures > 0) log.info('a background task works again', { task: name, failures })
        failures = 0
      },
      failed(error) {
        failures++
        const isKnown = failures > 1 && error instanceof Fault
        if (!isKnown) log.error('a background task failed', { task: name, error })
      },
    }
  }
}

type Job = {
  readonly name: string
  readonly everySeconds: number
  readonly task: () => Promise<unknown>
}
