import type { words } from './en/words.ts'

type Source = typeof words
type Kept = keyof Source

type Counted = Kept extends infer K ? (K extends `${infer B}_other` ? B : never) : never

/** What every language must say, and the plurals that it may have besides `_other` (CLDR). */
export type Words = {
  readonly [K in Kept as K extends `${string}_one` ? never : K]: string
} & {
  readonly [K in `${Counted}_${'zero' | 'one' | 'two' | 'few' | 'many'}`]?: string
}

type Base<K extends string> = K extends `${infer B}_one` | `${infer B}_other` ? B : K
export type WordKey = Base<Kept>

type Names<S extends string> = S extends `${string}{${infer N}}${infer Rest}`
  ? N | Names<Rest>
  : never
type Texts<K extends WordKey> = Source[Extract<Kept, K | `${K}_other`>]
type Params<K extends WordKey> = Names<Texts<K>> | (`${K}_other` extends Kept ? 'count' : never)

/** What a phrase is filled in with; `count` is a number and picks the singular. */
export type Filling<K extends WordKey> = [Params<K>] extends [never]
  ? readonly []
  : readonly [{ readonly [N in Params<K>]: N extends 'count' ? number : string | number }]

export type T = <K extends WordKey>(key: K, ...filling: Filling<K>) => string
