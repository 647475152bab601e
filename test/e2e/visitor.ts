import assert from 'node:assert/strict'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import type { DemoUser } from '../demo/idp.ts'
import type { DemoWorld } from '../demo/world.ts'
import type { Mail } from '../support/mailbox.ts'
import { complaintsOf, faultsOf } from './judge.ts'

/** A person at a browser, and what they look at. */
export type Visitor = AsyncDisposable & {
  readonly page: Page
  readonly context: BrowserContext
  /** Begins at the application and gives the password to the IAM. What comes next is Sallyport's. */
  signIn(path?: string): Promise<void>
  /** Waits for the page with this heading. */
  meets(heading: string | RegExp, page?: Page): Promise<void>
  /** As `meets`, and finds nothing wrong with it. */
  sees(heading: string | RegExp, page?: Page): Promise<void>
  press(button: string | RegExp): Promise<void>
  /** Types a code, and Enter. */
  answer(code: string): Promise<void>
  /** The key of an OTP app, as it is there to be typed, without the gaps. */
  shownKey(): Promise<string>
  newestMail(): Mail
  mailCount(): number
  /** The address by which the IAM sent the browser here last. */
  entrance(): string
  /** What the application was told, once it is back there. */
  toldToApp(): Promise<Readonly<Record<string, unknown>>>
}

const PATIENCE_MS = 20_000

/** What a visitor needs to know of where they are. */
export type Around = Pick<DemoWorld, 'app' | 'sallyport'> & {
  readonly outbox: Pick<DemoWorld['outbox'], 'newest' | 'count'>
}

export async function openVisit(at: {
  readonly world: Around
  readonly browser: Browser
  readonly user: DemoUser
  readonly options: BrowserContextOptions
}): Promise<Visitor> {
  const { world, browser, user, options } = at
  const context = await browser.newContext({ locale: 'en-US', ...options })
  context.setDefaultTimeout(PATIENCE_MS)
  const complaints = complaintsOf(context)
  const page = await context.newPage()
  let entrance = ''
  page.on('request', (request) => {
    if (request.url().startsWith(`${world.sallyport}/authorize`)) entrance = request.url()
  })

  const meets = (heading: string | RegExp, on = page) =>
    on.getByRole('heading', { level: 1, name: heading }).waitFor()

  return {
    ...{ page, context, meets },
    async signIn(path = '/sign-in') {
      await page.goto(world.app)
      await page.locator(`a[href="${path}"]`).click()
      await page.getByLabel('User name').fill(user.username)
      await page.getByLabel('Password').fill(user.password)
      await page.getByRole('button', { name: 'Sign in' }).click()
    },
    async sees(heading, on = page) {
      await meets(heading, on)
      // Axe is a script. Where none may run the pages are the same, for they have none.
      if (options.javaScriptEnabled !== false) {
        assert.deepEqual(await faultsOf(on), [])
        assert.equal(await on.locator('script').count(), 0)
      }
      assert.deepEqual(complaints, [])
    },
    press: (name) => page.getByRole('button', { name }).click(),
    async answer(code) {
      const field = page.locator('#code')
      await field.fill(code)
      await field.press('Enter')
    },
    async shownKey() {
      return ((await page.locator('.key').textContent()) ?? '').replace(/\s/g, '')
    },
    newestMail() {
      const mail = world.outbox.newest(user.email)
      if (mail === undefined) throw new Error(`${user.email} has got no mail`)
      return mail
    },
    mailCount: () => world.outbox.count(user.email),
    entrance: () => entrance,
    async toldToApp() {
      await page.getByRole('heading', { name: 'You are signed in' }).waitFor()
      assert.ok(page.url().startsWith(world.app), page.url())
      assert.deepEqual(complaints, [])
      const cells = await page.locator('#claims :is(th, td)').allInnerTexts()
      const pairs = cells.flatMap((cell, at) => (at % 2 ? [] : [[cell, cells[at + 1] ?? 'null']]))
      return Object.fromEntries(pairs.map(([name, value]) => [name, JSON.parse(value ?? '')]))
    },
    [Symbol.asyncDispose]: () => context.close(),
  }
}
