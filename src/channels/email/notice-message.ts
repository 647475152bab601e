import type { Moments, T, Translate } from '../../i18n/index.ts'
import { never } from '../../kernel/index.ts'
import type { NoticeMessage } from '../channel.ts'
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
    const title = whatOf(t, message)
    const hint = hintOf(t, message, title, moments.full(message.at, locale))
    const name = plain(message.username)
    const rows = name === '' ? [] : [{ label: t('mail.for'), value: name }]
    const warning = isSuspicious(message) ? t('mail.didnt.body') : t('notice.tell')
    const only = t('notice.only', { org: plain(org) })
    const contact = desk === null ? null : t('mail.desk', { contact: plain(desk) })
    return {
      subject: asSubject(title),
      text: asText([
        hint,
        rows.length === 0 ? null : rows.map((row) => t('mail.text.line', row)).join('\n'),
        `${t('notice.wasnt')} ${warning}`,
        only,
        contact,
      ]),
      html: asHtml({
        ...{ locale, org: plain(org), title, preheader: hint, foot: [only, contact] },
        body: `<p style="margin:0 0 24px;color:#41504d">${escapeText(hint)}</p>
${rowsHtml(rows)}
${warningHtml(t('notice.wasnt'), warning)}`,
      }),
    }
  }
}

/** What only somebody with the password brings about. */
const isSuspicious = ({ kind }: NoticeMessage): boolean =>
  kind === 'locked' || kind === 'codes-unused'

function hintOf(t: T, { from, isOperators }: NoticeMessage, what: string, time: string): string {
  if (isOperators) return t('notice.happened.desk', { what, time })
  const place = [from.browser, from.ip].flatMap((part) => (part === null ? [] : [plain(part)]))
  if (place.length === 0) return t('notice.happened', { what, time })
  return t('notice.happened.from', { what, time, place: place.join(', ') })
}

function whatOf(t: T, { kind, factor }: NoticeMessage): string {
  switch (kind) {
    case 'locked':
      if (factor === 'email') return t('notice.what.locked.email')
      if (factor === 'sms') return t('notice.what.locked.sms')
      return factor === 'totp' ? t('notice.what.locked.totp') : t('notice.what.locked.other')
    case 'codes-unused':
      return t('notice.what.codes-unused')
    case 'enrolled':
      return t('notice.what.enrolled')
    case 'removed':
      return t('notice.what.removed')
    case 'reset':
      return t('notice.what.reset')
    case 'contacts':
      return t('notice.what.contacts')
    default:
      return never(kind)
  }
}
