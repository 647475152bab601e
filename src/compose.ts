import type { RequestListener } from 'node:http'
import { hostname } from 'node:os'
import { CHAIN_STATES, createSealer, pruneAudit } from './audit/index.ts'
import { createCodeMail, createEmailChannel } from './channels/email/index.ts'
import type { Channel } from './channels/index.ts'
import { composeDoors } from './compose-doors.ts'
import type { Config } from './config/index.ts'
import { createLocalDirectory, createResolve } from './directories/index.ts'
import { createCode, createCodeSender } from './factors/code/index.ts'
import { createEnroller, createTotp } from './factors/totp/index.ts'
import { ROUTES } from './http/index.ts'
import { createMoments, createTranslator, negotiate } from './i18n/index.ts'
import {
  type Clock,
  createKeyRing,
  type FactorKind,
  later,
  type Random,
  randomToken,
  type Stopwatch,
  startLoop,
} from './kernel/index.ts'
import { createEventLog, type Log } from './log/index.ts'
import { createManagement } from './management/index.ts'
import { createMetrics, operationsOf, timed } from './metrics/index.ts'
import { createSigningKeys, FAILURES, type SigningKeys } from './oidc/index.ts'
import { createLadder, createPolicy } from './policy/index.ts'
import { maskEmail } from './portal/index.ts'
import * as step from './stepup/index.ts'
import { openSqliteStore, type Store } from './store/index.ts'
import { noTrust } from './trust/index.ts'

/** Handed in once, at the top, by main.ts or by a test. */
export type World = {
  readonly clock: Clock
  readonly stopwatch: Stopwatch
  readonly random: Random
  readonly log: Log
  readonly version: string
  /** For what is fetched: the keys of clients. */
  readonly fetch: typeof globalThis.fetch
}

export type App = AsyncDisposable & {
  readonly main: RequestListener
  readonly management: RequestListener
  readonly store: Store
  readonly signingKeys: SigningKeys
  /** Makes what is missing and lets the loops run by themselves. */
  start(): Promise<void>
  /** No longer ready: nobody new is to be sent here. */
  retire(): void
  /** What the loops do, once: seal, sweep, tend keys, prune. */
  tend(): Promise<void>
}

const LOOKUP_SECONDS = 5
const SWEEP_ROWS = 300
const FORGET_ROWS = 100
const UNSEALED_SHOWN = 1_000
const DAY_SECONDS = 86_400

/** What is opened first is closed last, also when a later line throws. */
export async function compose(config: Config, world: World): Promise<App> {
  const { clock, stopwatch, random, log } = world
  await using opening = new AsyncDisposableStack()
  const keys = createKeyRing(config.encryption.keys)

  // The store, and what hears of what it commits
  const tellLog = createEventLog(log)
  const heard: typeof tellLog = (events) => {
    metrics.heard(events)
    tellLog(events)
  }
  const { file } = config.store
  const onFault = (error: unknown) => log.error('the writer was lost', { error })
  const store = opening.use(await openSqliteStore({ file, keys, random, clock, heard, onFault }))
  const { stepUps: kept, requests: keptRequests, people: keptPeople, totp: keptTotp } = store
  const metrics = createMetrics(
    {
      clients: config.clients.map(({ id }) => id),
      directories: config.directories.map(({ name }) => name),
      factors: config.factors,
      channels: config.factors.filter((kind) => kind !== 'totp'),
      providers: ['smtp'],
      routes: ROUTES,
      chainStates: CHAIN_STATES,
      clientFailures: FAILURES,
      operations: [
        ...[operationsOf('step-ups', kept), operationsOf('requests', keptRequests)],
        ...[operationsOf('people', keptPeople), operationsOf('totp', keptTotp)],
      ].flat(),
    },
    world.version,
  )
  const stepUpStore = timed('step-ups', kept, metrics.store, stopwatch)
  const requestStore = timed('requests', keptRequests, metrics.store, stopwatch)
  const peopleStore = timed('people', keptPeople, metrics.store, stopwatch)
  const totpStore = timed('totp', keptTotp, metrics.store, stopwatch)

  // Words
  const translate = createTranslator()
  const moments = createMoments(config.timeZone)
  const { support } = config
  const desk = support.phone ?? support.email ?? support.url
  const org = config.org.name

  // Channels and factors
  const { email } = config.channels
  const { codeDigits: digits, codeSeconds } = config.stepUp
  const channels: readonly Channel[] =
    email === null
      ? []
      : [
          opening.use(
            createEmailChannel({
              settings: email,
              render: createCodeMail(translate, moments, {
                ...{ org, desk, host: new URL(config.issuer).host },
              }),
              log,
              stopwatch,
              timed: (provider, seconds) => metrics.channel('email', provider, seconds),
            }),
          ),
        ]
  const enroller = createEnroller({ keys, random })
  const factors = new Map<FactorKind, step.Factor>(
    [
      createTotp({ store: totpStore }),
      ...channels.map(({ kind }) => createCode({ kind, keys, digits })),
    ].map((factor) => [factor.kind, factor]),
  )
  const senders = new Map<FactorKind, step.CodeSender>(
    channels.map((channel) => [
      channel.kind,
      createCodeSender({ channel, keys, digits, mask: maskEmail }),
    ]),
  )

  // Who, what, and whether
  const resolve = createResolve({
    directories: new Map(
      config.directories.map(({ name }) => [
        name,
        createLocalDirectory({ name, store: peopleStore }),
      ]),
    ),
    stopwatch,
    deadlineSeconds: LOOKUP_SECONDS,
    onLookup: metrics.directory,
  })
  const ladder = createLadder(config.acr, config.factors)
  const delegatedAmr = new Map(config.clients.map(({ id, delegatedAmr: amr }) => [id, amr]))
  const { factors: enabled, firstEnrolment } = config
  const policy = createPolicy({ factors: enabled, firstEnrolment, delegatedAmr, ladder })

  // The step-up
  const make = step.createMake({ store: stepUpStore, clock, heard })
  const deliver = step.createDeliver({ make, senders })
  const { open, replan } = step.createOpen({
    ...{ resolve, policy, trust: noTrust, store: stepUpStore, senders, deliver },
    ...{ clock, random, heard, settings: config.stepUp },
    negotiate: (wishes) => negotiate({ ...wishes, fallback: config.language }),
  })
  const stepUps = step.createStepUps({
    ...{ store: stepUpStore, make, deliver, factors, senders, enroller, ladder, replan },
    ...{ codeSeconds, clock, random },
  })

  // Doors
  const signingKeys = createSigningKeys({ store: store.signingKeys, clock, heard })
  const main = composeDoors({
    ...{ config, world, keys, metrics, heard, translate, moments, enroller },
    ...{ stepUps, open, acrValues: ladder.values, requestStore, signingKeys },
  })

  // Background
  const holder = `${hostname()}-${randomToken(random, 6)}`
  const { audit, leases } = store
  const sealer = createSealer({ store: audit, leases, keys, clock, holder, log })
  const sweep = async () => {
    const swept = await store.sweep(clock.now(), { rowsMax: SWEEP_ROWS })
    if (Object.values(swept).includes(SWEEP_ROWS)) await sweep()
  }
  const seal = async () => {
    await sealer.tick()
    metrics.chain(sealer.state())
    metrics.unsealed((await audit.unsealed(UNSEALED_SHOWN)).length)
  }
  const daysAgo = (days: number) => later(clock.now(), -days * DAY_SECONDS)
  const { auditDays, accountsDays } = config.retention
  const prune = () => pruneAudit(audit, keys, daysAgo(auditDays))
  const forget = async () => {
    const limits = { rowsMax: FORGET_ROWS }
    const erased = await store.people.eraseGone(daysAgo(accountsDays), clock.now(), limits)
    if (erased === FORGET_ROWS) await forget()
  }
  const tendKeys = async () => {
    await signingKeys.refresh()
    const ages = (await signingKeys.list()).map(({ alg, state, madeAt }) => ({
      ...{ alg, state, ageSeconds: (clock.now() - madeAt) / 1000 },
    }))
    metrics.signingKeys(ages)
  }
  const loops = [
    { everySeconds: 1, task: seal },
    { everySeconds: 30, task: sweep },
    { everySeconds: 60, task: tendKeys },
    { everySeconds: 60, task: prune },
    { everySeconds: 60, task: forget },
  ]
  let state: 'starting' | 'started' | 'retired' = 'starting'
  const management = createManagement({
    metrics: metrics.render,
    ready: async () => [
      { name: 'Serving', status: state === 'started' ? 'UP' : 'DOWN' },
      { name: 'Store', status: (await store.health()) === 'up' ? 'UP' : 'DOWN' },
    ],
    started: () => (state === 'starting' ? 'DOWN' : 'UP'),
  })

  const opened = opening.move() // closing is now the caller's
  return {
    ...{ main, management, store, signingKeys },
    async start() {
      await tendKeys()
      const failed = (error: unknown) => log.error('a background task failed', { error })
      opened.defer(() => sealer.release())
      for (const loop of loops) opened.use(startLoop({ ...loop, failed }))
      state = 'started'
    },
    retire: () => {
      state = 'retired'
    },
    async tend() {
      await seal()
      await sweep()
      await tendKeys()
      await prune()
      await forget()
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
