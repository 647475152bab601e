import type { FactorKind, Instant } from '../kernel/index.ts'
import type { Device, Grant, TrustSettings } from './grant.ts'

/** What the browser shows of itself: the device that its cookie names, and the hash of the secret in it. */
export type Shown = { readonly series: string; readonly hash: string }

/** `before`: the last answer was lost, or two tabs came at once. `replayed`: somebody else has, or had, this cookie. */
export type DeviceStanding =
  /** Whoever explains has no browser before them. */
  | { readonly is: 'nobody' | 'anybody' }
  | { readonly is: 'current' | 'before'; readonly device: Device }
  | { readonly is: 'replayed'; readonly series: string }

/** Whoever is to be let pass, and from where. */
export type Asked = {
  readonly group: string
  readonly ip: string | null
  readonly device: DeviceStanding
  /** What the policy asks for now: what was earned in another way counts no more. */
  readonly factors: readonly FactorKind[]
  readonly acrs: readonly string[]
  /** Since the policy is as it is. */
  readonly since: Instant | null
  /** Whether this is how the person is reached now. */
  readonly isReached: (contacts: string) => boolean
}

/** A week. No setting and no row makes trust last longer. */
export const HOURS_MAX = 168
/** For how long the secret before is taken, from where the present one was given out. */
const BEFORE_MS = 60_000
/** As far as clocks of replicas may differ. */
const SKEW_MS = 10_000
const HOUR_MS = 3_600_000

/** Pure. What the cookie is worth: whoever shows an older secret may be a thief, or the owner after one. */
export function judgeDevice(
  now: Instant,
  grants: readonly Grant[],
  shown: Shown | null,
  ip: string | null,
): DeviceStanding {
  if (shown === null) return { is: 'nobody' }
  const device = grants.find((grant) => grant.device?.series === shown.series)?.device ?? null
  if (device === null) return { is: 'nobody' }
  if (shown.hash === device.hash) return { is: 'current', device }
  const isRecent = Math.abs(now - device.rotatedAt) < BEFORE_MS
  const isSamePlace = ip !== null && ip === device.rotatedIp
  if (shown.hash === device.before && isRecent && isSamePlace) return { is: 'before', device }
  return { is: 'replayed', series: shown.series }
}

/** What keeps a grant from holding here. */
export type Mismatch =
  | 'group'
  | 'never'
  | 'binding'
  | 'over'
  | 'clock'
  | 'policy'
  | 'factor'
  | 'acr'
  | 'contacts'
  | 'network'
  | 'device'

/**
 * Pure. The grant by which the person need not be asked: by the settings as they are now, and absolute from the factor that
 * earned it, however often it was used. A clock that was set back makes nothing last longer.
 */
export function judgeTrust(
  now: Instant,
  grants: readonly Grant[],
  asked: Asked,
  settings: TrustSettings,
): Grant | 'none' {
  const good = grants.filter((grant) => mismatchOf(now, grant, asked, settings) === null)
  return good.reduce<Grant | 'none'>(
    (best, grant) => (best === 'none' || grant.at > best.at ? grant : best),
    'none',
  )
}

/** The first of them, in words for whoever asks why; null: it holds. */
export function mismatchOf(
  now: Instant,
  grant: Grant,
  asked: Asked,
  { hours, binding }: TrustSettings,
): Mismatch | null {
  if (!(hours > 0 && hours <= HOURS_MAX)) return 'never'
  if (grant.group !== asked.group) return 'group'
  if (grant.binding !== binding) return 'binding'
  if (grant.at > now + SKEW_MS) return 'clock'
  if (!(now - grant.at < hours * HOUR_MS)) return 'over'
  if (asked.since !== null && grant.at < asked.since) return 'policy'
  if (!asked.factors.includes(grant.factor)) return 'factor'
  if (!asked.acrs.includes(grant.acr)) return 'acr'
  if (!asked.isReached(grant.contacts)) return 'contacts'
  return mismatchOfPlace(grant, asked)
}

function mismatchOfPlace(
  { binding, ...grant }: Grant,
  { ip, device }: Asked,
): 'network' | 'device' | null {
  const isThisIp = ip !== null && grant.ip === ip
  const isThisDevice =
    grant.device !== null && (device.is === 'anybody' || seriesOf(device) === grant.device.series)
  switch (binding) {
    case 'ip':
      return isThisIp ? null : 'network'
    case 'device':
      return isThisDevice ? null : 'device'
    case 'ip+device':
      return isThisIp ? (isThisDevice ? null : 'device') : 'network'
  }
}

const seriesOf = (device: DeviceStanding): string | null =>
  device.is === 'current' || device.is === 'before' ? device.device.series : null
