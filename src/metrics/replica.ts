import { Counter, Gauge, type Registry } from 'prom-client'

export type Pool = {
  readonly used: number
  readonly idle: number
  readonly waiting: number
  /** Since the start, by kind. */
  readonly retries: Readonly<Record<string, number>>
}

export type ReplicaMetrics = {
  lease(lease: string, isHeld: boolean): void
  /** As it is now; null where there is none. */
  pool(now: Pool | null): void
  /** How far the database's clock is ahead of ours. */
  clockSkew(seconds: number): void
}

/** What one replica says of itself among others: what it holds, and how it stands with the database. */
export function replicaMetrics(
  registers: Registry[],
  sets: {
    readonly leases: readonly string[]
    /** Null: the store is no server, and has neither connections nor a clock of its own. */
    readonly retryKinds: readonly string[] | null
  },
): ReplicaMetrics {
  const leaseHeld = new Gauge({
    ...{ registers, name: 'sallyport_lease_held' },
    help: '1 where this replica does the job, 0 where another one does',
    labelNames: ['lease'] as const,
  })
  for (const lease of sets.leases) leaseHeld.set({ lease }, 0)
  const lease = (name: string, isHeld: boolean): void => {
    if (sets.leases.includes(name)) leaseHeld.set({ lease: name }, isHeld ? 1 : 0)
  }
  const { retryKinds } = sets
  if (retryKinds === null) return { lease, pool() {}, clockSkew() {} }

  const connections = new Gauge({
    ...{ registers, name: 'sallyport_store_connections' },
    help: 'Connections to the database: used ones are lent to an operation, idle ones wait for one',
    labelNames: ['state'] as const,
  })
  for (const state of ['used', 'idle']) connections.set({ state }, 0)
  const waiting = new Gauge({
    ...{ registers, name: 'sallyport_store_waiting' },
    help: 'Operations that wait for a connection',
  })
  const retries = new Counter({
    ...{ registers, name: 'sallyport_store_retries_total' },
    help: 'What was asked of the database again, by why',
    labelNames: ['kind'] as const,
  })
  for (const kind of retryKinds) retries.inc({ kind }, 0)
  const skew = new Gauge({
    ...{ registers, name: 'sallyport_clock_skew_seconds' },
    help: 'How far the clock of the database is ahead of this replica, as last measured',
  })
  const counted = new Map<string, number>()

  return {
    lease,
    pool(now) {
      if (now === null) return
      connections.set({ state: 'used' }, now.used)
      connections.set({ state: 'idle' }, now.idle)
      waiting.set(now.waiting)
      for (const kind of retryKinds) {
        const total = now.retries[kind] ?? 0
        retries.inc({ kind }, Math.max(0, total - (counted.get(kind) ?? 0)))
        counted.set(kind, total)
      }
    },
    clockSkew: (seconds) => skew.set(seconds),
  }
}
