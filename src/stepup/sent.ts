import { type Instant, later } from '../kernel/index.ts'
import { type Limits, RESEND_MARGIN_SECONDS } from './limits.ts'
import type { Lane, Sent } from './step-up.ts'
import type { SendRule } from './step-up-store.ts'
import { classOf } from './tallies.ts'

export type CodeLife = {
  readonly codeSeconds: number
  readonly stepUpEnds: Instant
} & Pick<SendRule, 'coolDownSeconds'>

/** As the budget of the lane has it, which alone decides. */
export const coolDownOf = ({ sends }: Limits, lane: Lane): Pick<SendRule, 'coolDownSeconds'> => ({
  coolDownSeconds: sends[classOf(lane)].coolDownSeconds,
})

/** The first message of a challenge. */
export function firstSent(to: string, keyId: string, life: CodeLife, now: Instant): Sent {
  return {
    to,
    keyId,
    generation: 0,
    messages: 1,
    sentAt: now,
    expiresAt: expiry(life, now),
    resendAt: later(now, coolDown(life, 1)),
  }
}

/**
 * One message more. It repeats the code and keeps its first expiry; a code that is about to run out is ended and
 * another takes its place, made under the newest key.
 */
export function sentAgain(sent: Sent, keyId: string, life: CodeLife, now: Instant): Sent {
  const messages = sent.messages + 1
  const again = { ...sent, messages, sentAt: now, resendAt: later(now, coolDown(life, messages)) }
  if (later(now, RESEND_MARGIN_SECONDS) < sent.expiresAt) return again
  return { ...again, keyId, generation: sent.generation + 1, expiresAt: expiry(life, now) }
}

const coolDown = ({ coolDownSeconds }: CodeLife, messages: number): number =>
  coolDownSeconds[Math.min(messages, coolDownSeconds.length) - 1] ?? 0

function expiry({ codeSeconds, stepUpEnds }: CodeLife, now: Instant): Instant {
  const own = later(now, codeSeconds)
  return own < stepUpEnds ? own : stepUpEnds
}
