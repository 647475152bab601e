import { createCodeMail, createEmailChannel, createNoticeMail } from './channels/email/index.ts'
import type { Channel, ChannelKind, NoticeChannel } from './channels/index.ts'
import { createCodeText, createNoticeText, createSmsChannel } from './channels/sms/index.ts'
import type { World } from './compose.ts'
import type { Config } from './config/index.ts'
import { createJudgeText, type Textable } from './directories/index.ts'
import type { Moments, Translate } from './i18n/index.ts'
import { maskEmail, maskPhone } from './portal/index.ts'
import type { Reach } from './stepup/index.ts'

type Deps = {
  readonly config: Pick<Config, 'channels' | 'issuer' | 'org' | 'support'>
  readonly world: Pick<World, 'log' | 'stopwatch' | 'random' | 'fetch'>
  readonly translate: Translate
  readonly moments: Moments
  readonly gatewayState: (provider: string, is: 'up' | 'down') => void
  readonly timed: (kind: ChannelKind, provider: string, seconds: number) => void
  /** Closes it when everything is. */
  readonly keep: <C extends AsyncDisposable>(channel: C) => C
}

/** A channel, and how what it sends to is written where others may read it. */
export type Carried = {
  readonly channel: Channel & NoticeChannel
  readonly mask: (to: string) => string
}

/** What carries codes here, and whom it can reach. */
export function composeChannels(deps: Deps): {
  readonly carried: readonly Carried[]
  readonly reach: Reach
  readonly judgeText: (phone: string) => Textable
} {
  const { config, world, translate, moments, timed, gatewayState, keep } = deps
  const { email, sms, smsRegions, smsTypes } = config.channels
  const { log, stopwatch, random, fetch } = world
  const { support } = config
  const desk = support.phone ?? support.email ?? support.url
  const { name: org } = config.org
  const { host, hostname } = new URL(config.issuer)
  const judgeText = createJudgeText(smsRegions, smsTypes)
  const mayText = (phone: string) => judgeText(phone) === 'may'
  const carried: Carried[] = []
  if (email !== null)
    carried.push({
      channel: keep(
        createEmailChannel({
          ...{ settings: email, log, stopwatch },
          render: createCodeMail(translate, moments, { org, desk, host }),
          renderNotice: createNoticeMail(translate, moments, { org, desk }),
          timed: (provider, seconds) => timed('email', provider, seconds),
        }),
      ),
      mask: maskEmail,
    })
  if (sms.length > 0)
    carried.push({
      channel: createSmsChannel({
        ...{ gateways: sms, mayText, log, stopwatch, random, fetch },
        // A phone compares it with the page's host, which has no port.
        render: createCodeText(translate, { org, host: hostname }),
        renderNotice: createNoticeText(translate, moments, { org }),
        timed: (provider, seconds) => timed('sms', provider, seconds),
        onState: gatewayState,
      }),
      mask: maskPhone,
    })
  return {
    ...{ carried, judgeText },
    reach: {
      email: () => email !== null,
      sms: (phone) => sms.length > 0 && mayText(phone),
    },
  }
}
