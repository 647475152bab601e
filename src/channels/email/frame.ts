import type { T } from '../../i18n/index.ts'
import { plain } from '../plain.ts'

/** A label and what stands behind it. */
export type Row = { readonly label: string; readonly value: string }

/** Where a browser was; untrusted text. */
export type Place = { readonly browser: string | null; readonly ip: string | null }

export function placeRows(t: T, { browser, ip }: Place): readonly Row[] {
  const place = [browser, ip].flatMap((part) => (part === null ? [] : [plain(part)]))
  return place.length === 0 ? [] : [{ label: t('mail.from'), value: place.join(', ') }]
}

/** RFC 2047: a name that is written like an encoded word would be shown as what it decodes to. */
export const asSubject = (words: string): string => words.replaceAll('=?', '= ?')

/** Paragraphs, with what is null left out. */
export const asText = (parts: readonly (string | null)[]): string =>
  `${parts.filter((part) => part !== null).join('\n\n')}\n`

type Framed = {
  readonly locale: string
  readonly org: string
  readonly title: string
  readonly preheader: string
  /** Markup, its text escaped already. */
  readonly body: string
  readonly foot: readonly (string | null)[]
}

/** Tables and styles on each element, since that is what mail programs understand. No pictures and no links. */
export function asHtml({ locale, org, title, preheader, body, foot }: Framed): string {
  const say = escapeText
  const last = foot
    .filter((line) => line !== null)
    .map(say)
    .join('<br>')
  return `<!doctype html>
<html lang="${say(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${say(title)}</title>
</head>
<body style="margin:0;padding:0;background:#edf1f0">
<div style="display:none;max-height:0;overflow:hidden">${say(preheader)}${'&#847;&zwnj;&nbsp;'.repeat(60)}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#edf1f0">
<tr><td align="center" style="padding:36px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;font-family:${FONTS};font-size:16px;line-height:1.5;color:#12201e;text-align:left">
<tr><td style="padding:0 12px 20px;font-size:18px;font-weight:600">${say(org)}</td></tr>
<tr><td style="background:#ffffff;border-radius:12px;padding:36px">
<h1 style="margin:0 0 8px;font-size:24px;line-height:1.25;font-weight:600">${say(title)}</h1>
${body}
</td></tr>
<tr><td style="padding:20px 12px;font-size:14px;color:#41504d">${last}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`
}

/** Labels and values, one under the other. */
export function rowsHtml(rows: readonly Row[]): string {
  const say = escapeText
  const lines = rows
    .map(
      ({ label, value }) =>
        `<tr><td style="padding:6px 20px 6px 0;color:#41504d;white-space:nowrap;vertical-align:top">${say(label)}</td>` +
        `<td style="padding:6px 0;color:#12201e;word-break:break-word">${say(value)}</td></tr>`,
    )
    .join('')
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="border-top:1px solid #d3dcda;font-size:14px"><tr><td style="padding-top:10px"><table role="presentation" cellpadding="0" cellspacing="0" style="font-size:14px">${lines}</table></td></tr></table>`
}

/** What is to be heeded. */
export const warningHtml = (strong: string, rest: string): string =>
  `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin-top:20px"><tr><td style="background:#fff6e2;border-radius:6px;padding:16px"><strong>${escapeText(strong)}</strong> ${escapeText(rest)}</td></tr></table>`

const FONTS = "system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei',sans-serif"
export const MONO = "ui-monospace,'SF Mono','Cascadia Mono',Menlo,Consolas,monospace"

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escapeText = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '')
