import {
  type Id,
  type Instant,
  invariant,
  type KeyRing,
  later,
  newId,
  type OperatorCodeKind,
  type Random,
} from '../../kernel/index.ts'
import type { OperatorCode } from '../../stepup/index.ts'
import { hashOfCode } from './hash.ts'
import { newCode, spelled } from './spelling.ts'

/** `code` is in groups, for the one who is to have it: it is shown once, and never kept. */
export type Made = { readonly code: string; readonly kept: OperatorCode }

export function createCodeMaker(deps: { readonly keys: KeyRing; readonly random: Random }) {
  const { keys, random } = deps
  return (of: {
    readonly account: Id<'account'>
    readonly kind: OperatorCodeKind
    readonly by: { readonly at: Instant; readonly actor: OperatorCode['madeBy'] }
    readonly seconds: number
  }): Made => {
    const { account, kind, by, seconds } = of
    const code = newCode(random)
    const named = { id: newId('operatorCode', random), account, kind, keyId: keys.activeId }
    const hash = hashOfCode(keys, named, code)
    invariant(hash !== undefined, 'the newest key is in the ring')
    const life = { madeAt: by.at, madeBy: by.actor, expiresAt: later(by.at, seconds) }
    return { code: spelled(code), kept: { ...named, ...life, hash, answers: 0, holder: null } }
  }
}
