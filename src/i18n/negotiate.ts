import { LOCALES, type Locale } from '../kernel/index.ts'
import { languageOf } from './language.ts'

export type Wishes = {
  /** Space-separated, in order of preference, as the client passed it on. */
  readonly uiLocales?: string | null
  readonly person?: Locale | null
  readonly acceptLanguage?: string | null
  readonly fallback: Locale
}

const TEXT_MAX = 500
const TAGS_MAX = 20

/** The client's wish, then the person's, then the browser's, then the operator's. */
export function negotiate({ uiLocales, person, acceptLanguage, fallback }: Wishes): Locale {
  const wished = bounded(uiLocales).split(/\s+/).slice(0, TAGS_MAX)
  return firstKnown(wished) ?? person ?? acceptedLocale(acceptLanguage) ?? fallback
}

/** RFC 9110 §12.5.4, which RFC 2798 §2.7 takes for the language of a person too. */
export const acceptedLocale = (header: string | null | undefined): Locale | undefined =>
  firstKnown(accepted(header))

const bounded = (text: string | null | undefined): string => (text ?? '').slice(0, TEXT_MAX)

function firstKnown(tags: readonly string[]): Locale | undefined {
  for (const tag of tags) {
    const locale = localeOf(tag)
    if (locale !== undefined) return locale
  }
  return undefined
}

const localeOf = (tag: string): Locale | undefined =>
  LOCALES.find((locale) => languageOf(locale).asked.test(tag))

function accepted(header: string | null | undefined): readonly string[] {
  const text = bounded(header)
  // One, without a weight: as a person has it.
  if (!/[,;]/.test(text)) return [text.trim()]
  return text
    .split(',')
    .slice(0, TAGS_MAX)
    .map((part, place) => {
      const [tag = '', ...params] = part.split(';').map((piece) => piece.trim())
      const q = params.find((param) => /^q=/i.test(param))?.slice(2)
      const weight =
        q === undefined ? 1 : /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(q) ? Number(q) : 0
      return { tag, weight, place }
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight || one.place - other.place)
    .map(({ tag }) => tag)
}
