import { createInstance } from 'i18next'
import { LOCALES, type Locale } from '../kernel/index.ts'
import { fill } from './fill.ts'
import { languageOf } from './language.ts'
import type { T } from './words.ts'

export type Translate = (locale: Locale) => T

/** An instance of its own, so that no library or second installation in this process changes a word. */
export function createTranslator(): Translate {
  const instance = createInstance()
  void instance.init({
    initAsync: false,
    lng: 'en',
    fallbackLng: 'en',
    supportedLngs: [...LOCALES],
    resources: Object.fromEntries(
      LOCALES.map((locale) => [locale, { translation: languageOf(locale).words }]),
    ),
    keySeparator: false,
    nsSeparator: false,
    // Whoever puts words in markup escapes them; a value that looks like a phrase stays a value.
    interpolation: { prefix: '{', suffix: '}', escapeValue: false, skipOnVariables: true },
    returnNull: false,
  })
  const fixed = new Map(LOCALES.map((locale) => [locale, memoised(locale)] as const))
  return (locale) => fixed.get(locale) ?? memoised('en')

  /**
   * The library finds a phrase and its plural once; filling it in is a plain replacement, since a page asks for some forty
   * phrases and the library takes longer over one than the page over all its markup.
   */
  function memoised(locale: Locale): T {
    const find = instance.getFixedT(locale)
    const plurals = new Intl.PluralRules(locale)
    const found = new Map<string, string>()
    return (key, ...[filling]) => {
      const given: Readonly<Record<string, string | number>> = filling ?? {}
      const count = given['count']
      const name = typeof count === 'number' ? `${key} ${plurals.select(count)}` : key
      const phrase = found.get(name) ?? remember(name, key, count)
      return filling === undefined ? phrase : fill(phrase, given)
    }

    function remember(name: string, key: string, count: string | number | undefined): string {
      const phrase = find(key, {
        skipInterpolation: true,
        ...(count === undefined ? {} : { count }),
      })
      found.set(name, phrase)
      return phrase
    }
  }
}
