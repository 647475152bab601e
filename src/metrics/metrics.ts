import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { AuditEvent } from '../audit/index.ts'
import type { Clock } from '../kernel/index.ts'
import { countEvents } from './count-events.ts'
import { type DirectoryMetrics, directoryMetrics } from './directories.ts'
import { guessMetrics } from './guesses.ts'
import { createLabels, LOOKUPS, type Sets } from './labels.ts'
import { type ReplicaMetrics, replicaMetrics } from './replica.ts'

export type Metrics = ReplicaMetrics &
  DirectoryMetrics & {
    /** Counters come from what was committed, here and nowhere else. */
    heard(events: readonly AuditEvent[]): void
    http(method: string, route: string, status: number, seconds: number): void
    store(operation: string, seconds: number): void
    channel(channel: string, provider: string, seconds: number): void
    gateway(provider: string, is: 'up' | 'down'): void
    directory(directory: string, outcome: string, seconds: number): void
    signingKeys(
      keys: readonly {
        readonly alg: string
        readonly state: string
        readonly ageSeconds: number
      }[],
    ): void
    unsealed(events: number): void
    /** Null: nobody who is registered. */
    clientFailure(client: string | null, why: string): void
    forwardedByUnlisted(): void
    chain(state: string): void
    render(): Promise<{ readonly type: string; readonly body: string }>
  }

const QUICK = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const HUMAN = [1, 2.5, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900]

/** A registry of its own. Every label value comes from a closed set; what is in none is `other`. */
export function createMetrics(sets: Sets, version: string, clock: Clock): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const label = createLabels(sets)

  const counted = countEvents(registers, label, sets, HUMAN)
  const guessed = guessMetrics(registers, clock)
  const http = new Histogram({
    ...{ registers, buckets: QUICK, name: 'http_server_requests_seconds' },
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status', 'outcome'] as const,
  })
  const store = new Histogram({
    ...{ registers, buckets: QUICK, name: 'sallyport_store_duration_seconds' },
    help: 'Time of one operation of the store, waiting included',
    labelNames: ['operation'] as const,
  })
  const channel = new Histogram({
    ...{ registers, buckets: QUICK, name: 'sallyport_channel_duration_seconds' },
    help: 'Time to hand a message to its gateway',
    labelNames: ['channel', 'provider'] as const,
  })
  const gatewayUp = new Gauge({
    ...{ registers, name: 'sallyport_channel_gateway_up' },
    help: '1 while a gateway for text messages is asked, 0 while it was away and is passed over',
    labelNames: ['provider'] as const,
  })
  for (const provider of sets.gateways) gatewayUp.set({ provider }, 1)
  const lookups = new Counter({
    ...{ registers, name: 'sallyport_directory_lookups_total' },
    help: 'Lookups by what came of them',
    labelNames: ['directory', 'outcome'] as const,
  })
  const directory = new Histogram({
    ...{ registers, buckets: QUICK, name: 'sallyport_directory_duration_seconds' },
    help: 'Time of a lookup',
    labelNames: ['directory'] as const,
  })
  for (const name of sets.directories)
    for (const outcome of LOOKUPS) lookups.inc({ directory: name, outcome }, 0)
  const keyAge = new Gauge({
    ...{ registers, name: 'sallyport_signing_key_age_seconds' },
    help: 'Age of the newest signing key in each state',
    labelNames: ['alg', 'state'] as const,
  })
  const clientFailures = new Counter({
    ...{ registers, name: 'sallyport_client_authentication_failures_total' },
    help: 'Clients, and request objects in their name, that were not believed, by why',
    labelNames: ['client', 'why'] as const,
  })
  for (const client of [...sets.clients, 'other'])
    for (const why of sets.clientFailures) clientFailures.inc({ client, why }, 0)
  const unlisted = new Counter({
    ...{ registers, name: 'sallyport_forwarded_by_unlisted_total' },
    help: 'First hops with a forwarding header from a peer that is none of listen.trustedProxies',
  })
  const unsealed = new Gauge({
    ...{ registers, name: 'sallyport_audit_unsealed_events' },
    help: 'Audit events that are kept and not yet in the chain',
  })
  const chain = new Gauge({
    ...{ registers, name: 'sallyport_audit_chain_state' },
    help: '1 for the state in which the sealer found the chain of audit events, 0 for the others',
    labelNames: ['state'] as const,
  })
  new Gauge({
    ...{ registers, name: 'sallyport_build_info', help: 'Always 1' },
    labelNames: ['version'] as const,
  }).set({ version }, 1)

  return {
    ...replicaMetrics(registers, sets),
    ...directoryMetrics(registers, sets.directoryServers),
    heard(events) {
      counted(events)
      guessed(events)
    },
    http(method, route, status, seconds) {
      const outcome = status < 400 ? 'SUCCESS' : status < 500 ? 'CLIENT_ERROR' : 'SERVER_ERROR'
      http.observe(
        {
          ...{ method: label.method(method), route: label.route(route) },
          ...{ status: label.status(status), outcome },
        },
        seconds,
      )
    },
    store: (operation, seconds) =>
      store.observe({ operation: label.operation(operation) }, seconds),
    channel: (name, provider, seconds) =>
      channel.observe({ channel: label.factor(name), provider: label.provider(provider) }, seconds),
    gateway: (provider, is) =>
      gatewayUp.set({ provider: label.provider(provider) }, is === 'up' ? 1 : 0),
    directory(name, outcome, seconds) {
      const of = label.directory(name)
      lookups.inc({ directory: of, outcome: label.lookup(outcome) })
      directory.observe({ directory: of }, seconds)
    },
    signingKeys(keys) {
      keyAge.reset()
      for (const { alg, state, ageSeconds } of keys)
        keyAge.set({ alg: label.alg(alg), state: label.keyState(state) }, ageSeconds)
    },
    unsealed: (count) => unsealed.set(count),
    forwardedByUnlisted: () => unlisted.inc(),
    clientFailure: (client, why) =>
      clientFailures.inc({
        client: label.client(client ?? 'other'),
        why: label.clientFailure(why),
      }),
    chain(state) {
      for (const one of sets.chainStates) chain.set({ state: one }, one === state ? 1 : 0)
    },
    render: async () => ({ type: registry.contentType, body: await registry.metrics() }),
  }
}
