import type { Hop, Proofs } from '../http/index.ts'
import type { Id } from '../kernel/index.ts'

/** Everything lies under the issuer's path. */
export type Paths = {
  stepUp(id: Id<'stepUp'>): string
  /** With the proof that this very hop was meant: a link for one opens no other. */
  hop(id: Id<'stepUp'>, hop: Hop): string
}

export function createPaths(issuer: string, proofs: Proofs): Paths {
  const base = new URL(issuer).pathname.replace(/\/$/, '')
  const stepUp = (id: Id<'stepUp'>) => `${base}/step-up/${id}`
  return { stepUp, hop: (id, hop) => `${stepUp(id)}/${hop}?via=${proofs.via(id, hop)}` }
}
