import { createInstance } from 'i18next'
import { LOCALES, type Locale } from '../kernel/index.ts'
import { en } from './en.ts'
import type { T } from './words.ts'
import { zhCn } from './zh-cn.ts'

export type Translate = (locale: Locale) => T

/** An instance of its own, so that no library or second installation in this process changes a word. */
export function createTranslator(): Translate {
  const instance = createInstance()
  void instance.init({
    initAsync: false,
    lng: 'en',
    fallbackLng: 'en',
    supportedLngs: [...LOCALES],
    resources: { en: { translation: en }, 'zh-CN': { translation: zhCn } },
    keySeparator: false,
    nsSeparator: false,
    // Whoever puts words in markup escapes them; a value that looks like a phrase stays a value.
    interpolation: { prefix: '{', suffix: '}', escapeValue: false, skipOnVariables: true },
    returnNull: false,
  })
  const fixed = new Map(LOCALES.map((locale) => [locale, instance.getFixedT(locale)] as const))

  return (locale) => {
    const translate = fixed.get(locale) ?? instance.getFixedT('en')
    return (key, ...[filling]) => {
      const plain: string = key
      return translate(plain, { ...filling })
    }
  }
}
