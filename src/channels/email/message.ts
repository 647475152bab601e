import type { Moments, T, Translate } from '../../i18n/index.ts'
import type { CodeMessage } from '../channel.ts'
import { plain } from '../plain.ts'

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
      text: asText(t, words),
      html: asHtml({ ...words, locale, preheader, org: plain(org) }),
    }
  }
}

type Row = { readonly label: string; readonly value: string }
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

function rowsOf(t: T, { username, from }: CodeMessage, asked: string): readonly Row[] {
  const place = [from.browser, from.ip].flatMap((part) => (part === null ? [] : [plain(part)]))
  const rows = [
    { label: t('mail.for'), value: plain(username) },
    { label: t('mail.asked'), value: asked },
  ]
  return place.length === 0 ? rows : [...rows, { label: t('mail.from'), value: place.join(', ') }]
}

/** RFC 2047: a name that is written like an encoded word would be shown as what it decodes to. */
const asSubject = (words: string): string => words.replaceAll('=?', '= ?')

function asText(t: T, words: MailWords): string {
  const rows = words.rows.map((row) => t('mail.text.line', row))
  const parts = [
    words.title,
    `${words.hint}\n\n${words.code}\n\n${words.valid}`,
    rows.join('\n'),
    `${words.didnt} ${words.didntBody}`,
    words.only,
    ...(words.desk === null ? [] : [words.desk]),
  ]
  return `${parts.join('\n\n')}\n`
}

/** Tables and styles on each element, since that is what mail programs understand. */
function asHtml(words: MailWords & { locale: string; preheader: string; org: string }): string {
  const say = escapeText
  const rows = words.rows
    .map(
      ({ label, value }) =>
        `<tr><td style="padding:6px 20px 6px 0;color:#41504d;white-space:nowrap;vertical-align:top">${say(label)}</td>` +
        `<td style="padding:6px 0;color:#12201e;word-break:break-word">${say(value)}</td></tr>`,
    )
    .join('')
  const desk = words.desk === null ? '' : `<br>${say(words.desk)}`
  return `<!doctype html>
<html lang="${say(words.locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${say(words.title)}</title>
</head>
<body style="margin:0;padding:0;background:#edf1f0">
<div style="display:none;max-height:0;overflow:hidden">${say(words.preheader)}${'&#847;&zwnj;&nbsp;'.repeat(60)}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#edf1f0">
<tr><td align="center" style="padding:36px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;font-family:${FONTS};font-size:16px;line-height:1.5;color:#12201e;text-align:left">
<tr><td style="padding:0 12px 20px;font-size:18px;font-weight:600">${say(words.org)}</td></tr>
<tr><td style="background:#ffffff;border-radius:12px;padding:36px">
<h1 style="margin:0 0 8px;font-size:24px;line-height:1.25;font-weight:600">${say(words.title)}</h1>
<p style="margin:0 0 24px;color:#41504d">${say(words.hint)}</p>
<table role="presentation" cellpadding="0" cellspacing="0"><tr><td style="background:#f5f8f7;border:1px solid #d3dcda;border-radius:6px;padding:16px 12px 16px 24px;font-family:${MONO};font-size:36px;line-height:1.2;letter-spacing:12px">${say(words.code)}</td></tr></table>
<p style="margin:12px 0 28px;font-size:14px;color:#41504d">${say(words.valid)}</p>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="border-top:1px solid #d3dcda;font-size:14px"><tr><td style="padding-top:10px"><table role="presentation" cellpadding="0" cellspacing="0" style="font-size:14px">${rows}</table></td></tr></table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin-top:20px"><tr><td style="background:#fff6e2;border-radius:6px;padding:16px"><strong>${say(words.didnt)}</strong> ${say(words.didntBody)}</td></tr></table>
</td></tr>
<tr><td style="padding:20px 12px;font-size:14px;color:#41504d">${say(words.only)}${desk}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`
}

const FONTS = "system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei',sans-serif"
const MONO = "ui-monospace,'SF Mono','Cascadia Mono',Menlo,Consolas,monospace"

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeText = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '')
