import { type KeyRing, macOf } from '../../kernel/index.ts'
import type { OperatorCode } from '../../stepup/index.ts'

/** Bound to whose and which it is, so that no row of another is good for it. Undefined where its key is not in the ring. */
export const hashOfCode = (
  keys: KeyRing,
  { id, account, kind, keyId }: Pick<OperatorCode, 'id' | 'account' | 'kind' | 'keyId'>,
  code: string,
): string | undefined => macOf(keys, 'operator-code', keyId, [id, account, kind, code])
