import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'

const LENGTH_MAX = 40

/**
 * E.164, or 'unparseable': a number is never guessed. Without a `+` it is one of the default country; where none is
 * set it can't be told. An extension is refused, because no message reaches it.
 */
export function parsePhone(text: string, defaultCountry: string | null): string | 'unparseable' {
  if (text.length > LENGTH_MAX) return 'unparseable'
  const country =
    defaultCountry !== null && isSupportedCountry(defaultCountry) ? defaultCountry : undefined
  const phone = parsePhoneNumberFromString(text.trim(), {
    ...(country !== undefined && { defaultCountry: country }),
    extract: false,
  })
  if (phone === undefined || phone.ext !== undefined || !phone.isValid()) return 'unparseable'
  return phone.number
}
