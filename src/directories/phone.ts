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
