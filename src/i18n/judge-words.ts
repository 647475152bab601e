import type { Locale } from '../kernel/index.ts'
import { words as english } from './en/words.ts'

/**
 * What keeps words from being those of a language, a line for each key: what is missing, what nobody asks for, and places
 * that are others than in English. A form for one, two or none may leave the number out.
 */
export function judgeWords(locale: Locale | string, words: object): readonly string[] {
  const given = new Map<string, unknown>(Object.entries(words))
  const wanted = wantedIn(locale)
  return [
    ...[...wanted].flatMap(([key, source]) => {
      const text = given.get(key)
      if (typeof text !== 'string' || text === '') return [`${key} is missing`]
      const [has, needs] = [placesIn(text), placesIn(source)]
      if (/_(?:zero|one|two)$/.test(key)) for (const places of [has, needs]) places.delete('count')
      const [more, less] = [has.difference(needs), needs.difference(has)]
      return [
        ...[...more].map((name) => `${key} fills in {${name}}, which English does not`),
        ...[...less].map((name) => `${key} leaves out {${name}}`),
      ]
    }),
    ...[...given.keys()]
      .filter((key) => !wanted.has(key))
      .map((key) => `${key} is asked for by nobody`),
  ]
}

/** Each key with the English that it stands for: of what is counted, one for every plural that the language knows. */
function wantedIn(locale: string): ReadonlyMap<string, string> {
  const { pluralCategories } = new Intl.PluralRules(locale).resolvedOptions()
  return new Map(
    Object.entries(english).flatMap(([key, text]): readonly (readonly [string, string])[] => {
      if (key.endsWith('_one')) return []
      if (!key.endsWith('_other')) return [[key, text]]
      const base = key.slice(0, -'_other'.length)
      return pluralCategories.map((category) => [`${base}_${category}`, text])
    }),
  )
}

const placesIn = (text: string): Set<string> =>
  new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))
