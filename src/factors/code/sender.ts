import type { Channel } from '../../channels/index.ts'
import { invariant, type KeyRing } from '../../kernel/index.ts'
import type { CodeSender } from '../../stepup/index.ts'
import { browserName } from './browser-name.ts'
import { liveCode } from './code.ts'
import type { CodeDigits } from './derive.ts'

/** Derives the live code of a challenge and hands it to its channel. */
export function createCodeSender(deps: {
  readonly channel: Channel
  readonly keys: KeyRing
  readonly digits: CodeDigits
  /** How a destination is written where others may read it. */
  readonly mask: (to: string) => string
}): CodeSender {
  const { channel, keys, digits, mask } = deps
  return {
    keyId: () => keys.activeId,
    async deliver(challenged) {
      const { sent, locale, request, username, userAgent, ip } = challenged
      const code = liveCode(keys, challenged, digits)
      invariant(sent !== null && code !== undefined, 'what is delivered was claimed')
      const { outcome, provider } = await channel.send({
        to: sent.to,
        locale,
        code,
        validUntil: sent.expiresAt,
        askedAt: sent.sentAt,
        application: request.application.name,
        username,
        from: { browser: browserName(userAgent), ip },
        message: sent.messages,
      })
      return { outcome, provider, to: mask(sent.to) }
    },
  }
}
