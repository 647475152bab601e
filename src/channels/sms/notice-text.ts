import type { Moments, Translate } from '../../i18n/index.ts'
import type { NoticeMessage } from '../channel.ts'
import { isSuspicious, whatHappened } from '../notice-words.ts'
import { plain } from '../plain.ts'
import { NAME_MAX } from './message.ts'

export type RenderNoticeText = (message: NoticeMessage) => string

/** One line without a link, a code or a name, since a phone shows it to whoever looks. */
export function createNoticeText(
  translate: Translate,
  moments: Moments,
  { org }: { readonly org: string },
): RenderNoticeText {
  return (message) => {
    const t = translate(message.locale)
    const words = {
      org: plain(org, NAME_MAX),
      what: whatHappened(t, message),
      time: moments.full(message.at, message.locale),
    }
    if (message.isOperators) return t('notice.text.desk', words)
    return isSuspicious(message) ? t('notice.text.suspicious', words) : t('notice.text', words)
  }
}
