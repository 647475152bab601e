import { createHmac } from 'node:crypto'
import { framed, type Id, invariant, type KeyRing } from '../../kernel/index.ts'

export type CodeFacts = {
  readonly keyId: string
  readonly challenge: Id<'challenge'>
  readonly account: Id<'account'>
  readonly channel: string
  readonly to: string
  readonly generation: number
}

export type CodeDigits = 6 | 8

/**
 * The code of a challenge. Nothing is stored: a resend derives it again, and a copy of the database holds none.
 * Every n-digit code is equally likely: numbers at or above the largest multiple of 10^n are passed over.
 */
export function deriveCode(
  keys: KeyRing,
  facts: CodeFacts,
  digits: CodeDigits,
): string | undefined {
  const key = keys.subkey('code', facts.keyId)
  if (key === undefined) return undefined
  const { challenge, account, channel, to, generation } = facts
  const size = 10 ** digits
  const fair = 2 ** 32 - (2 ** 32 % size)
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const parts = [challenge, account, channel, to, `${generation}`, `${round}`]
    const bytes = createHmac('sha256', key).update(framed(parts)).digest()
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      const number = bytes.readUInt32BE(at)
      if (number < fair) return `${number % size}`.padStart(digits, '0')
    }
  }
  // 8 numbers a round, each unfair with less than 1 in 40: this is not reached in the life of the universe.
  return invariant(false, 'some number is fair') as never
}

const ROUNDS_MAX = 16
