import { type Html, html } from '../http/index.ts'

const icon = (shape: Html): Html =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${shape}</svg>`

const KEY = icon(
  html`<circle cx="8" cy="15.500" r="4"/><path d="M11 12.500 19.500 4M16 7.500l3 3"/>`,
)

/** Drawn with the colour of the text around them; never the only carrier of a meaning. */
export const ICONS = {
  totp: icon(html`<rect x="4" y="4" width="16" height="16" rx="4"/><path d="M12 8.5V12l2.2 1.4"/>`),
  enrol: icon(
    html`<rect x="4" y="4" width="16" height="16" rx="4"/><path d="M12 8.5v7M8.5 12h7"/>`,
  ),
  email: icon(html`<rect x="3" y="5" width="18" height="14" rx="2.5"/><path d="m4 7.5 8 6 8-6"/>`),
  sms: icon(html`<rect x="7" y="3" width="10" height="18" rx="2.5"/><path d="M10.8 18h2.4"/>`),
  dingtalk: icon(
    html`<path d="M12 4a8 8 0 1 1-3.6 15.1L4 20.2l1-4.3A8 8 0 0 1 12 4Z"/><path d="M8.7 12h.01M12 12h.01M15.3 12h.01"/>`,
  ),
  'bind-code': KEY,
  'bypass-code': KEY,
  again: icon(html`<path d="M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9"/><path d="M19.5 4.5V9H15"/>`),
  ways: icon(html`<path d="M4 8.5h15M15.5 5 19 8.5 15.5 12M20 15.5H5M8.5 12 5 15.5 8.5 19"/>`),
  help: icon(
    html`<circle cx="12" cy="12" r="9"/><path d="M9.6 9.4a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.2.9-1.2 1.8M12 16.6h.01"/>`,
  ),
  phone: icon(
    html`<path d="M7.6 4.2 9.3 8 7.2 9.9a12.2 12.2 0 0 0 6.9 6.9l1.9-2.1 3.8 1.7v2.9a1.7 1.7 0 0 1-1.9 1.7A15.9 15.9 0 0 1 3 6.1a1.7 1.7 0 0 1 1.7-1.9Z"/>`,
  ),
  link: icon(
    html`<path d="M13.5 5H19v5.500M19 5l-8.5 8.500M10 6H7a2 2 0 0 0-2 2v9a2 2 0 0 0 2 2h9a2 2 0 0 0 2-2v-3"/>`,
  ),
  right: icon(html`<path d="m9.5 6 6 6-6 6"/>`),
  down: icon(html`<path d="m6 9.5 6 6 6-6"/>`),
  alert: icon(html`<circle cx="12" cy="12" r="9"/><path d="M12 7.500v5.200M12 16.200h.01"/>`),
  warn: icon(html`<path d="M12 4 2.8 19.500h18.400Z"/><path d="M12 10v4.200M12 16.900h.01"/>`),
  ok: icon(html`<path d="m5 12.8 4.5 4.400L19 7.5"/>`),
  lock: icon(
    html`<rect x="5" y="10.5" width="14" height="9.5" rx="2"/><path d="M8 10.500V8a4 4 0 0 1 8 0v2.5"/>`,
  ),
  nowhere: icon(
    html`<path d="M8 3.500h6.500a2 2 0 0 1 2 2V15M7.5 8v10.500a2 2 0 0 0 2 2h5a2 2 0 0 0 2-2M4.5 3.500l15 17"/>`,
  ),
  clock: icon(html`<circle cx="12" cy="12" r="8.5"/><path d="M12 7.500V12l3 1.8"/>`),
  close: icon(html`<path d="m7 7 10 10M17 7 7 17"/>`),
  arch: html`<svg class="icon arch-mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M3.5 21V11a8.5 8.5 0 0 1 17 0v10"/><path class="fill" d="M8.5 21v-5.500a3.5 3.5 0 0 1 7 0V21Z"/></svg>`,
} as const

export type Icon = keyof typeof ICONS
