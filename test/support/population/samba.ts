import { escapedRdn, ldifEntry, ldifLine } from './ldif.ts'
import {
  type Inhabitant,
  inhabitants,
  MAIL_DOMAIN,
  NESTED,
  NESTED_GROUPS,
  UNITS,
} from './people.ts'

const BASE = 'DC=corp,DC=kestrel,DC=example'
const PEOPLE = `OU=People,${BASE}`

/** What may follow an `@` besides the domain's own name. */
export const UPN_SUFFIX = MAIL_DOMAIN

const NORMAL_ACCOUNT = 0x200 | 0x20 // without a password
const DISABLED = 0x2
/** 2020, and 2100, in hundreds of nanoseconds since 1601. A lock lasts half an hour. */
const LONG_AGO = '132223104000000000'
const FAR_AWAY = '157469184000000000'

/** For `startSamba`. */
export function sambaPopulation(count: number): {
  readonly ldif: string
  readonly changes: string
} {
  return sambaOf(inhabitants(count), NESTED)
}

/** The same of any people, some of whom are in nested groups. */
export function sambaOf(
  all: readonly Inhabitant[],
  nested: readonly Inhabitant[],
): { readonly ldif: string; readonly changes: string } {
  const units = UNITS.map((ou) =>
    ldifEntry(`OU=${ou},${PEOPLE}`, { objectClass: 'organizationalUnit', ou }),
  )
  return {
    ldif: [...units, ...all.map(sambaEntry), sambaGroups(nested)].join(''),
    changes: all.map(lockOf).join(''),
  }
}

export const sambaDn = ({ name, unit }: Inhabitant): string =>
  `CN=${escapedRdn(name)},OU=${unit},${PEOPLE}`

/** What comes before its `@` is another than the login, as it often is. */
export const upnOf = ({ login, upn }: Inhabitant): string =>
  upn ?? `upn.${login.trim()}@${UPN_SUFFIX}`

export function sambaEntry(one: Inhabitant): string {
  const [mail, ...otherMailbox] = one.mails
  const [mobile, ...otherMobile] = one.mobiles
  const [telephoneNumber, ...otherTelephone] = one.telephones
  const control = one.state === 'disabled' ? NORMAL_ACCOUNT | DISABLED : NORMAL_ACCOUNT
  return ldifEntry(sambaDn(one), {
    ...{ objectClass: 'user', sAMAccountName: one.login, userPrincipalName: upnOf(one) },
    ...{ displayName: one.name, userAccountControl: `${control}` },
    ...(mail !== undefined && { mail, otherMailbox }),
    ...(mobile !== undefined && { mobile, otherMobile }),
    ...(telephoneNumber !== undefined && { telephoneNumber, otherTelephone }),
    ...(one.language !== null && { preferredLanguage: one.language }),
    ...(one.state === 'expired' && { accountExpires: LONG_AGO }),
  })
}

/** A new account is never locked. */
function lockOf(one: Inhabitant): string {
  if (one.state !== 'locked' && one.state !== 'lock-has-run-out') return ''
  const lockoutTime = one.state === 'locked' ? FAR_AWAY : LONG_AGO
  return `${ldifLine('dn', sambaDn(one))}
changetype: modify
replace: lockoutTime
lockoutTime: ${lockoutTime}

`
}

const groupDn = (name: string) => `CN=${escapedRdn(name)},CN=Users,${BASE}`

/** All of which `NESTED` are in. */
export const SAMBA_GROUPS: readonly string[] = NESTED_GROUPS.map(groupDn)

function sambaGroups(nested: readonly Inhabitant[]): string {
  return NESTED_GROUPS.map((name, n) => {
    const below = NESTED_GROUPS[n - 1]
    const member = below === undefined ? nested.map(sambaDn) : groupDn(below)
    return ldifEntry(groupDn(name), { objectClass: 'group', member })
  }).join('')
}
