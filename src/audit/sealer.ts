import { type Clock, type Instant, type KeyRing, later } from '../kernel/index.ts'
import type { AuditStore, Checkpoint, Sealed } from './audit-store.ts'
import { type ChainFault, type ChainPoint, checkpointOf, linkOf } from './chain.ts'
import { beginChain, followChain, type Known } from './follow.ts'

/** A millisecond of arithmetic: whoever is answered meanwhile does not wait for more. */
const BATCH = 64
const BATCHES_MAX = 200
const CHECKPOINT_SECONDS = 60

export type SealerDeps = {
  readonly store: AuditStore
  readonly keys: KeyRing
  readonly clock: Clock
  /** Whether it is this process that is to seal. */
  readonly isHeld: () => boolean
  readonly log: {
    info(message: string, facts: object): void
    error(message: string, facts: object): void
  }
}

/** `standby`: another process seals, and this one has not looked. */
export type ChainState = 'standby' | 'whole' | ChainFault['fault']
export const CHAIN_STATES: readonly ChainState[] = [
  ...(['standby', 'whole', 'broken', 'missing', 'key-missing'] as const),
]

export type Sealer = {
  /** Seals what is committed, as far as it gets; says how many links it added. */
  tick(): Promise<number>
  /** How the chain was found at the last tick. */
  state(): ChainState
}

/**
 * Numbers committed events and chains them, one process at a time; two who believe to be the one lose no event and number none
 * twice. It remembers where the chain was, and seals nothing onto one that was changed behind it.
 */
export function createSealer({ store, keys, clock, isHeld, log }: SealerDeps): Sealer {
  let checkpointed: Instant | undefined
  let known: Known | undefined
  let state: ChainState = 'standby'
  let running: Promise<unknown> = Promise.resolve()

  return {
    tick() {
      // One after the other: what is known must not change while it is held against the store.
      const ticked = running.then(tick)
      running = ticked.catch(() => {})
      return ticked
    },
    state: () => state,
  }

  async function tick(): Promise<number> {
    if (!isHeld()) {
      state = 'standby'
      return 0
    }
    let sealed = 0
    for (let batch = 0; batch < BATCHES_MAX; batch++) {
      const added = await sealBatch()
      sealed += added
      if (added < BATCH) break
    }
    return sealed
  }

  async function sealBatch(): Promise<number> {
    const begun = known ?? (await beginChain(store, keys))
    const found = 'fault' in begun ? begun : await followChain(store, keys, begun)
    if ('fault' in found) return refuse(found)
    state = 'whole'
    known = found

    const waiting = await store.unsealed(BATCH)
    const links: Omit<Sealed, 'text'>[] = []
    for (const kept of waiting) links.push(linkOf(keys, links.at(-1) ?? found.link, kept))
    const end = links.at(-1) ?? found.link
    const checkpoint = dueCheckpoint(end, found.checkpoint)
    if (links.length === 0 && checkpoint === null) return 0
    const answer = await store.seal(found.link.sequence, links, checkpoint)
    if (answer === 'stale') return 0
    known = { link: end, checkpoint: checkpoint ?? found.checkpoint }
    if (checkpoint !== null) {
      checkpointed = checkpoint.at
      log.info('audit checkpoint', { ...checkpoint })
    }
    return links.length
  }

  /**
   * Goes on as before when the store is again what it was; sealing over it would hide what was done. Nor does it leave that to
   * another process by giving its lease back: one that has not sealed lately begins at the last checkpoint of what it finds, and
   * would seal anew what was cut back. The price is that after a fail-over that lost links nothing is sealed until an operator
   * has looked and restarts this one.
   */
  function refuse({ fault, ...where }: ChainFault): 0 {
    if (state !== fault) log.error('audit chain changed', { state: fault, ...where })
    state = fault
    return 0
  }

  /** At most a minute after something was sealed, and never one that says nothing new. */
  function dueCheckpoint(end: ChainPoint, last: Checkpoint | undefined): Checkpoint | null {
    const now = clock.now()
    if (end.sequence === 0 || (last !== undefined && last.sequence >= end.sequence)) return null
    if (checkpointed !== undefined && now < later(checkpointed, CHECKPOINT_SECONDS)) return null
    return checkpointOf(keys, end, now)
  }
}
