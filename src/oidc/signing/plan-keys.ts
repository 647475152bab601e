import type { AuditEvent } from '../../audit/index.ts'
import { type Instant, later } from '../../kernel/index.ts'
import type { SigningAlgorithm, SigningKey } from '../signing-key-store.ts'

/** Long enough for everybody who keeps our key set, and for replicas that have not looked yet. */
export const PUBLISHED_BEFORE_SECONDS = 48 * 3600
export const PUBLISHED_AFTER_SECONDS = 49 * 3600

/** A key pair that somebody made for the plan; making one is no pure thing. */
export type Fresh = Pick<SigningKey, 'kid' | 'alg' | 'privateKey' | 'publicJwk'>

export type KeyPlan =
  | { readonly plan: 'keep' }
  /** Plan again, with a key. */
  | { readonly plan: 'make' }
  | {
      readonly plan: 'replace'
      readonly next: readonly SigningKey[]
      readonly events: readonly AuditEvent[]
    }

/**
 * What is to become of the keys of one algorithm. The first key ever signs at once, since nobody has kept an older set.
 * Each later one is published 48 hours before it signs, and stays for longer than that after another took over.
 */
export function planKeys(input: {
  readonly keys: readonly SigningKey[]
  readonly alg: SigningAlgorithm
  readonly wants: 'tend' | 'rotate'
  readonly fresh: Fresh | null
  readonly now: Instant
  readonly actor: AuditEvent['actor']
}): KeyPlan {
  const { alg, wants, fresh, now, actor } = input
  const others = input.keys.filter((key) => key.alg !== alg)
  const ours = input.keys.filter((key) => key.alg === alg)
  const active = ours.find(({ state }) => state === 'active')
  const next = ours.find(({ state }) => state === 'next')

  const tell = (event: Told, { kid }: { kid: string }): AuditEvent => ({
    ...{ event, kid, alg, at: now, actor },
  })

  if (active === undefined && next === undefined) {
    if (fresh === null) return { plan: 'make' }
    const first: SigningKey = { ...made(fresh, now), state: 'active', activatedAt: now }
    const events = [tell('signing-key.made', first), tell('signing-key.activated', first)]
    return { plan: 'replace', next: [...input.keys, first], events }
  }

  if (wants === 'rotate' && next === undefined) {
    if (fresh === null) return { plan: 'make' }
    const after = made(fresh, now)
    return {
      plan: 'replace',
      next: [...input.keys, after],
      events: [tell('signing-key.made', after)],
    }
  }

  const isReady =
    next !== undefined &&
    (active === undefined || now >= later(next.madeAt, PUBLISHED_BEFORE_SECONDS))
  const gone = ours.filter((key) => isOver(key, now))
  if (!isReady && gone.length === 0) return { plan: 'keep' }

  const events: AuditEvent[] = gone.map((key) => tell('signing-key.removed', key))
  const kept = ours
    .filter((key) => !gone.includes(key))
    .map((key): SigningKey => {
      if (!isReady || key.state === 'retired') return key
      if (key === next) return { ...key, state: 'active', activatedAt: now }
      return { ...key, state: 'retired', retiredAt: now }
    })
  if (isReady && active !== undefined) events.push(tell('signing-key.retired', active))
  if (isReady) events.push(tell('signing-key.activated', next))
  return { plan: 'replace', next: [...others, ...kept], events }
}

type Told = Extract<AuditEvent['event'], `signing-key.${string}`>

function made(fresh: Fresh, now: Instant): SigningKey {
  return { ...fresh, state: 'next', madeAt: now, activatedAt: null, retiredAt: null }
}

function isOver({ state, retiredAt }: SigningKey, now: Instant): boolean {
  return (
    state === 'retired' && retiredAt !== null && now >= later(retiredAt, PUBLISHED_AFTER_SECONDS)
  )
}
