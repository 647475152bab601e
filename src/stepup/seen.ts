import type { FactorKind, Instant } from '../kernel/index.ts'
import type { StepUp } from './step-up.ts'
import type { App, Found, LockRule } from './step-up-store.ts'
import { lockedUntil, nextLockSeconds, triesLeft } from './tallies.ts'

/** What the person is told about what they just did, besides the state itself. */
export type Said =
  | {
      readonly said:
        | 'nothing'
        | 'format'
        | 'wrong'
        | 'old'
        | 'sent-again'
        | 'code-replaced'
        | 'send-failed'
        | 'stale'
        | 'name-refused'
        | 'apps-full'
        | 'last-way'
        | 'code-gone'
    }
  | { readonly said: 'too-soon'; readonly until: Instant }

/** How many answers are left before something ends, and what. For the page, never for a decision. */
export type Tries = {
  readonly left: number
  readonly then: 'new-code' | { readonly pauseSeconds: number }
}

export type Seen =
  | ({
      readonly seen: 'step-up'
      readonly at: Found
      /** Null where nothing is being asked. */
      readonly tries: Tries | null
      /** Until when the factor that blocks is locked; null where none does. */
      readonly pausedUntil: Instant | 'operator' | null
      /** The device cookie that this browser is to keep; null: what it has. */
      readonly device: string | null
      /** Of who looks after their own; null otherwise. */
      readonly apps: readonly App[] | null
    } & Said)
  | { readonly seen: 'gone' | 'other-browser' }

export function seenOf(at: Found, said: Said, rule: LockRule, now: Instant): Seen {
  const { value, tallies } = at
  const blocking = value.state === 'blocked' ? value.factor : null
  const pausedUntil =
    blocking === null ? null : lockedUntil(tallies, blocking, value.lane, rule, now)
  const tries = triesOf(value, at, rule)
  return { seen: 'step-up', at, tries, pausedUntil, device: null, apps: null, ...said }
}

function triesOf(value: StepUp, { tallies }: Found, rule: LockRule): Tries | null {
  if (value.state !== 'challenged') return null
  const inLane = triesLeft(tallies, value.factor, value.lane, rule)
  if (value.attemptsLeft < inLane) return { left: value.attemptsLeft, then: 'new-code' }
  const pauseSeconds = nextLockSeconds(tallies, value.factor, value.lane, rule)
  return { left: inLane, then: { pauseSeconds } }
}

/** The tallies with this one as a spend left it, so that the page that follows need not look again. */
export function withTally(
  at: Found,
  factor: FactorKind,
  failures: (before: number) => number,
  locked: Instant | 'operator' | null,
): Found {
  const { lane } = at.value
  const isIt = (tally: Found['tallies'][number]) => tally.factor === factor && tally.lane === lane
  const before = at.tallies.find(isIt) ?? { factor, lane, failures: 0, lockedUntil: null }
  const lockedUntil = locked === 'operator' || locked === null ? before.lockedUntil : locked
  const now = { ...before, failures: failures(before.failures), lockedUntil }
  return { ...at, tallies: [...at.tallies.filter((tally) => !isIt(tally)), now] }
}
