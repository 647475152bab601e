import type { AuditEvent } from '../audit/index.ts'
import {
  type Clock,
  type FactorKind,
  Fault,
  type Instant,
  invariant,
  operatorCodeKindOf,
} from '../kernel/index.ts'
import type { NewGrant } from '../trust/index.ts'
import { decide } from './decide.ts'
import { KNOWN_BROWSER_RULE, knownSince } from './known-browsers.ts'
import type { Marks } from './last-choice.ts'
import type { Limits } from './limits.ts'
import type { Move } from './move.ts'
import { withTally } from './seen.ts'
import type { Held } from './step-up.ts'
import type { Change, Claim, Earned, Found, StepUpStore } from './step-up-store.ts'
import { classOf } from './tallies.ts'
import { askedBy } from './ways.ts'

export type Made = {
  readonly made:
    | 'moved'
    | 'illegal'
    | 'locked'
    | 'used'
    | 'refused'
    | 'full'
    | 'last'
    | 'code-gone'
    | { readonly tooSoon: Instant }
  /** Set when this very spend locked the lane. */
  readonly locks?: boolean
  readonly at: Found
}

export type Make = (
  first: Found,
  move: Move,
  /** What a verdict earns besides. */
  grant?: NewGrant | null,
  save?: (change: Change, now: Instant) => Promise<Saved>,
) => Promise<Made>

export type MakeDeps = {
  readonly store: StepUpStore
  readonly limits: Limits
  readonly marks: Pick<Marks, 'of'>
  readonly clock: Clock
  /** Hears of what was committed; never decides. */
  readonly heard: (events: readonly AuditEvent[]) => void
}

/** Decide, save if unchanged, look again a few times: the only way in which a step-up is written after it was opened. */
export function createMake({ store, limits, marks, clock, heard }: MakeDeps): Make {
  /** More than a step-up takes answers: who was spent for is judged, however many came at once. */
  const racesMax = 2 * limits.answersMax
  return make

  /** Makes the move on what was last seen; looks again only when somebody else was first. */
  async function make(
    first: Found,
    move: Move,
    grant: NewGrant | null = null,
    save = saveOf(move, grant),
  ): Promise<Made> {
    let at = first
    for (let race = 0; race < racesMax; race++) {
      const now = clock.now()
      const step = decide(now, at.value, move)
      if (step.step === 'illegal') return { made: 'illegal', at }

      const change = { version: at.version, next: step.next, events: step.events }
      const isCounted = step.next.state !== 'refused' && step.next.state !== 'expired'
      const answer = await (isCounted ? save(change, now) : store.replace(change))
      const after: Found = { version: at.version + 1, value: step.next, tallies: at.tallies }
      if (answer === 'stale' || isStale(answer)) {
        at = (await store.find(first.value.id)) ?? at
        // What it was planned by may be what has changed.
        if (move.move === 'replan') return { made: 'refused', at }
        continue
      }
      if (typeof answer === 'object') return heardOf(answer, move, at, after, step.events)
      if (answer === 'used') return { made: 'used', at }
      if (answer === 'full' || answer === 'last' || answer === 'code-gone')
        return { made: answer, at }
      if (answer === 'account-gone' || answer === 'unknown') return { made: 'refused', at }
      heard(step.events)
      return { made: 'moved', at: after }
    }
    throw new Fault('store.contended', `${move.move} lost ${racesMax} races`)
  }

  function heardOf(
    answer: Told,
    move: Move,
    at: Found,
    after: Found,
    events: readonly AuditEvent[],
  ): Made {
    if (answer.heard === 'too-soon') return { made: { tooSoon: answer.until }, at }
    invariant(move.move === 'spend', 'only a spend is told of locks')
    if (answer.heard === 'locked')
      return { made: 'locked', at: withTally(at, move.factor, (before) => before, answer.until) }
    heard(events)
    const counted = withTally(after, move.factor, (before) => before + 1, answer.locked)
    return { made: 'moved', locks: answer.locked !== null, at: counted }
  }

  function saveOf(
    move: Move,
    grant: NewGrant | null,
  ): (change: Change, now: Instant) => Promise<Saved> {
    switch (move.move) {
      case 'spend':
        return (change, now) =>
          store.spend(change, counterOf(change, move.factor), limits.lock, now)
      case 'judge':
        return (change, now) => {
          const { judged, factor, to } = move
          const isRight = judged.verdict === 'accepted'
          const earned = isRight
            ? earnedBy(change.next, chosenOf(change, factor, to), now, grant)
            : null
          return store.settle(change, counterOf(change, factor), judged, earned)
        }
      case 'choose':
        return move.sent === null
          ? (change) => store.replace(change)
          : (change, now) => store.send(change, claimOf(change, askedBy(move.offer), limits), now)
      case 'resend':
        return (change, now) => store.send(change, claimOf(change, move.factor, limits), now)
      case 'replan':
        return (change) => store.replan(change)
      default:
        return (change) => store.replace(change)
    }
  }

  function chosenOf({ next: { account } }: Change, factor: FactorKind, to: string | null) {
    return { factor, to: to === null || account === null ? null : marks.of(account, to) }
  }
}

type Told = Exclude<Extract<Saved, object>, { readonly heard: 'stale' }>

const isStale = (answer: Saved): answer is { readonly heard: 'stale' } =>
  typeof answer === 'object' && answer.heard === 'stale'

type Saved = Awaited<
  ReturnType<
    StepUpStore[
      | ('replace' | 'replan' | 'send' | 'settle' | 'enrol' | 'spend')
      | ('renameApp' | 'removeApp')]
  >
>

function counterOf({ next }: Change, factor: FactorKind) {
  invariant(next.account !== null, 'who answers is known')
  return { account: next.account, lane: next.lane, factor }
}

/** Of what nobody signed nothing is remembered in the person's favour, nor of a code from a help desk, which somebody else may have got. */
export function earnedBy(
  { lane, browser, account }: Held,
  chosen: NonNullable<Earned['chosen']>,
  now: Instant,
  grant: NewGrant | null,
): Earned | null {
  if (lane === 'unsigned' || account === null || operatorCodeKindOf(chosen.factor) !== undefined)
    return null
  const { browsersMax } = KNOWN_BROWSER_RULE
  return { browser, at: now, browsersMax, since: knownSince(now), chosen, grant }
}

export function claimOf(
  { next }: Pick<Change, 'next'>,
  channel: FactorKind,
  { sends }: Limits,
): Claim {
  invariant(next.account !== null, 'who is sent to is known')
  const lane = classOf(next.lane)
  return { account: next.account, channel, lane, rule: sends[lane] }
}
