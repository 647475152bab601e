import type { Moments, T, Translate } from '../../i18n/index.ts'
import type { NoticeMessage } from '../channel.ts'
import { isSuspicious, whatHappened } from '../notice-words.ts'
import { plain } from '../plain.ts'
import { asHtml, asSubject, asText, escapeText, rowsHtml, warningHtml } from './frame.ts'
import type { CodeMail, CodeMailSetting } from './message.ts'

export type RenderNoticeMail = (message: NoticeMessage) => CodeMail

/**
 * Puts in words what happened in a person's name. No link and no code, so that whoever copies such a mail has nothing to lead
 * people by.
 */
export function createNoticeMail(
  translate: Translate,
  moments: Moments,
  { org, desk }: Omit<CodeMailSetting, 'host'>,
): RenderNoticeMail {
  return (message) => {
    const { locale } = message
    const t = translate(locale)
    const title = whatHappened(t, message)
    const hint = hintOf(t, message, title, moments.full(message.at, locale))
    const name = plain(message.username)
    const rows = name === '' ? [] : [{ label: t('mail.for'), value: name }]
    const question = message.isOperators ? t('notice.unasked') : t('notice.wasnt')
    const warning = isSuspicious(message) ? t('mail.didnt.body') : t('notice.tell')
    const only = t('notice.only', { org: plain(org) })
    const contact = desk === null ? null : t('mail.desk', { contact: plain(desk) })
    return {
      subject: asSubject(title),
      text: asText([
        hint,
        rows.length === 0 ? null : rows.map((row) => t('mail.text.line', row)).join('\n'),
        `${question} ${warning}`,
        only,
        contact,
      ]),
      html: asHtml({
        ...{ locale, org: plain(org), title, preheader: hint, foot: [only, contact] },
        body: `<p style="margin:0 0 24px;color:#41504d">${escapeText(hint)}</p>
${rowsHtml(rows)}
${warningHtml(question, warning)}`,
      }),
    }
  }
}

function hintOf(t: T, { from, isOperators }: NoticeMessage, what: string, time: string): string {
  if (isOperators) return t('notice.happened.desk', { what, time })
  const place = [from.browser, from.ip].flatMap((part) => (part === null ? [] : [plain(part)]))
  if (place.length === 0) return t('notice.happened', { what, time })
  return t('notice.happened.from', { what, time, place: place.join(', ') })
}
