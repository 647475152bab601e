import { timingSafeEqual } from 'node:crypto'
import type { FactorKind, Instant, KeyRing } from '../../kernel/index.ts'
import { type Challenged, CONTACT, type Factor, type Judged, rejected } from '../../stepup/index.ts'
import { type CodeDigits, deriveCode } from './derive.ts'

const CODE = { 6: /^[0-9]{6}$/, 8: /^[0-9]{8}$/ } as const

/** Codes that Sallyport makes and a channel carries. Judged by deriving the one that is live. */
export function createCode(deps: {
  readonly kind: FactorKind
  readonly keys: KeyRing
  readonly digits: CodeDigits
}): Factor {
  const { kind, keys, digits } = deps
  return {
    kind,
    question: (challenged) =>
      Promise.resolve({
        parse: (given) =>
          typeof given === 'string' && CODE[digits].test(given) ? given : undefined,
        runsOutAt: challenged.sent?.expiresAt ?? null,
        judge: (answer, now) => judge(liveCode(keys, challenged, digits), challenged, answer, now),
      }),
  }
}

function judge(
  code: string | undefined,
  { challenge, sent }: Challenged,
  answer: string,
  now: Instant,
): Judged {
  if (code === undefined || sent === null || now >= sent.expiresAt) return rejected
  if (!timingSafeEqual(Buffer.from(code), Buffer.from(answer))) return rejected
  const consumption = { source: challenge, part: sent.generation }
  return { verdict: 'accepted', consumption, enrolledBy: CONTACT }
}

/** Undefined while nothing was sent, or when its key has gone. */
export function liveCode(
  keys: KeyRing,
  { challenge, account, factor, sent }: Challenged,
  digits: CodeDigits,
): string | undefined {
  if (sent === null || account === null) return undefined
  const { keyId, to, generation } = sent
  return deriveCode(keys, { keyId, challenge, account, channel: factor, to, generation }, digits)
}
