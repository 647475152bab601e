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

/** Why a number gets no text; 'may': it gets some. */
export type Textable = 'may' | 'region' | 'type' | 'premium' | 'unassigned'

/**
 * Which numbers may be texted: those of countries and types that the operator allows, and none of them that somebody earns on,
 * that no single person holds, or that nobody was given. A calling code says little: +1 is some 25 countries.
 */
export function createJudgeText(
  regions: readonly string[],
  types: readonly string[],
): (number: string) => Textable {
  const [allowed, kinds] = [new Set(regions), new Set(types)]
  return (number) => {
    const { parsePhoneNumberFromString } = library()
    const phone = parsePhoneNumberFromString(number, { extract: false })
    if (phone?.number !== number || phone.country === undefined) return 'unassigned'
    if (!allowed.has(phone.country)) return 'region'
    const type = phone.getType()
    if (type === undefined) return 'unassigned'
    // Each must be said by name: what is added to the library one day is not allowed by that.
    const personal = PERSONAL.get(type)
    if (personal === undefined) return 'premium'
    return kinds.has(personal) ? 'may' : 'type'
  }
}

/** Not `PERSONAL_NUMBER`, which follows a person at the caller's expense. */
const PERSONAL: ReadonlyMap<string, string> = new Map([
  ['MOBILE', 'mobile'],
  ['FIXED_LINE_OR_MOBILE', 'fixed-line-or-mobile'],
  ['FIXED_LINE', 'fixed-line'],
  ['VOIP', 'voip'],
])
