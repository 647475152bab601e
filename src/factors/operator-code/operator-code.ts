import { timingSafeEqual } from 'node:crypto'
import {
  type Id,
  type Instant,
  instantOf,
  type KeyRing,
  type OperatorCodeKind,
} from '../../kernel/index.ts'
import {
  type Challenged,
  CODE_ANSWERS_MAX,
  CONTACT,
  type Factor,
  type Judged,
  NOBODY,
  type OperatorCode,
  stateOfCode,
} from '../../stepup/index.ts'
import { hashOfCode } from './hash.ts'
import { parseCode } from './spelling.ts'

export type OperatorCodeStore = {
  /** Live or not; undefined where none was made, or its time has long run out. */
  find(account: Id<'account'>, kind: OperatorCodeKind): Promise<OperatorCode | undefined>
}

/** Asked in the same way, and for as long, whether or not there is one. */
export function createOperatorCode(deps: {
  readonly kind: OperatorCodeKind
  readonly keys: KeyRing
  readonly store: OperatorCodeStore
}): Factor {
  const { kind, keys, store } = deps
  const nobodys: OperatorCode = {
    ...{ id: 'opc_0000000000000000000000' as Id<'operatorCode'>, account: NOBODY, kind, hash: '' },
    ...{ keyId: keys.activeId, madeAt: instantOf(0), madeBy: 'system', expiresAt: instantOf(0) },
    ...{ answers: 0, holder: null },
  }
  return {
    kind,
    async question(challenged) {
      const { account } = challenged
      const found = account === null ? undefined : await store.find(account, kind)
      return {
        parse: parseCode,
        runsOutAt: null,
        judge: (answer, now) => {
          const isRight = compare(keys, found ?? nobodys, answer)
          return found === undefined
            ? { verdict: 'rejected', why: 'none' }
            : judge(found, isRight, challenged, now)
        },
      }
    },
  }
}

function judge(
  code: OperatorCode,
  isRight: 'right' | 'wrong',
  { browser }: Challenged,
  now: Instant,
): Judged {
  const state = stateOfCode(code, now)
  if (state !== 'live') return { verdict: 'rejected', why: state }
  if (isRight === 'wrong') return { verdict: 'rejected', why: 'wrong' }
  const { id, kind, holder, madeBy } = code
  if (holder !== null && holder !== browser) return { verdict: 'rejected', why: 'held-by-another' }
  return {
    verdict: 'accepted',
    consumption: { code: id, kind, madeBy, answersMax: CODE_ANSWERS_MAX },
    enrolledBy: CONTACT,
  }
}

function compare(keys: KeyRing, code: OperatorCode, answer: string): 'right' | 'wrong' {
  const is = Buffer.from(hashOfCode(keys, code, answer) ?? '')
  const should = Buffer.from(code.hash)
  return is.length > 0 && is.length === should.length && timingSafeEqual(is, should)
    ? 'right'
    : 'wrong'
}
