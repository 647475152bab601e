import { createUserAgent, decoded, type Page, type UserAgent } from '../support/user-agent.ts'
import type { DemoUser } from './idp.ts'
import type { DemoWorld } from './world.ts'

export type Say = (line: string) => void

/** Somebody at a browser without a screen, whose every hop is told. */
export type Walk = {
  readonly browser: UserAgent
  readonly user: DemoUser
  /** What they type for their name. */
  readonly name: string
  readonly world: DemoWorld
}

export function startWalk(world: DemoWorld, say: Say, user: DemoUser, name?: string): Walk {
  const browser = createUserAgent('en', (hop) => say(hopped(hop)))
  return { browser, user, name: name ?? user.username, world }
}

/** Without what is long, or for this browser alone. */
export function hopped(hop: {
  readonly method: string
  readonly url: string
  readonly status: number
}): string {
  const { origin, pathname } = new URL(hop.url)
  const path = pathname
    .replace(/stp_[\w-]+/, 'stp_…')
    .replace(/((?:interaction|auth)\/)[\w-]+/, '$1…')
  return `   ${hop.method.padEnd(4)} ${hop.status} ${origin}${path}`
}

/** Up to the first page of Sallyport. */
export async function signIn(
  { browser, user, name, world }: Walk,
  path: string,
  status = 200,
): Promise<Page> {
  const form = await browser.follow(`${world.app}${path}`)
  expect(form, 'Demo IAM')
  const { password } = user
  const page = await browser.submit(form, 'login', { username: name, password })
  expect(page, 'Example Corp', status)
  return page
}

/** @param to the address where there are several. */
export async function answerByMail(
  walk: Walk,
  choice: Page,
  fields: Readonly<Record<string, string>>,
  to = walk.user.email,
): Promise<Page> {
  const { browser, world } = walk
  const before = world.outbox.count(to)
  const asked = await browser.submit(choice, 'choose', fields)
  const code = world.outbox.codeFor(to, before)
  if (code === undefined) throw new Error(`no mail came to ${to}`)
  const done = await browser.submit(asked, 'answer', { code })
  return done.forms.some(({ action }) => action === 'confirm') ? done : goOn(walk, done)
}

/** The page of a finished step-up goes on by itself in a browser. */
export async function goOn({ browser }: Walk, done: Page): Promise<Page> {
  const to = /url=([^"]+)"/.exec(done.body)?.[1]
  if (to === undefined) throw new Error(`"${done.title}" (${done.status}) leads nowhere`)
  return browser.follow(decoded(to))
}

/** Says what the application was told, once the browser is back there. */
export function tell(say: Say, page: Page): void {
  expect(page, 'Demo application')
  const rows = [...page.body.matchAll(/<tr><th>([^<]*)<\/th><td>([^<]*)<\/td><\/tr>/g)]
  const told = Object.fromEntries(rows.map(([, name = '', value = '']) => [name, decoded(value)]))
  for (const name of ['acr', 'amr', 'auth_time'])
    if (told[name] === undefined) throw new Error(`the application was not told ${name}`)
  const { sub, acr, amr, auth_time: authTime } = told
  say(`   => sub ${sub}, acr ${acr}, amr ${amr}, auth_time ${authTime}`)
}

function expect(page: Page, title: string, status = 200): void {
  if (page.status === status && (page.title.includes(title) || page.body.includes(title))) return
  throw new Error(`expected "${title}", got "${page.title}" (${page.status}) at ${page.url}`)
}
