import { createRequire } from 'node:module'
import { invariant, type Locale } from '../kernel/index.ts'
import type { Words } from './words.ts'

/** All that is said, and how, in one language: a folder by the name of its locale has it. */
export type Language = {
  readonly words: Words
  /** BCP 47, by which days and times are written. */
  readonly dates: string
  /** Which tags ask for it, as a client, a directory or a browser writes them. */
  readonly asked: RegExp
}

const require = createRequire(import.meta.url)
const loaded = new Map<Locale, Language>()

/** Found by its folder, so that a language is added without a list of them here. */
export function languageOf(locale: Locale): Language {
  const known = loaded.get(locale)
  if (known !== undefined) return known
  const { language }: { readonly language?: unknown } = require(`./${locale}/language.ts`)
  invariant(isLanguage(language), `src/i18n/${locale}/language.ts holds a language`)
  loaded.set(locale, language)
  return language
}

function isLanguage(value: unknown): value is Language {
  if (typeof value !== 'object' || value === null) return false
  const { words, dates, asked } = { words: null, dates: null, asked: null, ...value }
  return (
    typeof words === 'object' && words !== null && typeof dates === 'string' && isPattern(asked)
  )
}

const isPattern = (value: unknown): value is RegExp => value instanceof RegExp
