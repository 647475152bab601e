import type { AuditEvent } from '../audit/index.ts'
import { type FactorKind, type Instant, never } from '../kernel/index.ts'
import { about, codeRefused, codeUsed } from './about.ts'
import { EXEMPT, satisfied } from './begun.ts'
import { block, end, granted, heldBy, illegal, moved, refuse, type Step, satisfy } from './ends.ts'
import type { Judged } from './factor.ts'
import { confirm, manage, toManaging } from './manage.ts'
import type { Lead, Move, Planned } from './move.ts'
import type { CodeRefusal } from './operator-code.ts'
import type { Asked, Challenged, Held, Offer, StepUp } from './step-up.ts'

/**
 * The one place a step-up changes. An attempt is spent before the answer is looked at,
 * so that guesses sent in parallel cost as much as guesses sent in turn.
 */
export function decide(now: Instant, current: StepUp, move: Move): Step {
  switch (current.state) {
    case 'satisfied':
    case 'refused':
    case 'cancelled':
    case 'expired':
      // What went out went out, whatever the person did meanwhile, and the audit must hold it.
      return move.move === 'deliver' ? moved(current, ...sentBy(current, move, now)) : illegal
    case 'choosing':
    case 'challenged':
    case 'enrolling':
    case 'managing':
    case 'blocked':
      break
    default:
      never(current)
  }
  const held = heldBy(current)
  if (now >= held.expiresAt) return end(held, 'expired', now, sentBy(current, move, now))

  switch (move.move) {
    case 'expire':
      return illegal
    case 'cancel':
      return end(held, 'cancelled', now)
    case 'speak':
      return moved({ ...current, locale: move.locale })
    case 'choose':
      if (isAtHome(current)) return illegal
      return isOffered(held, move.offer) ? challenge(held, move, now) : illegal
    case 'resend':
      if (!isAbout(current, move) || current.sent === null) return illegal
      return moved({ ...current, sent: move.sent })
    case 'deliver':
      if (!isAbout(current, move)) return moved(current, ...sentBy(current, move, now))
      return deliver(current, move, now)
    case 'spend': {
      if (!isAbout(current, move) || current.attemptsLeft === 0) return illegal
      if (current.answersLeft === 0) return refuse(held, 'attempts-spent', now)
      const { attemptsLeft, unjudged, answersLeft } = current
      const next = {
        ...current,
        attemptsLeft: attemptsLeft - 1,
        unjudged: unjudged + 1,
        answersLeft: answersLeft - 1,
      }
      return moved(next, { ...about(held, now), event: 'answer.spent', factor: move.factor })
    }
    case 'judge':
      // Factor and challenge are named because the person may have switched while this
      // answer was being looked at; the client must hear what was really proven.
      if (!isAbout(current, move) || current.unjudged === 0) return illegal
      if (move.judged.verdict === 'accepted') return accept(current, move.judged, move.lead, now)
      return reject(current, 'rejected', now, move.judged.why)
    case 'replayed':
      if (!isAbout(current, move) || current.unjudged === 0) return illegal
      return reject(current, 'replayed', now, 'changed-meanwhile')
    case 'malformed':
      if (current.answersLeft === 0) return refuse(held, 'attempts-spent', now)
      return moved({ ...current, answersLeft: current.answersLeft - 1 })
    case 'lock': {
      if (current.state === 'enrolling' || current.state === 'managing') return illegal
      const why = { why: 'factor-locked', reason: `${move.factor} is locked` } as const
      return block(without(held, move.factor), { ...why, factor: move.factor }, now)
    }
    case 'enrol': {
      const offer = held.offered.find(({ use }) => use === 'enrol')
      // Only where nothing must be proven first; else the contact's challenge leads here.
      if (isAtHome(current) || offer?.use !== 'enrol' || offer.first !== null) return illegal
      return moved({ ...held, state: 'enrolling', pending: move.pending, proven: null })
    }
    case 'confirm':
      if (current.state !== 'enrolling' || current.pending.enrolment !== move.enrolment)
        return illegal
      return confirm(held, current, move, now)
    case 'unprove':
      if (current.state !== 'enrolling' || current.pending.enrolment !== move.enrolment)
        return illegal
      return moved({ ...held, state: 'choosing' })
    case 'add':
    case 'back':
    case 'rename':
    case 'remove':
    case 'done':
      return manage(held, current, move, now)
    case 'replan':
      if (current.state !== 'blocked') return illegal
      if (held.replansLeft === 0) return refuse(held, 'denied', now)
      return replan({ ...held, replansLeft: held.replansLeft - 1 }, move.planned, now)
    default:
      return never(move)
  }
}

function challenge(held: Held, move: Extract<Move, { move: 'choose' }>, now: Instant): Step {
  const { offer, sent } = move
  // A first proof is asked over its channel; the factor being enrolled is not yet there to ask.
  const factor = offer.use === 'enrol' ? offer.first?.channel : offer.factor
  if (factor === undefined) return illegal
  const next: Challenged = {
    ...held,
    state: 'challenged',
    factor,
    challenge: move.challenge,
    attemptsLeft: held.attemptsMax,
    unjudged: 0,
    sent,
    leadsTo: offer.use === 'enrol' ? 'enrolling' : 'satisfied',
  }
  return moved(next, { ...about(held, now), event: 'step-up.challenged', factor })
}

/** What came of a message, if the move tells of one. */
function sentBy(current: StepUp, move: Move, now: Instant): readonly AuditEvent[] {
  if (move.move !== 'deliver') return []
  const { factor, outcome, provider, to } = move
  return [{ ...about(current, now), event: 'code.sent', factor, outcome, provider, to }]
}

function deliver(
  current: Challenged,
  move: Extract<Move, { move: 'deliver' }>,
  now: Instant,
): Step {
  const { factor, outcome } = move
  const events = sentBy(current, move, now)
  if (outcome === 'accepted') return moved(current, ...events)
  const down = { why: 'channel-down', reason: outcome, factor } as const
  const step = block(without(heldBy(current), factor), down, now)
  return step.step === 'moved' ? { ...step, events: [...events, ...step.events] } : step
}

function accept(
  current: Challenged,
  { consumption }: Extract<Judged, { verdict: 'accepted' }>,
  lead: Lead | null,
  now: Instant,
): Step {
  const { factor } = current
  const judged: AuditEvent = {
    ...about(current, now),
    event: 'answer.judged',
    factor,
    verdict: 'accepted',
  }
  const events = [judged, ...('code' in consumption ? [codeUsed(current, consumption, now)] : [])]
  const held = heldBy(current)
  if (lead?.leadsTo === 'satisfied' && current.leadsTo === 'satisfied')
    return satisfy(held, factor, lead.proof, now, [...events, ...granted(held, lead.earns, now)])
  if (lead?.leadsTo === 'managing' && current.leadsTo === 'satisfied')
    return moved(toManaging(held, lead.proven, now), ...events)
  if (lead?.leadsTo === 'enrolling' && current.leadsTo === 'enrolling')
    return moved({ ...held, state: 'enrolling', pending: lead.pending, proven: null }, ...events)
  return illegal
}

function reject(
  current: Challenged,
  verdict: 'rejected' | 'replayed',
  now: Instant,
  why: CodeRefusal | null,
): Step {
  const { factor, attemptsLeft, unjudged } = current
  const judged: AuditEvent = { ...about(current, now), event: 'answer.judged', factor, verdict }
  const events = [judged, ...codeRefused(current, why, now)]
  // The last wrong answer ends the challenge. Only the tally locks.
  if (attemptsLeft === 0 && unjudged === 1)
    return moved({ ...heldBy(current), state: 'choosing' }, ...events)
  return moved({ ...current, unjudged: unjudged - 1 }, ...events)
}

function replan(held: Held, { outcome, ...planned }: Planned, now: Instant): Step {
  const next = { ...held, ...planned }
  switch (outcome.plan) {
    case 'ask':
      return moved({ ...next, state: 'choosing' })
    case 'delegated':
    case 'exempt': {
      const proof = outcome.plan === 'exempt' ? EXEMPT : outcome.proof
      const { stepUp, events } = satisfied(next, outcome.plan, proof, now)
      return moved(stepUp, ...events)
    }
    case 'block':
      return block(next, outcome, now)
    case 'refuse':
      return refuse(next, outcome.reason, now)
    default:
      return never(outcome)
  }
}

function isOffered({ offered }: Held, { factor, use }: Offer): boolean {
  return offered.some((offer) => offer.factor === factor && offer.use === use)
}

/** Has proven what there was to prove, and is asked nothing any more. */
function isAtHome(current: StepUp): boolean {
  return current.state === 'managing' || (current.state === 'enrolling' && current.proven !== null)
}

function isAbout(current: StepUp, { factor, challenge }: Asked): current is Challenged {
  return (
    current.state === 'challenged' && current.factor === factor && current.challenge === challenge
  )
}

/** Enrolling over a channel goes with the channel. */
function without(held: Held, gone: FactorKind): Held {
  const offered = held.offered.filter(
    (offer) => offer.factor !== gone && !(offer.use === 'enrol' && offer.first?.channel === gone),
  )
  return { ...held, offered }
}
