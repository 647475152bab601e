import type { AuditEvent } from '../audit/index.ts'
import { type Instant, instantOf, later, never } from '../kernel/index.ts'
import { about } from './about.ts'
import { granted, illegal, moved, refuse, type Step, satisfy } from './ends.ts'
import type { Managing, Move } from './move.ts'
import type { Held, Proven, StepUp } from './step-up.ts'

/** For so long a proof is fresh enough to change factors by it; then the whole step-up is over. */
const FRESH_SECONDS = 300

type Enrolling = Extract<StepUp, { state: 'enrolling' }>

/** What a person does with their own factors. Part of `decide`, and as pure. */
export function manage(held: Held, current: StepUp, move: Managing, now: Instant): Step {
  if (move.move === 'back') {
    if (current.state !== 'enrolling' || current.proven === null) return illegal
    return moved({ ...held, state: 'managing', proven: current.proven })
  }
  if (current.state !== 'managing') return illegal
  const { proven } = current
  if (move.move === 'done') return satisfy(held, proven.factor, proven.proof, now, [])
  if (held.answersLeft === 0) return refuse(held, 'attempts-spent', now)
  const counted = { ...held, answersLeft: held.answersLeft - 1 }
  switch (move.move) {
    case 'add':
      return moved({ ...counted, state: 'enrolling', pending: move.pending, proven })
    case 'rename':
    case 'remove': {
      const event = move.move === 'rename' ? 'factor.renamed' : 'factor.removed'
      const { enrolment } = move
      const told: AuditEvent = { ...about(held, now), event, factor: 'totp', enrolment }
      return moved({ ...counted, state: 'managing', proven }, told)
    }
    default:
      return never(move)
  }
}

/** An OTP app whose seed is shown, and a code of it. */
export function confirm(
  held: Held,
  { pending, proven }: Enrolling,
  { confirmed, proof, earns }: Extract<Move, { move: 'confirm' }>,
  now: Instant,
): Step {
  if (held.answersLeft === 0) return refuse(held, 'attempts-spent', now)
  const counted = { ...held, answersLeft: held.answersLeft - 1 }
  if (confirmed === 'wrong') return moved({ ...counted, state: 'enrolling', pending, proven })
  const { enrolment, provenance, credit } = pending
  const enrolled: AuditEvent = {
    ...about(held, now),
    event: 'factor.enrolled',
    factor: 'totp',
    enrolment,
    provenance,
  }
  const factor = credit?.factor ?? 'totp'
  if (held.request.purpose === 'sign-in') {
    const events = [enrolled, ...granted(held, earns, now)]
    return satisfy(counted, factor, credit?.proof ?? proof, now, events)
  }
  const first: Proven = { factor, provenance, proof: credit?.proof ?? proof }
  return moved(toManaging(counted, proven ?? first, now), enrolled)
}

/** Who came to look after their factors does so for as long as what they proved is fresh. */
export function toManaging(held: Held, proven: Proven, now: Instant): StepUp {
  const expiresAt = instantOf(Math.min(held.expiresAt, later(now, FRESH_SECONDS)))
  return { ...held, expiresAt, state: 'managing', proven }
}
