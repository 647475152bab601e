import { valuesOf } from '../../entry.ts'
import type { Entry } from '../../wire.ts'
import type { Finding } from '../examined.ts'
import type { Notes } from '../notes.ts'

/** Attributes of which people need one. */
export type Part = {
  readonly what: string
  readonly key: string
  readonly names: readonly string[]
  /** What it is where nobody shows any. */
  readonly weighs: Finding['weighs']
  /** What comes of that. */
  readonly so: string
  readonly wanted: string
}

/** Tells how many of the people show it: whether any of them does, or nobody has to. */
export function isShown(
  { what, names }: Part,
  sample: readonly Entry[],
  { tell }: Pick<Notes, 'tell'>,
): boolean {
  const counts = names.map((name) => sample.filter((entry) => has(entry, name)).length)
  const each = names.map((name, at) => `${name} ${counts[at]}`).join(', ')
  tell(what, names.length === 0 ? 'none configured' : `${each} of ${sample.length}`)
  return names.length === 0 || counts.some((count) => count > 0)
}

export const has = (entry: Entry, name: string): boolean => valuesOf(entry, name).length > 0
