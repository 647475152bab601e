import { type Instant, later } from '../kernel/index.ts'
import { COOL_DOWN_SECONDS, RESEND_MARGIN_SECONDS } from './limits.ts'
import type { Sent } from './step-up.ts'

export type CodeLife = { readonly codeSeconds: number; readonly stepUpEnds: Instant }

/** The first message of a challenge. */
export function firstSent(to: string, keyId: string, life: CodeLife, now: Instant): Sent {
  return {
    to,
    keyId,
    generation: 0,
    messages: 1,
    sentAt: now,
    expiresAt: expiry(life, now),
    resendAt: later(now, coolDown(1)),
  }
}

/**
 * One message more. It repeats the code and keeps its first expiry; a code that is about to run out is ended and
 * another takes its place, made under the newest key.
 */
export function sentAgain(sent: Sent, keyId: string, life: CodeLife, now: Instant): Sent {
  const messages = sent.messages + 1
  const again = { ...sent, messages, sentAt: now, resendAt: later(now, coolDown(messages)) }
  if (later(now, RESEND_MARGIN_SECONDS) < sent.expiresAt) return again
  return { ...again, keyId, generation: sent.generation + 1, expiresAt: expiry(life, now) }
}

const coolDown = (messages: number): number =>
  COOL_DOWN_SECONDS[Math.min(messages, COOL_DOWN_SECONDS.length) - 1] ?? 0

function expiry({ codeSeconds, stepUpEnds }: CodeLife, now: Instant): Instant {
  const own = later(now, codeSeconds)
  return own < stepUpEnds ? own : stepUpEnds
}
