import type { Moments, T, Translate } from '../../i18n/index.ts'
import type { CodeMessage } from '../channel.ts'
import { plain } from '../plain.ts'
import {
  asHtml,
  asSubject,
  asText,
  escapeText,
  MONO,
  placeRows,
  type Row,
  rowsHtml,
  warningHtml,
} from './frame.ts'

export type CodeMail = { readonly subject: string; readonly text: string; readonly html: string }

export type CodeMailSetting = {
  readonly org: string
  /** The only host on which the code is to be typed. */
  readonly host: string
  /** How the service desk is reached, in one line; null where the operator named none. */
  readonly desk: string | null
}

export type RenderCodeMail = (message: CodeMessage) => CodeMail

const MINUTE = 60_000

/** Puts one code in words: no pictures, no links, the code in one piece so that a copy holds just its digits. */
export function createCodeMail(
  translate: Translate,
  moments: Moments,
  { org, host, desk }: CodeMailSetting,
): RenderCodeMail {
  return (message) => {
    const { locale, code } = message
    const t = translate(locale)
    const app = plain(message.application)
    const words = {
      title: t('mail.title', { app }),
      hint: t('mail.hint'),
      code,
      valid: t('mail.valid', { time: moments.time(message.validUntil, locale) }),
      rows: rowsOf(t, message, moments.full(message.askedAt, locale)),
      didnt: t('mail.didnt'),
      didntBody: t('mail.didnt.body'),
      only: t('mail.only', { host, org: plain(org) }),
      desk: desk === null ? null : t('mail.desk', { contact: plain(desk) }),
    }
    const count = Math.max(1, Math.round((message.validUntil - message.askedAt) / MINUTE))
    const preheader = t('mail.preheader', { code, count })
    return {
      subject: asSubject(t('mail.subject', { app })),
      text: textOf(t, words),
      html: asHtml({
        ...{ locale, preheader, org: plain(org), title: words.title, body: bodyOf(words) },
        foot: [words.only, words.desk],
      }),
    }
  }
}

type MailWords = {
  readonly title: string
  readonly hint: string
  readonly code: string
  readonly valid: string
  readonly rows: readonly Row[]
  readonly didnt: string
  readonly didntBody: string
  readonly only: string
  readonly desk: string | null
}

const rowsOf = (t: T, { username, from }: CodeMessage, asked: string): readonly Row[] => [
  { label: t('mail.for'), value: plain(username) },
  { label: t('mail.asked'), value: asked },
  ...placeRows(t, from),
]

const textOf = (t: T, words: MailWords): string =>
  asText([
    words.title,
    `${words.hint}\n\n${words.code}\n\n${words.valid}`,
    words.rows.map((row) => t('mail.text.line', row)).join('\n'),
    `${words.didnt} ${words.didntBody}`,
    words.only,
    words.desk,
  ])

function bodyOf({ hint, code, valid, rows, didnt, didntBody }: MailWords): string {
  const say = escapeText
  return `<p style="margin:0 0 24px;color:#41504d">${say(hint)}</p>
<table role="presentation" cellpadding="0" cellspacing="0"><tr><td style="background:#f5f8f7;border:1px solid #d3dcda;border-radius:6px;padding:16px 12px 16px 24px;font-family:${MONO};font-size:36px;line-height:1.2;letter-spacing:12px">${say(code)}</td></tr></table>
<p style="margin:12px 0 28px;font-size:14px;color:#41504d">${say(valid)}</p>
${rowsHtml(rows)}
${warningHtml(didnt, didntBody)}`
}
