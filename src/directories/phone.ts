import { createRequire } from 'node:module'
import { certainE164 } from './e164.ts'

/** Loaded at the first number: its tables take 7 MiB, and whoever only looks people up parses none. */
let loaded: typeof import('libphonenumber-js/max') | undefined
function library(): typeof import('libphonenumber-js/max') {
  loaded ??= createRequire(import.meta.url)('libphonenumber-js/max')
  if (loaded === undefined) throw new Error('invariant broken: a library that loads is there')
  return loaded
}

const LENGTH_MAX = 40

/**
 * E.164, or 'unparseable': a number is never guessed. Without a `+` it is one of the default country; where none is
 * set it can't be told. An extension is refused, because no message reaches it.
 */
export function parsePhone(text: string, defaultCountry: string | null): string | 'unparseable' {
  if (text.length > LENGTH_MAX) return 'unparseable'
  const certain = certainE164(text, defaultCountry)
  if (certain !== undefined) return certain
  const { isSupportedCountry, parsePhoneNumberFromString } = library()
  const country =
    defaultCountry !== null && isSupportedCountry(defaultCountry) ? defaultCountry : undefined
  const phone = parsePhoneNumberFromString(text.trim(), {
    ...(country !== undefined && { defaultCountry: country }),
    extract: false,
  })
  if (phone === undefined || phone.ext !== undefined || !phone.isValid()) return 'unparseable'
  return phone.number
}

/**
 * Which numbers may be texted: those of countries that the operator allows, and none of them that somebody earns on,
 * that no single person holds, or that nobody was given. A calling code says little: +1 is some 25 countries.
 */
export function createMayText(regions: readonly string[]): (number: string) => boolean {
  const allowed = new Set(regions)
  return (number) => {
    const { parsePhoneNumberFromString } = library()
    const phone = parsePhoneNumberFromString(number, { extract: false })
    // Each must be said by name: what is added to the library one day is not allowed by that.
    if (phone?.number !== number || phone.country === undefined) return false
    return allowed.has(phone.country) && PERSONAL.has(phone.getType() ?? 'unassigned')
  }
}

/** Not `PERSONAL_NUMBER`, which follows a person at the caller's expense. */
const PERSONAL: ReadonlySet<string> = new Set([
  ...['MOBILE', 'FIXED_LINE', 'FIXED_LINE_OR_MOBILE', 'VOIP'],
])
