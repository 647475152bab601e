import { generateSync } from 'otplib'
import { createUserAgent, decoded, type Page } from '../support/user-agent.ts'
import type { DemoUser } from './idp.ts'
import type { DemoWorld } from './world.ts'

type Say = (line: string) => void
type Walk = {
  readonly browser: ReturnType<typeof walker>
  readonly user: DemoUser
  readonly world: DemoWorld
}

/** The whole path without a screen: once by email, once through setting up an OTP app, once with it. */
export async function check(world: DemoWorld, say: Say): Promise<void> {
  const [alice, bob] = world.users
  if (alice === undefined || bob === undefined) throw new Error('the demo has two users')

  say('\n1. alice, a code by email')
  const byMail: Walk = { browser: walker(say), user: alice, world }
  const asked = await signIn(byMail, '/sign-in')
  show(say, await claims(await answerByMail(byMail, asked, 'email')))

  say('\n2. bob sets up an OTP app, after a code by email')
  const bobs: Walk = { browser: walker(say), user: bob, world }
  const choice = await signIn(bobs, '/sign-in')
  const setUp = await answerByMail(bobs, choice, 'enrol-totp')
  const key = keyOn(setUp)
  const confirmed = await bobs.browser.submit(setUp, 'confirm', { code: codeOf(key) })
  show(say, await claims(await goOn(bobs, confirmed)))

  say('\n3. bob, with the OTP app, where the application requires one')
  await nextStep(say)
  const again: Walk = { browser: walker(say), user: bob, world }
  const page = await signIn(again, '/sign-in?acr=mfa-app')
  const done = await again.browser.submit(page, 'answer', { code: codeOf(key) })
  show(say, await claims(await goOn(again, done)))
}

async function signIn({ browser, user, world }: Walk, path: string): Promise<Page> {
  const password = await browser.follow(`${world.app}${path}`)
  expect(password, 'Demo IAM')
  const page = await browser.submit(password, 'login', {
    username: user.username,
    password: user.password,
  })
  expect(page, 'Example Corp')
  return page
}

async function answerByMail(walk: Walk, choice: Page, factor: string): Promise<Page> {
  const { browser, user, world } = walk
  const before = world.outbox.count(user.email)
  const asked = await browser.submit(choice, 'choose', { factor })
  const code = world.outbox.codeFor(user.email, before)
  if (code === undefined) throw new Error(`no mail came to ${user.email}`)
  const done = await browser.submit(asked, 'answer', { code })
  return done.forms.some(({ action }) => action === 'confirm') ? done : goOn(walk, done)
}

/** The page of a finished step-up goes on by itself in a browser. */
async function goOn({ browser }: Walk, done: Page): Promise<Page> {
  const to = /url=([^"]+)"/.exec(done.body)?.[1]
  if (to === undefined) throw new Error(`"${done.title}" (${done.status}) leads nowhere`)
  return browser.follow(decoded(to))
}

async function claims(page: Page): Promise<Readonly<Record<string, string>>> {
  expect(page, 'Demo application')
  const rows = [...page.body.matchAll(/<tr><th>([^<]*)<\/th><td>([^<]*)<\/td><\/tr>/g)]
  const found = Object.fromEntries(rows.map(([, name = '', value = '']) => [name, decoded(value)]))
  for (const name of ['acr', 'amr', 'auth_time'])
    if (found[name] === undefined) throw new Error(`the application was not told ${name}`)
  return found
}

function walker(say: Say) {
  return createUserAgent('en', ({ method, url, status }) => {
    const { origin, pathname } = new URL(url)
    const path = pathname.replace(/stp_[\w-]+/, 'stp_…').replace(/(interaction\/)[\w-]+/, '$1…')
    say(`   ${method.padEnd(4)} ${status} ${origin}${path}`)
  })
}

function show(say: Say, found: Readonly<Record<string, string>>): void {
  const { sub, acr, amr, auth_time: authTime } = found
  say(`   => sub ${sub}, acr ${acr}, amr ${amr}, auth_time ${authTime}`)
}

function expect(page: Page, title: string): void {
  if (page.status === 200 && (page.title.includes(title) || page.body.includes(title))) return
  throw new Error(`expected "${title}", got "${page.title}" (${page.status}) at ${page.url}`)
}

const keyOn = (page: Page): string => {
  const uri = /href="(otpauth:[^"]+)"/.exec(page.body)?.[1]
  if (uri === undefined) throw new Error('the page shows no key')
  return new URL(decoded(uri)).searchParams.get('secret') ?? ''
}

const STEP_MS = 30_000
const codeOf = (secret: string): string => generateSync({ secret })

/** A code is good once, so the next sign-in needs the next one. */
async function nextStep(say: Say): Promise<void> {
  const wait = STEP_MS - (Date.now() % STEP_MS)
  say(`   (waiting ${Math.ceil(wait / 1000)} s for the next code: each is good once)`)
  await new Promise((resolve) => setTimeout(resolve, wait + 50))
}
