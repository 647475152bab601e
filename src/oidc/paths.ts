import { type Id, type KeyRing, signParts, verifyParts } from '../kernel/index.ts'

/** The hops of a step-up that lead through here. A link for one opens no other. */
export type Hop = 'begin' | 'resume'

/** Everything lies under the issuer's path. */
export type Paths = {
  stepUp(id: Id<'stepUp'>): string
  hop(id: Id<'stepUp'>, hop: Hop): string
}

export function createPaths(issuer: string, keys: KeyRing): Paths {
  const base = new URL(issuer).pathname.replace(/\/$/, '')
  const stepUp = (id: Id<'stepUp'>) => `${base}/step-up/${id}`
  return {
    stepUp,
    hop: (id, hop) => `${stepUp(id)}/${hop}?via=${signParts(keys, 'step', [hop, id])}`,
  }
}

export function checkVia(
  keys: KeyRing,
  id: Id<'stepUp'>,
  hop: Hop,
  given: unknown,
): 'genuine' | 'forged' {
  return verifyParts(keys, 'step', [hop, id], given)
}
