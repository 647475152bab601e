import type { Actor, AuditEvent } from '../audit/index.ts'
import { type Instant, operatorCodeKindOf } from '../kernel/index.ts'
import type { Consumption } from './factor.ts'
import type { CodeRefusal } from './operator-code.ts'
import type { Challenged, Held } from './step-up.ts'

/** What every event about a step-up says. */
export function about({ id, request, account }: Held, at: Instant, actor: Actor = 'person') {
  return { at, actor, stepUp: id, client: request.client, account }
}

/** Who made the code, and where it was given. */
export function codeUsed(
  held: Held,
  { kind, madeBy }: Extract<Consumption, { readonly code: unknown }>,
  at: Instant,
): AuditEvent {
  const { ip, request } = held
  const where = { ip, signedIp: request.signedIp }
  return { ...about(held, at), event: 'operator-code.used', kind, madeBy, ...where }
}

/** Nothing of a factor that operators do not hand out. */
export function codeRefused(
  held: Challenged,
  why: CodeRefusal | null,
  at: Instant,
): readonly AuditEvent[] {
  const kind = operatorCodeKindOf(held.factor)
  if (kind === undefined || why === null) return []
  return [{ ...about(held, at), event: 'operator-code.refused', kind, why, ip: held.ip }]
}
