import { escaped, page } from '../demo/page.ts'
import type { Claims, Heard } from './shop.ts'

const ESSENTIAL = { id_token: { acr: { essential: true, values: ['mfa'] } } }

const WAYS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['Sign in', {}],
  ['Sign in with a second factor', { claims: JSON.stringify(ESSENTIAL) }],
  ['Sign in again from the start', { prompt: 'login' }],
  ['Sign in in Chinese', { prompt: 'login', ui_locales: 'zh-CN' }],
  ['Manage my OTP apps', { kc_action: 'sallyport-enrol' }],
]

const links = WAYS.map(([name, parameters]) => {
  const query = new URLSearchParams(parameters).toString()
  return `<a href="/sign-in${query && `?${query}`}">${name}</a>`
}).join(' · ')

export const homePage = (name: string, about: string): string =>
  page(name, `<h1>${name}</h1><p>${escaped(about)}</p><p>${links}</p>`)

export function errorPage(name: string, why: string, heard?: Heard): string {
  const shown = heard === undefined ? '' : raw(heard)
  return page(
    name,
    `<h1>Not signed in</h1><p>${escaped(why)}</p>${shown}<p><a href="/">Back</a></p>`,
  )
}

/** With a button to end the session at Keycloak too. */
export function tokensPage(
  name: string,
  heard: { readonly idToken: Claims; readonly accessToken: Claims },
  end: { readonly at: string; readonly idToken: string; readonly origin: string },
  done: string | null,
): string {
  const rows = SHOWN.map(
    (claim) =>
      `<tr><th>${claim}</th><td>${shown(claim, heard.idToken)}</td><td>${shown(claim, heard.accessToken)}</td></tr>`,
  )
  const action =
    done === null ? '' : `<p>Keycloak says of the page about OTP apps: ${escaped(done)}</p>`
  return page(
    name,
    `<h1>${name}: you are signed in</h1>${action}
<table id="claims"><tr><td></td><th>ID token</th><th>access token</th></tr>${rows.join('')}</table>
<p>${links}</p>
<form method="post" action="${escaped(end.at)}">
<input type="hidden" name="id_token_hint" value="${escaped(end.idToken)}">
<input type="hidden" name="post_logout_redirect_uri" value="${escaped(end.origin)}/">
<button>Sign out</button></form>
<details><summary>Everything that the tokens say</summary>${raw(heard)}</details>`,
  )
}

const SHOWN = [
  ...['preferred_username', 'acr', 'amr', 'auth_time'],
  ...['stepup_acr', 'stepup_amr', 'stepup_auth_time'],
]

function shown(claim: string, claims: Claims): string {
  const value = claims[claim]
  if (value === undefined) return '–'
  if (claim.endsWith('_time')) return clock(Number(value))
  return escaped(typeof value === 'string' ? value : JSON.stringify(value).replaceAll(',', ', '))
}

const clock = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(11, 19)} UTC`

const raw = (heard: Heard) => `<pre id="heard">${escaped(JSON.stringify(heard, null, 2))}</pre>`
