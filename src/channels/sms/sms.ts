import type { SmsGatewayConfig } from '../../config/index.ts'
import { type Random, randomToken, type Stopwatch } from '../../kernel/index.ts'
import type { Channel, NoticeChannel, NoticeOutcome } from '../channel.ts'
import { noticeMark } from '../notice-mark.ts'
import { judgeAnswer, judgeError, type Verdict } from './answer.ts'
import { createConnecting } from './connecting.ts'
import { createLeaveAlone } from './leave-alone.ts'
import type { RenderCodeText } from './message.ts'
import type { RenderNoticeText } from './notice-text.ts'
import { type Filling, requestFor } from './request.ts'

type Log = {
  info(message: string, facts: object): void
  warn(message: string, facts: object): void
}

/** Of all gateways together: a person waits for this. */
const TEXT_MS_MAX = 8_000
/** Before anything is sent: what is not there does not use up the time of the next gateway. */
const CONNECT_MS_MAX = 2_000
const WAITING_MAX = 50
const ID_BYTES = 16

/**
 * Text messages, by the first gateway that takes them. The next one is asked only where the one before it certainly did
 * not: a message that may be on its way is not sent a second time behind the person's back.
 */
export function createSmsChannel(deps: {
  /** In the order of fail-over; at least one. */
  readonly gateways: readonly SmsGatewayConfig[]
  readonly render: RenderCodeText
  readonly renderNotice: RenderNoticeText
  readonly mayText: (phone: string) => boolean
  readonly log: Log
  readonly stopwatch: Stopwatch
  readonly random: Random
  readonly fetch: typeof globalThis.fetch
  readonly timed: (provider: string, seconds: number) => void
  /** It is asked no more for a while, or again. */
  readonly onState: (provider: string, is: 'up' | 'down') => void
}): Channel & NoticeChannel {
  const { gateways, render, renderNotice, mayText, log, stopwatch, random, fetch, timed } = deps
  const connecting = createConnecting(CONNECT_MS_MAX)
  const { inOrder, asked, away, back } = createLeaveAlone(stopwatch, deps.onState)
  const sending = new Set<AbortController>()
  let isEnded = false

  return {
    kind: 'sms',
    async send(message) {
      const id = randomToken(random, ID_BYTES)
      const { outcome, provider } = await handed({ to: message.to, text: render(message), id })
      return { outcome: outcome === 'perhaps' ? 'failed' : outcome, provider }
    },
    async tell(message) {
      const filling = { to: message.to, text: renderNotice(message), id: noticeMark(message) }
      return (await handed(filling)).outcome
    },
    end() {
      isEnded = true
      for (const one of sending) one.abort()
      connecting.end()
    },
  }

  async function handed(filling: Filling): Promise<Handed> {
    // Planned by the same rule; asked again, because what was planned may be older than the rule.
    if (!mayText(filling.to)) return untried('recipient-refused', 'not a number that may be texted')
    if (isEnded) return untried('failed', 'this process is stopping')
    if (sending.size >= WAITING_MAX) return untried('failed', 'too many messages are waiting')
    const ending = new AbortController()
    sending.add(ending)
    const deadline = setTimeout(() => ending.abort(new LateError()), TEXT_MS_MAX)
    try {
      return await byTheFirst(filling, ending.signal)
    } finally {
      clearTimeout(deadline)
      sending.delete(ending)
    }
  }

  async function byTheFirst(filling: Filling, signal: AbortSignal): Promise<Handed> {
    let provider = gateways[0]?.name ?? ''
    for (const gateway of inOrder(gateways)) {
      provider = gateway.name
      asked(provider)
      const since = stopwatch.seconds()
      const found = await hand(gateway, filling, signal)
      timed(provider, stopwatch.seconds() - since)
      if (found.verdict !== 'taken' && found.isAway) away(provider)
      // Cut off by ourselves it said nothing of itself.
      else if (!signal.aborted) back(provider)
      if (found.verdict === 'taken') {
        log.info('text message taken', { provider, messageId: found.messageId })
        return { outcome: 'accepted', provider }
      }
      const { verdict, why, status } = found
      log.warn('text message not taken', { provider, verdict, why, status })
      if (verdict === 'unknown') return { outcome: 'perhaps', provider }
      if (signal.aborted) break
    }
    return { outcome: 'failed', provider }
  }

  /** One deadline from the first byte to the last of the answer. */
  async function hand(
    gateway: SmsGatewayConfig,
    filling: Filling,
    signal: AbortSignal,
  ): Promise<Verdict> {
    const late = AbortSignal.timeout(gateway.timeoutSeconds * 1000)
    try {
      const response = await connecting.within((unconnected) =>
        fetch(gateway.url, {
          ...requestFor(gateway, filling),
          // Whoever could send it elsewhere could send the code elsewhere.
          redirect: 'manual',
          signal: AbortSignal.any([signal, late, unconnected]),
        }),
      )
      return await judgeAnswer(gateway, response)
    } catch (error) {
      return judgeError(error)
    }
  }

  function untried(outcome: 'recipient-refused' | 'failed', why: string): Handed {
    log.warn('text message not tried', { why })
    return { outcome, provider: gateways[0]?.name ?? '' }
  }
}

type Handed = { readonly outcome: NoticeOutcome; readonly provider: string }

class LateError extends Error {
  override readonly name = 'TimeoutError'
}
