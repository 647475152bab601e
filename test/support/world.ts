import { createHash } from 'node:crypto'
import {
  type Clock,
  createKeyRing,
  type Instant,
  instantOf,
  type KeyRing,
  later,
  type Random,
  Secret,
  type Stopwatch,
} from '../../src/kernel/index.ts'

/** Every test starts at noon on 1 January 2030, UTC. */
export const NOON: Instant = instantOf(Date.UTC(2030, 0, 1, 12))

/** A real one: what is waited for in a test takes the time that it takes. */
export const STOPWATCH: Stopwatch = { seconds: () => performance.now() / 1000 }

/** Time stands still until it is moved by hand. */
export type FakeClock = Clock & {
  advance(seconds: number): void
  set(to: Instant): void
}

export function createFakeClock(start: Instant = NOON): FakeClock {
  let now = start
  return {
    now: () => now,
    advance(seconds) {
      now = later(now, seconds)
    },
    set(to) {
      now = to
    },
  }
}

/** The same seed gives the same bytes; two seeds never share any. */
export function createSeededRandom(seed: number | string = 1): Random {
  let block = 0
  return {
    bytes(count) {
      const parts: Buffer[] = []
      for (let made = 0; made < count; made += 32)
        parts.push(createHash('sha256').update(`${seed}:${block++}`).digest())
      return new Uint8Array(Buffer.concat(parts).subarray(0, count))
    },
  }
}

/** Keys named by id, newest first, each made of its name: for tests alone. */
export function createTestKeys(...ids: readonly string[]): KeyRing {
  const named = ids.length > 0 ? ids : ['2029-12']
  return createKeyRing(
    named.map((id) => ({
      id,
      secret: new Secret(new Uint8Array(createHash('sha256').update(`test key ${id}`).digest())),
    })),
  )
}
