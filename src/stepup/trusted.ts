import type { AuditEvent } from '../audit/index.ts'
import type { Person } from '../directories/index.ts'
import {
  type Clock,
  type FactorKind,
  type Id,
  type Instant,
  operatorCodeKindOf,
} from '../kernel/index.ts'
import type { Effective, Ladder } from '../policy/index.ts'
import type { Grant, Trust, Trusted, TrustLook, TrustStore } from '../trust/index.ts'
import { about } from './about.ts'
import type { Begun } from './begun.ts'
import type { Earns } from './move.ts'
import type { Seen } from './seen.ts'
import type { Held, Proof, StepUpRequest } from './step-up.ts'

/** What the client asks for may be more than what was proven then. */
export function trustedFor(
  request: StepUpRequest,
  seen: TrustLook | null,
  now: Instant,
): Trusted | undefined {
  const found = seen?.trusted ?? null
  if (found === null) return undefined
  return overrideOf(request, found.grant, now) === null ? found : undefined
}

export type Override = 'prompt' | 'max-age' | 'insisted'

/** By what of a request the person is asked all the same; null: by nothing. */
export function overrideOf(
  request: Pick<StepUpRequest, 'prompt' | 'maxAgeSeconds' | 'acr'>,
  grant: Grant,
  now: Instant,
): Override | null {
  const { prompt, maxAgeSeconds, acr } = request
  if (prompt === 'login') return 'prompt'
  if (maxAgeSeconds !== null && now - grant.at > maxAgeSeconds * 1000) return 'max-age'
  return acr.essential && !acr.wanted.includes(grant.acr) ? 'insisted' : null
}

/** Of those that are worth enough what the client insists on: a newer grant that is worth less stands in no one's way. */
export const insistedOn = (
  { acr }: Pick<StepUpRequest, 'acr'>,
  acrs: readonly string[],
): readonly string[] => (acr.essential ? acrs.filter((value) => acr.wanted.includes(value)) : acrs)

/** Whom a grant would be for, and what it has to be worth, by the policy as it is. */
export function wantedOf(of: {
  readonly client: string
  readonly person: Person
  readonly effective: Effective
  readonly ladder: Ladder
}) {
  const { client, person, effective, ladder } = of
  const { factors, trustHours: hours, trustBinding: binding, trustSince: since } = effective
  const acrs = acrsFrom(effective.acr, ladder.values)
  return { client, person, factors, acrs, since, settings: { hours, binding } }
}

/** A rule of the policy may ask for more than the client does. Weakest first. */
function acrsFrom(least: string | null, values: readonly string[]): readonly string[] {
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

/** What a success earns by a factor that was proven here and now, and never by what somebody else handed out; null: nothing. */
export type Earn = (
  held: Held,
  factor: FactorKind,
  proof: Proof | null,
  isTicked: boolean,
) => ReturnType<Trust['earn']>

export function createEarn(trust: Pick<Trust, 'earn'>): Earn {
  return ({ account, trust: offer }, factor, proof, isTicked) => {
    if (operatorCodeKindOf(factor) !== undefined || account === null) return null
    if (offer === null || proof === null || proof.at === null) return null
    return trust.earn(offer, { account, factor, ...proof, at: proof.at }, isTicked)
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
