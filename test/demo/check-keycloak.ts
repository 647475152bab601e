import type { Browser } from 'playwright-core'
import type { Company } from '../keycloak/company.ts'
import { type Heard, tokensOf } from '../keycloak/shop.ts'
import { openVisitor, type Visitor } from '../keycloak/visitor.ts'
import { codeOf, keyOn } from './check.ts'
import { hopped, type Say } from './walk.ts'

/** From the password at Keycloak to the tokens, in a browser: by email, by password alone, and through setting up an OTP app. */
export async function checkKeycloak(company: Company, browser: Browser, say: Say): Promise<void> {
  const visit = async (username: string) => {
    const visitor = await openVisitor(company, browser, username)
    visitor.page.on('response', (response) => {
      const request = response.request()
      if (!request.isNavigationRequest()) return
      say(hopped({ method: request.method(), url: response.url(), status: response.status() }))
    })
    return visitor
  }

  say('\n1. alice at the shop: the password at Keycloak, a code by email at Sallyport')
  await using alice = await visit('alice')
  await alice.signIn()
  await alice.confirm()
  tell(say, await company.shop.heard(alice.page), { acr: 'mfa', amr: ['otp'] })

  say('\n2. bob at the kiosk, for which the password will do')
  await using bob = await visit('bob')
  await bob.page.goto(company.kiosk.signIn())
  await bob.givePassword()
  tell(say, await company.kiosk.heard(bob.page), { acr: 'pwd' })

  say('\n3. bob goes on to the shop: Sallyport alone asks, and he sets up an OTP app')
  await bob.begin()
  await setUpApp(company, bob)
  tell(say, await company.shop.heard(bob.page), { acr: 'mfa', amr: ['otp'] })
}

async function setUpApp({ outbox }: Company, { page }: Visitor): Promise<void> {
  const address = 'bob@example.com'
  const before = outbox.count(address)
  const code = page.locator('#code')
  const answer = async (text: string) => {
    await code.fill(text)
    await code.press('Enter')
  }
  await page.locator('form:has([value="enrol-totp"]) button').click()
  await code.waitFor()
  await answer(outbox.codeFor(address, before) ?? '')
  await page.locator('a[href^="otpauth:"]').waitFor({ state: 'attached' })
  await answer(codeOf(keyOn({ body: await page.content() })))
}

function tell(
  say: Say,
  heard: Heard,
  wanted: { readonly acr: string; readonly amr?: readonly string[] },
): void {
  const tokens = tokensOf(heard)
  const told = (claim: string) => JSON.stringify([tokens.idToken[claim], tokens.accessToken[claim]])
  const expect = (claim: string, value: unknown) => {
    if (told(claim) === JSON.stringify([value, value])) return
    throw new Error(`expected ${claim} ${JSON.stringify(value)} in both tokens: ${told(claim)}`)
  }
  expect('acr', wanted.acr)
  expect('stepup_amr', wanted.amr)
  const { sub, acr, stepup_amr: amr, stepup_auth_time: authTime } = tokens.idToken
  say(
    `   => sub ${sub}, acr ${acr}, stepup_amr ${JSON.stringify(amr)}, stepup_auth_time ${authTime}`,
  )
}
