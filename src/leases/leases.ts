import { type Clock, type Instant, later } from '../kernel/index.ts'
import type { LeaseStore } from './lease-store.ts'

/** Together under 10: so long after its last breath a holder is replaced. */
const LEASE_SECONDS = 7
export const RENEW_SECONDS = 2
/** Longer than any restart takes. */
const COMPANY_SECONDS = 30

export type Leases<N extends string> = {
  /** Asks for each, or for longer: every `RENEW_SECONDS`. What cannot be asked for is held on until it runs out. */
  renew(): Promise<void>
  /** As this process believes, by its own clock. */
  isHeld(name: N): boolean
  /** Gives back what is held, so that nobody has to wait until it has run out. */
  release(): Promise<void>
}

export function createLeases<const N extends string>(deps: {
  readonly names: readonly N[]
  readonly store: LeaseStore
  /** Names this process among all that use the store. */
  readonly holder: string
  readonly clock: Clock
  readonly log: {
    info(message: string, facts: object): void
    warn(message: string, facts: object): void
  }
  /** `unexpected`: the store is meant for one process, and another one that stays is told of, once. */
  readonly company: 'expected' | 'unexpected'
}): Leases<N> {
  const { names, store, holder, clock, log } = deps
  const heldUntil = new Map<N, Instant>()
  let company: Instant | undefined
  let isToldOfCompany = deps.company === 'expected'

  return {
    async renew() {
      const answers = await Promise.all(names.map(claim))
      tellOfCompany(answers)
    },
    isHeld,
    async release() {
      const held = names.filter((name) => heldUntil.has(name))
      heldUntil.clear()
      await Promise.all(held.map((name) => store.release(name, holder)))
    },
  }

  function isHeld(name: N): boolean {
    const until = heldUntil.get(name)
    return until !== undefined && clock.now() < until
  }

  async function claim(name: N): Promise<'held' | 'taken'> {
    // Also where it ran out in the meantime, as for a process that was asleep.
    const wasHeld = heldUntil.has(name)
    // From before it was asked: who holds it never believes so for longer than the store does.
    const now = clock.now()
    const until = later(now, LEASE_SECONDS)
    const answer = await store.claim(name, holder, now, until)
    if (answer === 'held') heldUntil.set(name, until)
    else heldUntil.delete(name)
    if (wasHeld !== (answer === 'held'))
      log.info(wasHeld ? 'lease lost' : 'lease taken', { lease: name, holder })
    return answer
  }

  function tellOfCompany(answers: readonly ('held' | 'taken')[]): void {
    const now = clock.now()
    if (answers.includes('taken')) company ??= now
    else company = undefined
    if (company === undefined || isToldOfCompany || now < later(company, COMPANY_SECONDS)) return
    isToldOfCompany = true
    log.warn('another process serves this store', { seconds: COMPANY_SECONDS })
  }
}
