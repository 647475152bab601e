import { codeAfter, codeNow } from '../e2e/oathtool.ts'
import type { Company } from './company.ts'
import type { Visitor } from './visitor.ts'

/** An OTP app that was set up at Sallyport: its key, and the code that it showed last. */
export type App = { readonly key: string; readonly last: string }

const STEP_MS = 30_000
const ALMOST_OVER_MS = 5_000

/** By a code that is texted, at Sallyport. Says to which number. */
export async function confirmByText(visitor: Visitor, { gateway }: Company): Promise<string> {
  const before = gateway.texts.length
  await visitor.page.getByRole('button', { name: /Text me a code/ }).click()
  await visitor.page.locator('#code').waitFor()
  const { to, code } = gateway.last()
  if (gateway.texts.length !== before + 1) throw new Error('no text message came, or several')
  await visitor.answer(code)
  return to
}

/** From the page that offers it, by a code to the person's address. What comes after the code of the app is the caller's. */
export async function setUpApp(visitor: Visitor): Promise<App> {
  const { page } = visitor
  const sent = visitor.mails()
  await page.getByRole('button', { name: /^Set up your OTP app/ }).click()
  await page.getByRole('heading', { name: /^First, a code to / }).waitFor()
  await visitor.answer(visitor.mailedSince(sent))
  return addApp(visitor)
}

/** From the page that shows the key. */
export async function addApp(visitor: Visitor): Promise<App> {
  const key = ((await visitor.page.locator('.key').textContent()) ?? '').replace(/\s/g, '')
  const last = await earlyCode(key)
  await visitor.answer(last)
  return { key, last }
}

export async function confirmByApp(visitor: Visitor, { key, last }: App): Promise<void> {
  await visitor.page.getByRole('button', { name: /Use your OTP app/ }).click()
  await visitor.page.locator('#code').waitFor()
  await visitor.answer(await codeAfter(last, key))
}

/** That of the step before where it is good for a while yet, so that the next one is there at once. */
async function earlyCode(key: string): Promise<string> {
  const isOver = STEP_MS - (Date.now() % STEP_MS) < ALMOST_OVER_MS
  return isOver ? codeNow(key) : codeNow(key, new Date(Date.now() - STEP_MS).toISOString())
}
