import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import type { Company } from './company.ts'
import { emailOf } from './realm.ts'

/** A person in a browser of their own, who signs in at a realm. */
export type Visitor = AsyncDisposable & {
  readonly page: Page
  readonly context: BrowserContext
  /** Begins at the application and gives the password to Keycloak. What comes next is Sallyport's. */
  signIn(parameters?: Readonly<Record<string, string>>): Promise<void>
  /** At the application, with nothing typed. */
  begin(parameters?: Readonly<Record<string, string>>, page?: Page): Promise<void>
  givePassword(page?: Page, username?: string): Promise<void>
  /** By a code that is mailed, at Sallyport. */
  confirm(page?: Page): Promise<void>
  /** Types a code at Sallyport, and Enter. */
  answer(code: string, page?: Page): Promise<void>
  /** How many codes they were mailed. */
  mails(): number
  /** The code of the newest mail, once there are more than so many. */
  mailedSince(count: number): string
  cancel(): Promise<void>
  /** What Keycloak's page complains of. */
  complaint(): Promise<string>
  /** The pushed requests with which this browser was sent to Sallyport. */
  readonly sent: readonly string[]
  /** How Keycloak names the tab that the first page is in. */
  tab(): string
  /** Where Sallyport sent this browser back to, and nobody else yet. */
  held(): Promise<string>
}

const PATIENCE_MS = 30_000

export async function openVisitor(
  company: Company,
  browser: Browser,
  username: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ locale: 'en-US', ...options })
  context.setDefaultTimeout(PATIENCE_MS)
  const first = await context.newPage()
  const sent: string[] = []
  let tab = ''
  context.on('request', (request) => {
    const url = new URL(request.url())
    if (url.href.startsWith(company.realmUrl)) tab = url.searchParams.get('tab_id') ?? tab
    const uri = url.searchParams.get('request_uri')
    if (url.href.startsWith(`${company.sallyport}/authorize`) && uri !== null) sent.push(uri)
  })

  const begin: Visitor['begin'] = async (parameters, page = first) => {
    await page.goto(company.shop.signIn(parameters))
  }
  const givePassword: Visitor['givePassword'] = async (page = first, who = username) => {
    const field = page.locator('#username')
    if (await field.isVisible()) await field.fill(who)
    await page.locator('#password').fill(company.passwordOf(who))
    await page.locator('#kc-login').click()
  }
  const address = emailOf(username)
  const mails = () => company.outbox.count(address)
  const mailedSince: Visitor['mailedSince'] = (count) => {
    const code = company.outbox.codeFor(address, count)
    if (code === undefined) throw new Error(`${address} got no mail`)
    return code
  }
  const answer: Visitor['answer'] = async (code, page = first) => {
    await page.locator('#code').fill(code)
    await page.locator('#code').press('Enter')
  }
  return {
    ...{ page: first, context, begin, givePassword, sent, answer, mails, mailedSince },
    tab: () => new URLSearchParams({ client_id: 'shop', tab_id: tab }).toString(),
    async signIn(parameters) {
      await begin(parameters)
      await givePassword()
    },
    async confirm(page = first) {
      const before = mails()
      await page.getByRole('button', { name: /Email me a code|邮件验证码/ }).click()
      await page.locator('#code').waitFor()
      await answer(mailedSince(before), page)
    },
    async cancel() {
      await first.getByRole('button', { name: /^Cancel/ }).click()
      await first
        .getByRole('heading', { name: /^You (cancelled this sign-in|stopped here)/ })
        .waitFor()
      await first.getByRole('link', { name: /^Back to/ }).click()
    },
    async complaint() {
      const shown = first.locator('.pf-v5-c-alert__title, #kc-error-message')
      const text = await shown.textContent().catch(async () => {
        throw new Error(
          `no complaint at ${first.url()}: ${await first.locator('body').textContent()}`,
        )
      })
      return text?.trim() ?? ''
    },
    async held() {
      const back = `${company.realmUrl}/sallyport/callback`
      const { promise, resolve } = Promise.withResolvers<string>()
      await context.route(
        (url) => url.href.startsWith(back),
        async (route) => {
          resolve(route.request().url())
          // It stays where it is. What could not be loaded, it would load again by itself.
          await route.fulfill({ status: 204 })
        },
      )
      const url = await promise
      await context.unrouteAll()
      return url
    },
    [Symbol.asyncDispose]: () => context.close(),
  }
}
