import type { Person } from '../directories/index.ts'
import {
  type FactorKind,
  hashOf,
  type Id,
  type Instant,
  type KeyRing,
  later,
  macOf,
  newId,
  type Random,
  randomToken,
  signParts,
  verifyParts,
} from '../kernel/index.ts'
import type { Device, Grant, NewGrant, TrustOffer, TrustSettings, TrustUse } from './grant.ts'
import {
  HOURS_MAX,
  judgeDevice,
  judgeTrust,
  type Mismatch,
  mismatchOf,
  type Shown,
} from './judge-trust.ts'
import { networkOf } from './network.ts'

/** Where somebody is asked from. */
export type Place = {
  /** Of the browser, where it is certain; null: nothing is bound to it. */
  readonly ip: string | null
  /** The device cookie, as it came. */
  readonly device: string | null
}

/** Whom a grant would be for, and what it has to be worth. */
type Wanted = {
  readonly client: string
  readonly person: Pick<Person, 'account' | 'emails' | 'phones'>
  readonly factors: readonly FactorKind[]
  readonly acrs: readonly string[]
  /** What was proven before counts no more. */
  readonly since: Instant | null
  readonly settings: TrustSettings
}

/** A grant that holds here, and what its use changes: written with the step-up that it opens. */
export type Trusted = {
  readonly grant: Grant
  readonly use: TrustUse
  /** What the browser is to keep from now on; null: what it has. */
  readonly cookie: string | null
}

/** What is known of trust before anything is asked. */
export type TrustLook = {
  readonly trusted: Trusted | null
  /** Of a device whose cookie came that is good no more. */
  readonly replayed: string | null
  /** Null where nothing is earned. */
  readonly offer: TrustOffer | null
}

/** Reads and decides; what it answers, others write. */
export type Trust = {
  /** Among all grants of the account. `asked.client` need not be in a group: then it is one by itself. */
  look(now: Instant, grants: readonly Grant[], asked: Place & Wanted): TrustLook
  /** Of each grant why it does not hold there; null: it does, in the browser that it is for. */
  explain(
    now: Instant,
    grants: readonly Grant[],
    asked: Pick<Place, 'ip'> & Wanted,
  ): readonly { readonly grant: Grant; readonly mismatch: Mismatch | null }[]
  /** What is written with the verdict; null: nothing, for a device is trusted only where the person said so themselves. */
  earn(
    offer: TrustOffer,
    proven: {
      readonly account: Id<'account'>
      readonly factor: FactorKind
      readonly acr: string
      readonly amr: readonly string[]
      readonly at: Instant
    },
    isTicked: boolean,
  ): { readonly grant: NewGrant; readonly cookie: string | null } | null
}

const SERIES_BYTES = 16
/** The device that a browser is, and 256 bits that only it has. */
const COOKIE = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/
/** More places than somebody works at in a week. */
const GRANTS_MAX = 20

export function createTrust(deps: {
  readonly keys: KeyRing
  readonly random: Random
  readonly ipv6Prefix: 64 | 128
  /** Of a client its `trustGroup`. */
  readonly groups: ReadonlyMap<string, string>
}): Trust {
  const { keys, random, groups } = deps

  return {
    look(now, grants, { device: cookie, ...wanted }) {
      const { settings } = wanted
      const { account } = wanted.person
      const asked = askedFor(wanted)
      const { group, ip } = asked
      const device = judgeDevice(now, grants, shownIn(cookie), ip)
      const grant = judgeTrust(now, grants, { ...asked, device }, settings)
      const known = device.is === 'current' || device.is === 'before' ? device : null
      return {
        trusted: grant === 'none' ? null : used(grant, known, { account, ip, now }),
        replayed: device.is === 'replayed' ? device.series : null,
        offer: isOffered(settings, ip)
          ? {
              ...{ ...settings, group, ip, series: known?.device.series ?? null },
              contacts: signParts(keys, 'trust', contactParts(wanted.person)),
            }
          : null,
      }
    },

    explain(now, grants, wanted) {
      const asked = { ...askedFor(wanted), device: { is: 'anybody' } } as const
      return grants.map((grant) => ({
        grant,
        mismatch: mismatchOf(now, grant, asked, wanted.settings),
      }))
    },

    earn({ binding, group, contacts, ip, series }, { account, ...proven }, isTicked) {
      if (binding !== 'ip' && !isTicked) return null
      const made = binding === 'ip' ? null : deviceOf(account, series, { at: proven.at, ip })
      const { at } = proven
      const expiresAt = later(at, HOURS_MAX * 3600)
      const id = newId('trust', random)
      const device = made?.device ?? null
      return {
        cookie: made?.cookie ?? null,
        grant: {
          ...{ id, group, binding, contacts, ip, device, ...proven },
          ...{ expiresAt, grantsMax: GRANTS_MAX },
        },
      }
    },
  }

  function askedFor({ client, person, ip, factors, acrs, since }: Pick<Place, 'ip'> & Wanted) {
    const parts = contactParts(person)
    return {
      ...{ group: groups.get(client) ?? client, ip: networkOf(ip, deps.ipv6Prefix) },
      ...{ factors, acrs, since },
      isReached: (contacts: string) => verifyParts(keys, 'trust', parts, contacts) === 'genuine',
    }
  }

  function used(
    grant: Grant,
    shown: { readonly is: 'current' | 'before'; readonly device: Device } | null,
    { account, ip, now }: { account: Id<'account'>; ip: string | null; now: Instant },
  ): Trusted | null {
    const use = { account, grant: grant.id }
    if (grant.binding === 'ip' || shown === null)
      return { grant, use: { ...use, device: null }, cookie: null }
    const { series, generation, keyId } = shown.device
    // Whoever has the former secret is handed the present one again: it never arrived, or did in another tab.
    if (shown.is === 'before') {
      const cookie = cookieOf(account, series, generation, keyId)
      const device = { series, generation, next: null }
      return cookie === null ? null : { grant, use: { ...use, device }, cookie }
    }
    const cookie = cookieOf(account, series, generation + 1, keys.activeId)
    if (cookie === null) return null
    const next = { hash: secretHash(cookie), keyId: keys.activeId, rotatedAt: now, rotatedIp: ip }
    return { grant, use: { ...use, device: { series, generation, next } }, cookie }
  }

  function deviceOf(
    account: Id<'account'>,
    known: string | null,
    { at, ip }: { readonly at: Instant; readonly ip: string | null },
  ): { device: NewGrant['device']; cookie: string | null } | null {
    if (known !== null) return { device: { join: known }, cookie: null }
    const series = randomToken(random, SERIES_BYTES)
    const cookie = cookieOf(account, series, 1, keys.activeId)
    if (cookie === null) return null
    const hash = secretHash(cookie)
    const first = { series, generation: 1, hash, keyId: keys.activeId, before: null }
    return { device: { ...first, rotatedAt: at, rotatedIp: ip }, cookie }
  }

  /** Made and not drawn, so that the present secret can be given out again though only its hash is kept. */
  function cookieOf(
    account: Id<'account'>,
    series: string,
    generation: number,
    keyId: string,
  ): string | null {
    const secret = macOf(keys, 'trust', keyId, ['device', account, series, `${generation}`])
    return secret === undefined ? null : `${series}.${secret}`
  }
}

/** In any order: a directory may give them out in another one. */
const contactParts = ({ account, emails, phones }: Pick<Person, 'account' | 'emails' | 'phones'>) =>
  ['contacts', account, JSON.stringify([[...emails].sort(), [...phones].sort()])] as const

const secretHash = (cookie: string): string => hashOf(cookie.slice(cookie.indexOf('.') + 1))

function shownIn(cookie: string | null): Shown | null {
  const [, series, secret] = COOKIE.exec(cookie ?? '') ?? []
  return series === undefined || secret === undefined ? null : { series, hash: hashOf(secret) }
}

function isOffered({ hours, binding }: TrustSettings, ip: string | null): boolean {
  return hours > 0 && (binding === 'device' || ip !== null)
}
