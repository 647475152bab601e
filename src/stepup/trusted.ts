import type { AuditEvent } from '../audit/index.ts'
import type { Clock, Id, Instant } from '../kernel/index.ts'
import type { Grant, Trust, Trusted, TrustLook, TrustStore } from '../trust/index.ts'
import { about } from './about.ts'
import type { Begun } from './begun.ts'
import type { Earns } from './move.ts'
import type { Seen } from './seen.ts'
import type { Held, StepUpRequest } from './step-up.ts'

/** What the client asks for may be more than what was proven then. */
export function trustedFor(
  request: StepUpRequest,
  seen: TrustLook | null,
  now: Instant,
): Trusted | undefined {
  const found = seen?.trusted ?? null
  if (found === null || request.prompt === 'login') return undefined
  const { grant } = found
  const isFresh = request.maxAgeSeconds === null || now - grant.at <= request.maxAgeSeconds * 1000
  const isEnough = !request.acr.essential || request.acr.wanted.includes(grant.acr)
  return isFresh && isEnough ? found : undefined
}

/** What a grant has to be worth: a rule of the policy may ask for more than the client does. Weakest first. */
export function acrsFrom(least: string | null, values: readonly string[]): readonly string[] {
  if (least === null) return values
  const from = values.indexOf(least)
  return from < 0 ? [] : values.slice(from)
}

export function usedTrust(begun: Begun, held: Held, { id, at }: Grant, now: Instant): Begun {
  const event = { ...about(held, now), event: 'trust.used', grant: id, earnedAt: at } as const
  return { ...begun, events: [event, ...begun.events] }
}

/** Whoever showed a device whose secret is an older one is asked; and so is everybody else who has it. */
export function createRevokeReplayed(deps: {
  readonly trustStore: Pick<TrustStore, 'revoke'>
  readonly clock: Clock
  readonly heard: (events: readonly AuditEvent[]) => void
}) {
  return async (account: Id<'account'>, seen: TrustLook | null): Promise<void> => {
    const series = seen?.replayed ?? null
    if (series === null) return
    const about = { at: deps.clock.now(), actor: 'system', account } as const
    const event = { ...about, event: 'trust.revoked', why: 'replayed', which: series } as const
    const revoked = await deps.trustStore.revoke(account, { series }, [event])
    if (revoked > 0) deps.heard([event])
  }
}

/** As the audit says what was earned. */
export function earnsOf({ trust }: Held, earned: ReturnType<Trust['earn']>): Earns | null {
  if (trust === null || earned === null) return null
  const { group, binding, hours } = trust
  return { grant: earned.grant.id, group, binding, hours }
}

export function withDevice(seen: Seen, device: string | null): Seen {
  return seen.seen === 'step-up' ? { ...seen, device } : seen
}
