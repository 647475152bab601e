import { acceptedLocale } from '../../i18n/index.ts'
import type { Locale } from '../../kernel/index.ts'
import { textsOf } from './entry.ts'
import type { Entry } from './wire.ts'

/** RFC 2798 §2.7: `preferredLanguage` is written like Accept-Language. Null where it is none of ours, or not clear. */
export function localeOf(entry: Entry, attribute: string | null): Locale | null {
  if (attribute === null) return null
  const { texts } = textsOf(entry, attribute)
  // `zh_CN`, as Unix writes it.
  const locales = new Set(texts.map((text) => acceptedLocale(text.replaceAll('_', '-'))))
  const [locale] = locales
  return locales.size === 1 ? (locale ?? null) : null
}
