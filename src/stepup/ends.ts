import type { AuditEvent } from '../audit/index.ts'
import type { FactorKind, Instant } from '../kernel/index.ts'
import { about } from './about.ts'
import type { Earns } from './move.ts'
import type { Block, Held, Proof, Refusal, StepUp } from './step-up.ts'

export type Step =
  | { readonly step: 'moved'; readonly next: StepUp; readonly events: readonly AuditEvent[] }
  | { readonly step: 'illegal' }

export const illegal: Step = { step: 'illegal' }

export function satisfy(
  held: Held,
  factor: FactorKind,
  proof: Proof,
  now: Instant,
  events: readonly AuditEvent[],
): Step {
  const next: StepUp = { ...held, state: 'satisfied', how: 'factor', factor, proof, at: now }
  const event: AuditEvent = {
    ...about(held, now),
    event: 'step-up.satisfied',
    how: 'factor',
    factor,
    acr: proof.acr,
    seconds: (now - held.openedAt) / 1000,
  }
  return moved(next, ...events, event)
}

export function granted(held: Held, earns: Earns | null, now: Instant): readonly AuditEvent[] {
  return earns === null ? [] : [{ ...about(held, now), event: 'trust.granted', ...earns }]
}

export function block(
  held: Held,
  { why, reason, factor }: { why: Block; reason: string; factor: FactorKind | null },
  now: Instant,
): Step {
  const event: AuditEvent = { ...about(held, now), event: 'step-up.blocked', why, reason }
  return moved({ ...held, state: 'blocked', why, factor }, event)
}

export function refuse(held: Held, reason: Refusal, now: Instant): Step {
  const event: AuditEvent = { ...about(held, now), event: 'step-up.refused', reason }
  return moved({ ...held, state: 'refused', reason, at: now }, event)
}

export function end(
  held: Held,
  state: 'cancelled' | 'expired',
  now: Instant,
  events: readonly AuditEvent[] = [],
): Step {
  const event: AuditEvent = { ...about(held, now), event: `step-up.${state}` }
  const over = state === 'cancelled' ? ({ state, by: 'person' } as const) : { state }
  return moved({ ...held, ...over, at: now }, ...events, event)
}

export function moved(next: StepUp, ...events: readonly AuditEvent[]): Step {
  return { step: 'moved', next, events }
}

/** Only what is true in every state: what belonged to the former state does not go along. */
export function heldBy(current: Held): Held {
  const { id, request, browser, ip, userAgent, account, isOurs, isTheirs } = current
  const { username, lane, locale, trust } = current
  const { offered, attemptsMax, answersLeft, replansLeft, openedAt, expiresAt } = current
  return {
    ...{ id, request, browser, ip, userAgent, account, isOurs, isTheirs, username, lane, locale },
    ...{ trust, offered, attemptsMax, answersLeft, replansLeft, openedAt, expiresAt },
  }
}
