/**
 * The words people read, in every language there is, and which language somebody gets. English is the type that the
 * others must satisfy. It escapes nothing and knows neither markup nor who reads.
 */
export { createMoments, type Moments } from './moments.ts'
export { acceptedLocale, negotiate, type Wishes } from './negotiate.ts'
export { createTranslator, type Translate } from './translator.ts'
export type { T, WordKey } from './words.ts'
