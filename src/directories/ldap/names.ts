import { nameKeyOf, plainNameOf } from '../name-key.ts'
import { domainOf } from './dn.ts'
import { textsOf } from './entry.ts'
import type { LdapSettings } from './settings.ts'
import type { Entry, Filter } from './wire.ts'

/** One thing that a name may mean: that an attribute holds this, in an entry of such a domain. */
type Meaning = {
  readonly attribute: string
  readonly text: string
  readonly key: string
  readonly isIn: (entry: Entry) => boolean
}

export type AskedName = {
  readonly filter: Filter
  /**
   * Whether an entry that came back is whom the name means. Servers match more than we do (Active Directory folds
   * accents), and what they take for the name of one person may be that of another. 'unreadable': the entry was found,
   * and nothing of what it was found by may be read.
   */
  isMeant(entry: Entry): 'meant' | 'another' | 'unreadable'
}

type Named = Pick<
  LdapSettings,
  'dialect' | 'match' | 'domain' | 'upnSuffixes' | 'baseDn' | 'globalCatalog'
>

/** Undefined for what can be the name of nobody here, so that no server is asked. */
export function askedByName(name: string, settings: Named): AskedName | undefined {
  const plain = plainNameOf(name)
  if (plain === undefined || nameKeyOf(plain) === undefined) return undefined
  const meanings =
    settings.dialect === 'ldap' ? meaningsOf(plain, settings) : windowsMeaningsOf(plain, settings)
  if (meanings.length === 0) return undefined
  const all = meanings.flatMap(({ attribute, text }) =>
    spellingsOf(text).map((value): Filter => ({ is: 'equal', attribute, value })),
  )
  const [only, another] = all
  return {
    filter: only !== undefined && another === undefined ? only : { is: 'or', all },
    isMeant(entry) {
      const held = meanings.map((meaning) => holds(entry, meaning))
      if (held.includes('meant')) return 'meant'
      return held.every((one) => one === 'unreadable') ? 'unreadable' : 'another'
    },
  }
}

const meaningsOf = (text: string, { match }: Named): readonly Meaning[] =>
  match.flatMap((attribute) => meaning(attribute, text, () => true))

/** `DOMAIN\user` is nobody else's. What has an `@` may be a name of its own, or a sAMAccountName in a domain. */
function windowsMeaningsOf(text: string, settings: Named): readonly Meaning[] {
  const account = settings.match.find((one) => one.toLowerCase() === 'samaccountname')
  const slash = text.indexOf('\\')
  if (slash >= 0) {
    if (slash !== text.lastIndexOf('\\')) return []
    const isIn = isOurs(text.slice(0, slash), settings)
    return account === undefined || isIn === undefined
      ? []
      : meaning(account, text.slice(slash + 1), isIn)
  }
  const whole = meaningsOf(text, settings)
  const at = text.lastIndexOf('@')
  if (at < 0 || account === undefined) return whole
  const isIn = isSuffix(text.slice(at + 1), settings)
  return isIn === undefined ? whole : [...whole, ...meaning(account, text.slice(0, at), isIn)]
}

function meaning(attribute: string, text: string, isIn: Meaning['isIn']): readonly Meaning[] {
  const key = matchKeyOf(text)
  return key === undefined ? [] : [{ attribute, text, key, isIn }]
}

/**
 * The domain by either of its names. A Global Catalog also holds the people of other domains, where the same
 * sAMAccountName is somebody else's.
 */
function isOurs(domain: string, settings: Named): Meaning['isIn'] | undefined {
  const named = nameKeyOf(domain)
  const dns = domainOf(settings.baseDn)?.dns
  if (named === undefined) return undefined
  if (named !== dns && (settings.domain === null || named !== nameKeyOf(settings.domain)))
    return undefined
  if (!settings.globalCatalog) return () => true
  return (entry) => {
    const of = dnsOf(entry)
    return of === named || of.split('.')[0] === named
  }
}

/** sAMAccountName@domain is a UPN of everybody, whichever other one the entry holds. */
function isSuffix(suffix: string, settings: Named): Meaning['isIn'] | undefined {
  const named = nameKeyOf(suffix)
  const dns = domainOf(settings.baseDn)?.dns
  if (named === undefined) return undefined
  if (named !== dns && !settings.upnSuffixes.some((one) => nameKeyOf(one) === named))
    return undefined
  return settings.globalCatalog ? (entry) => dnsOf(entry) === named : () => true
}

const dnsOf = (entry: Entry): string => domainOf(entry.dn)?.dns ?? ''

function holds(
  entry: Entry,
  { attribute, text, key, isIn }: Meaning,
): 'meant' | 'another' | 'unreadable' {
  const { texts, unreadable } = textsOf(entry, attribute)
  if (texts.length + unreadable === 0) return 'unreadable'
  const isHeld = texts.some((one) => one === text || matchKeyOf(one) === key)
  return isHeld && isIn(entry) ? 'meant' : 'another'
}

/** RFC 4518 §2.6.1: several spaces within are as good as one. */
const matchKeyOf = (text: string): string | undefined => nameKeyOf(text)?.replace(/ +/g, ' ')

/** Not every server folds case and composes accents beyond ASCII. */
function spellingsOf(text: string): readonly string[] {
  if (/^[\x20-\x7e]*$/.test(text)) return [text]
  const key = nameKeyOf(text) ?? text
  return [...new Set([text, text.normalize('NFD'), key, key.normalize('NFD')])]
}
