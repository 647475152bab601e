import { type Clock, type Instant, type KeyRing, later } from '../kernel/index.ts'
import type { AuditStore, Checkpoint, LeaseStore, Sealed } from './audit-store.ts'
import { checkpointOf, GENESIS, linkOf } from './chain.ts'

const LEASE = 'sealer'
const LEASE_SECONDS = 10
/** A millisecond of arithmetic: whoever is answered meanwhile does not wait for more. */
const BATCH = 64
const BATCHES_MAX = 200
const CHECKPOINT_SECONDS = 60

export type SealerDeps = {
  readonly store: AuditStore
  readonly leases: LeaseStore
  readonly keys: KeyRing
  readonly clock: Clock
  /** Names this process among those that would seal. */
  readonly holder: string
  readonly log: { info(message: string, facts: object): void }
}

export type Sealer = {
  /** Seals what is committed, as far as it gets; says how many links it added. */
  tick(): Promise<number>
  release(): Promise<void>
}

/** Numbers committed events and chains them, one holder at a time; two who believe to hold it lose no event and number none twice. */
export function createSealer({ store, leases, keys, clock, holder, log }: SealerDeps): Sealer {
  let checkpointed: Instant | undefined

  return {
    async tick() {
      const now = clock.now()
      if ((await leases.claim(LEASE, holder, now, later(now, LEASE_SECONDS))) === 'taken') return 0
      let sealed = 0
      for (let batch = 0; batch < BATCHES_MAX; batch++) {
        const added = await sealBatch()
        sealed += added
        if (added < BATCH) break
      }
      return sealed
    },
    release: () => leases.release(LEASE, holder),
  }

  async function sealBatch(): Promise<number> {
    const waiting = await store.unsealed(BATCH)
    const head = await store.head()
    const from = head ?? { sequence: 0, mac: GENESIS }
    const links: Omit<Sealed, 'text'>[] = []
    for (const kept of waiting) links.push(linkOf(keys, links.at(-1) ?? from, kept))
    const end = links.at(-1) ?? head
    const checkpoint = end === undefined ? null : await dueCheckpoint(end)
    if (links.length === 0 && checkpoint === null) return 0
    const answer = await store.seal(from.sequence, links, checkpoint)
    if (answer === 'stale') return 0
    if (checkpoint !== null) {
      checkpointed = checkpoint.at
      log.info('audit checkpoint', { ...checkpoint })
    }
    return links.length
  }

  /** At most a minute after something was sealed, and never one that says nothing new. */
  async function dueCheckpoint(end: {
    readonly sequence: number
    readonly mac: string
  }): Promise<Checkpoint | null> {
    const now = clock.now()
    if (checkpointed !== undefined && now < later(checkpointed, CHECKPOINT_SECONDS)) return null
    const last = await store.lastCheckpoint()
    if (last !== undefined && last.sequence >= end.sequence) return null
    return checkpointOf(keys, end, now)
  }
}
