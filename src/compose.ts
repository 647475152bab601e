import type { RequestListener } from 'node:http'
import { CHAIN_STATES } from './audit/index.ts'
import { composeBackground, LEASES } from './compose-background.ts'
import { composeChannels } from './compose-channels.ts'
import { composeDirectories, composeLeavers, type RemoteDirectory } from './compose-directories.ts'
import { composeDoors } from './compose-doors.ts'
import { composeNotify } from './compose-notify.ts'
import { openStore } from './compose-store.ts'
import { createStoreNews } from './compose-store-news.ts'
import { tellOfAddresses } from './compose-trust.ts'
import type { Config } from './config/index.ts'
import type { Textable } from './directories/index.ts'
import { createCode, createCodeSender } from './factors/code/index.ts'
import { createOperatorCode } from './factors/operator-code/index.ts'
import { createEnroller, createTotp } from './factors/totp/index.ts'
import { ROUTES } from './http/index.ts'
import { createMoments, createTranslator, negotiate } from './i18n/index.ts'
import {
  type Clock,
  createKeyRing,
  createUnderWay,
  type FactorKind,
  OPERATOR_CODES,
  type Random,
  type Stopwatch,
} from './kernel/index.ts'
import { createEventLog, type Log } from './log/index.ts'
import { createManagement, createProbe } from './management/index.ts'
import { createMetrics, operationsOf, timedPorts } from './metrics/index.ts'
import { NOTICE_KINDS } from './notices/index.ts'
import { createSigningKeys, FAILURES, type SigningKeys } from './oidc/index.ts'
import { createPolicies, type Policies, type PolicySettings } from './policy/index.ts'
import * as step from './stepup/index.ts'
import type { SqliteOptions, Store } from './store/index.ts'
import { createTrust, type Trust } from './trust/index.ts'

/** Handed in once, at the top, by main.ts or by a test. */
export type World = {
  readonly clock: Clock
  readonly stopwatch: Stopwatch
  readonly random: Random
  readonly log: Log
  readonly version: string
  /** For what is fetched: the keys of clients, and gateways for text messages. */
  readonly fetch: typeof globalThis.fetch
  /** SQLite's writer, where `main.ts` began to load it; without it the store does. */
  readonly writer?: SqliteOptions['writer']
}

export type App = AsyncDisposable & {
  readonly main: RequestListener
  readonly management: RequestListener
  readonly store: Store
  readonly signingKeys: SigningKeys
  readonly policies: Policies
  readonly trust: Trust
  readonly reach: step.Reach
  /** Why a number gets no text. */
  readonly judgeText: (phone: string) => Textable
  /** For an operator: nobody gets an account by being looked at. */
  readonly peek: step.Resolve
  /** Directories of the company, by name. */
  readonly remote: ReadonlyMap<string, RemoteDirectory>
  /** Makes what is missing and lets the loops run by themselves. */
  start(): Promise<void>
  /** No longer ready: nobody new is to be sent here. */
  retire(): void
  /** The messages that are being sent. What becomes of each is kept, also of one that is cut off. */
  readonly sends: {
    /** Settles when there is none. */
    ended(): Promise<void>
    /** Cuts them off, and no other one goes out; settles when what became of them is kept. */
    end(): Promise<void>
  }
  /** What the loops do, once: seal, sweep, tend keys, prune. */
  tend(): Promise<void>
}

/** Of one probe, which orchestrators give a second. */
const HEALTH_SECONDS = 0.8

/** What is opened first is closed last, also when a later line throws. */
export async function compose(config: Config, world: World): Promise<App> {
  const { clock, stopwatch, random, log, writer } = world
  await using opening = new AsyncDisposableStack()
  const keys = createKeyRing(config.encryption.keys)

  // The store, and what hears of what it commits
  const tellLog = createEventLog(log)
  const heard: typeof tellLog = (events) => {
    metrics.heard(events)
    tellLog(events)
  }
  const news = createStoreNews(config.store.engine, world)
  const deps = { keys, random, clock, stopwatch, writer, heard, ...news }
  const store = opening.use(await openStore(config.store, deps))
  const kept = {
    ...{ 'step-ups': store.stepUps, requests: store.requests, people: store.people },
    ...{ accounts: store.accounts, policy: store.policy, trust: store.trust },
    'operator-codes': store.operatorCodes,
    ...{ totp: store.totp, 'signing-keys': store.signingKeys, audit: store.audit },
    ...{ leases: store.leases, upkeep: { sweep: store.sweep }, notices: store.notices },
  }
  const metrics = createMetrics(
    {
      clients: config.clients.map(({ id }) => id),
      directories: config.directories.map(({ name }) => name),
      directoryServers: serversOf(config),
      factors: config.factors,
      channels: config.factors.filter((kind) => kind !== 'totp'),
      providers: ['smtp', ...config.channels.sms.map(({ name }) => name)],
      gateways: config.channels.sms.map(({ name }) => name),
      routes: ROUTES,
      chainStates: CHAIN_STATES,
      noticeKinds: NOTICE_KINDS,
      clientFailures: FAILURES,
      operations: operationsOf(kept),
      leases: LEASES,
      retryKinds: retryKindsOf(store),
    },
    world.version,
    clock,
  )
  const ports = timedPorts(kept, metrics.store, stopwatch)
  const { 'step-ups': stepUpStore, requests: requestStore } = ports

  // Words
  const translate = createTranslator()
  const moments = createMoments(config.timeZone)

  // Channels and factors
  const { codeDigits: digits, codeSeconds } = config.stepUp
  const { carried, reach, judgeText } = composeChannels({
    ...{ config, world, translate, moments, timed: metrics.channel },
    gatewayState: metrics.gateway,
    keep: (channel) => opening.use(channel),
  })
  const channels = carried.map(({ channel }) => channel)
  const enroller = createEnroller({ keys, random })
  const factors = new Map<FactorKind, step.Factor>(
    [
      createTotp({ store: ports.totp }),
      ...OPERATOR_CODES.map((kind) =>
        createOperatorCode({ kind, keys, store: ports['operator-codes'] }),
      ),
      ...channels.map(({ kind }) => createCode({ kind, keys, digits })),
    ].map((factor) => [factor.kind, factor]),
  )
  const senders = new Map<FactorKind, step.CodeSender>(
    carried.map(({ channel, mask }) => [
      channel.kind,
      createCodeSender({ channel, keys, digits, mask }),
    ]),
  )

  // Who, what, and whether
  const { people: peopleStore, accounts } = ports
  const directories = opening.use(
    await composeDirectories({ config, world, people: peopleStore, accounts, metrics }),
  )
  const { resolve, peek } = directories
  const delegatedAmr = new Map(config.clients.map(({ id, delegatedAmr: amr }) => [id, amr]))
  const policies = createPolicies({
    ...{ store: ports.policy, first: firstPolicyOf(config), delegatedAmr },
    ...{ timeZone: config.timeZone, askable: ['totp', ...channels.map(({ kind }) => kind)] },
  })
  const trust = createTrust({
    ...{ keys, random, ipv6Prefix: config.trust.ipv6Prefix },
    groups: new Map(config.clients.map(({ id, trustGroup }) => [id, trustGroup])),
  })

  // The step-up
  const limits = step.createLimits(config)
  const marks = step.createMarks(keys)
  const make = step.createMake({ store: stepUpStore, limits, marks, clock, heard })
  const sends = createUnderWay()
  const delivered = step.createDeliver({ make, senders })
  const deliver: step.Deliver = (at) => sends.during(delivered(at))
  const endSends = async () => {
    const messages = sends.count()
    if (messages > 0) log.warn('messages were cut off', { messages })
    for (const channel of channels) channel.end()
    await sends.ended()
  }
  // Before the store is closed, in which it is kept what became of each.
  opening.defer(endSends)
  const lookUp = step.createLookUpPerson({ resolve, policies, store: stepUpStore })
  const survey = step.createSurvey({ lookUp, reach, clock })
  const { open, replan } = step.createOpen({
    ...{ lookUp, reach, marks, trust, trustStore: ports.trust },
    ...{ store: stepUpStore, senders, deliver },
    ...{ limits, clock, random, heard, settings: config.stepUp },
    negotiate,
  })
  const stepUps = step.createStepUps({
    ...{ store: stepUpStore, make, deliver, factors, senders, enroller, trust, replan, survey },
    ...{ codeSeconds, limits, clock, random },
  })

  // Doors
  const signingKeys = createSigningKeys({ store: ports['signing-keys'], clock, heard })
  const main = composeDoors({
    ...{ config, world, keys, metrics, heard, translate, moments, enroller },
    ...{
      stepUps,
      open,
      limits,
      policies,
      requestStore,
      signingKeys,
    },
  })

  // Background
  const { audit, leases, people } = ports
  const background = composeBackground({
    ...{ config, world, keys, store, metrics, signingKeys },
    ports: { audit, leases, people, sweep: ports.upkeep.sweep, notices: ports.notices },
    createNotify: composeNotify({
      ...{ config, policies, carried, reach, peek, clock, heard, stepUps: stepUpStore },
      ...{ store: ports.notices, isRetired: () => state === 'retired' },
    }),
    findLeavers: composeLeavers(config, { ...world, store: ports, remote: directories.remote }),
  })
  const storeIs = createProbe(HEALTH_SECONDS, () => store.health())
  let state: 'starting' | 'started' | 'retired' = 'starting'
  const management = createManagement({
    metrics: () => {
      background.measure()
      directories.measure()
      return metrics.render()
    },
    ready: async () => [
      { name: 'Serving', status: state === 'started' ? 'UP' : 'DOWN' },
      { name: 'Store', status: await storeIs() },
      ...background.checks(),
      ...directories.checks(),
    ],
    started: () => (state === 'starting' ? 'DOWN' : 'UP'),
  })

  const opened = opening.move() // closing is now the caller's
  return {
    ...{
      main,
      management,
      store,
      signingKeys,
      policies,
      trust,
      peek,
      ...{ reach, judgeText },
      remote: directories.remote,
    },
    async start() {
      const { version } = await ports.policy.current()
      tellOfAddresses(config, await policies.at(version), log)
      opened.use(await background.start())
      // Before the loops, of which one may be at a notice that nobody takes.
      opened.defer(endSends)
      state = 'started'
    },
    retire: () => {
      state = 'retired'
    },
    sends: { ended: sends.ended, end: endSends },
    tend: background.tend,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** What holds until an operator applies a policy. */
export function firstPolicyOf(config: Config): PolicySettings {
  const { enabled, factors, firstEnrolment, sendAtOnce, language, acr, rules, trust } = config
  return {
    ...{ enabled, factors, firstEnrolment, sendAtOnce, language, acr, rules },
    ...{ trustHours: trust.hours, trustBinding: trust.binding, trustSince: null },
  }
}

const serversOf = ({ directories }: Config) =>
  Object.fromEntries(
    directories.flatMap((one) =>
      one.type === 'local' ? [] : [[one.name, one.servers.map(({ label }) => label)]],
    ),
  )

const retryKindsOf = (store: Store) => {
  const stats = store.stats()
  return stats === null ? null : Object.keys(stats.retries)
}
