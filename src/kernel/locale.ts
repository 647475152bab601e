/** Each is a folder of `i18n`. */
export const LOCALES = ['en', 'zh-CN'] as const

/** A language that pages and messages exist in (BCP 47). */
export type Locale = (typeof LOCALES)[number]

export const parseLocale = (text: unknown): Locale | undefined =>
  LOCALES.find((locale) => locale === text)
