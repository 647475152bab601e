import type { en } from './en.ts'

type Source = typeof en
type Kept = keyof Source

/** What every language must say. One without a singular of its own leaves `_one` out. */
export type Words = { readonly [K in Kept as K extends `${string}_one` ? never : K]: string }

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
