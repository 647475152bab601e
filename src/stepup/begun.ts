import type { AuditEvent } from '../audit/index.ts'
import type { Instant } from '../kernel/index.ts'
import { about } from './about.ts'
import type { End } from './plan.ts'
import type { Held, Proof, StepUp } from './step-up.ts'
import { choicesOf } from './ways.ts'

/** A step-up as it is about to be opened, with what has happened to it by then. */
export type Begun = { readonly stepUp: StepUp; readonly events: readonly AuditEvent[] }

export function ended(held: Held, end: End, now: Instant): Begun {
  if (end.plan === 'refuse') {
    const { reason } = end
    return {
      stepUp: { ...held, state: 'refused', reason, at: now },
      events: [{ ...about(held, now), event: 'step-up.refused', reason }],
    }
  }
  const { why, reason, factor } = end
  return {
    stepUp: { ...held, state: 'blocked', why, factor },
    events: [{ ...about(held, now), event: 'step-up.blocked', why, reason }],
  }
}

/** Of which a token says that nothing was proven. */
export const EXEMPT = { acr: 'exempt', amr: [], at: null } as const satisfies Proof

export function satisfied(
  held: Held,
  how: 'trust' | 'delegated' | 'exempt',
  proof: { readonly acr: string; readonly amr: readonly string[]; readonly at: Instant | null },
  now: Instant,
): Begun {
  const { acr, amr, at } = proof
  return {
    stepUp: { ...held, state: 'satisfied', how, factor: null, proof: { acr, amr, at }, at: now },
    events: [
      { ...about(held, now), event: 'step-up.satisfied', how, factor: null, acr, seconds: 0 },
    ],
  }
}

export function openedEvent(held: Held, now: Instant): AuditEvent {
  return {
    ...about(held, now),
    event: 'step-up.opened',
    lane: held.lane,
    offered: choicesOf(held.offered).map(({ factor }) => factor),
    purpose: held.request.purpose,
    ip: held.ip,
    signedIp: held.request.signedIp,
  }
}
