import { Fault, type Instant, instantOf } from '../../kernel/index.ts'
import { oneOf, textsOf } from './entry.ts'
import type { LdapSettings } from './settings.ts'
import type { Entry } from './wire.ts'

/** 'maybe-locked': it was, and only the domain knows for how long that lasts. */
export type State =
  | { readonly is: 'enabled' | 'disabled' | 'expired' | 'locked' }
  | { readonly is: 'maybe-locked'; readonly since: Instant }

type Settings = Pick<LdapSettings, 'name' | 'dialect' | 'attributes' | 'globalCatalog'>

/** What the state is told by, apart from what the configuration names. */
export const STATE_ATTRIBUTES: Readonly<Record<LdapSettings['dialect'], readonly string[]>> = {
  ldap: ['pwdAccountLockedTime', 'nsAccountLock'],
  activeDirectory: [
    ...['userAccountControl', 'msDS-User-Account-Control-Computed', 'lockoutTime'],
    'accountExpires',
  ],
}

const ACCOUNTDISABLE = 0x2
const UF_LOCKOUT = 0x10
/** Hundreds of nanoseconds since 1601. */
const TICKS_TO_1970 = 116_444_736_000_000_000n
const TICKS_PER_MS = 10_000n
const NEVER = 0x7fff_ffff_ffff_ffffn

/** A password that has to be changed is no state of ours: whoever checks the password says so. */
export function stateOf(entry: Entry, settings: Settings, now: Instant): State {
  if (!isEnabled(entry, settings.attributes.enabled)) return { is: 'disabled' }
  return settings.dialect === 'ldap' ? ldapState(entry) : windowsState(entry, settings, now)
}

function isEnabled(entry: Entry, enabled: LdapSettings['attributes']['enabled']): boolean {
  if (enabled === null) return true
  const { texts, unreadable } = textsOf(entry, enabled.name)
  const known = enabled.values.map(wordOf)
  return unreadable === 0 && texts.every((text) => known.includes(wordOf(text)))
}

const wordOf = (text: string) => text.trim().toLowerCase()

function ldapState(entry: Entry): State {
  // 389 DS, and FreeIPA upon it: TRUE or not there.
  const lock = textsOf(entry, 'nsAccountLock')
  if (lock.unreadable > 0 || lock.texts.some((text) => wordOf(text) !== 'false'))
    return { is: 'disabled' }
  // Taken away at the next right password, which whoever comes here has just given: where it is still there the lock
  // holds. For how long, its policy says, and 000001010000Z means for ever.
  return { is: oneOf(entry, 'pwdAccountLockedTime') === 'none' ? 'enabled' : 'locked' }
}

function windowsState(entry: Entry, settings: Settings, now: Instant): State {
  const control = integerOf(entry, 'userAccountControl', settings)
  if (control === undefined)
    throw new Fault(
      'directory.unavailable',
      `${settings.name} does not say whether somebody is disabled: directories.${settings.name}.bind has to be an account that may read userAccountControl`,
    )
  if ((Number(control) & ACCOUNTDISABLE) !== 0) return { is: 'disabled' }

  // Not in a Global Catalog, where the domain controller that takes the password is who looks.
  const expires = integerOf(entry, 'accountExpires', settings) ?? 0n
  if (expires !== 0n && expires !== NEVER && instantOfTicks(expires) <= now)
    return { is: 'expired' }

  const computed = integerOf(entry, 'msDS-User-Account-Control-Computed', settings)
  if (computed !== undefined)
    return { is: (Number(computed) & UF_LOCKOUT) === 0 ? 'enabled' : 'locked' }
  const lockedAt = integerOf(entry, 'lockoutTime', settings) ?? 0n
  return lockedAt === 0n
    ? { is: 'enabled' }
    : { is: 'maybe-locked', since: instantOfTicks(lockedAt) }
}

/** @param duration `lockoutDuration` of the domain: negative ticks; for ever where it is 0, or not told. */
export function isStillLocked(since: Instant, duration: bigint | undefined, now: Instant): boolean {
  if (duration === undefined || duration >= 0n || duration <= -NEVER) return true
  return now < since + Number(-duration / TICKS_PER_MS)
}

/** Undefined where it is not there. What is there and no integer lets nothing be said. */
export function integerOf(
  entry: Entry,
  attribute: string,
  { name }: Pick<LdapSettings, 'name'>,
): bigint | undefined {
  const one = oneOf(entry, attribute)
  if (one === 'none') return undefined
  if (typeof one === 'object' && /^-?[0-9]{1,20}$/.test(one.text)) return BigInt(one.text)
  throw new Fault('directory.unavailable', `${name} holds a ${attribute} that is no integer`)
}

const instantOfTicks = (ticks: bigint): Instant =>
  instantOf(Number((ticks - TICKS_TO_1970) / TICKS_PER_MS))
