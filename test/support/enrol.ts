import assert from 'node:assert/strict'
import type { TestApp } from './app.ts'
import { otpAt } from './attack.ts'
import { keyOn } from './outside.ts'
import { begin } from './passage.ts'
import type { Pushed } from './relying-party.ts'
import type { Page, UserAgent } from './user-agent.ts'

/** `li.wei` sets up an OTP app at a sign-in, with a code by email first. */
export async function enrol(
  app: TestApp,
  browser: UserAgent,
): Promise<{ pushed: Pushed; done: Page; key: string }> {
  const { pushed, page } = await begin(app, browser)
  assert.match(page.title, /How do you want to confirm/)
  const first = await browser.submit(page, 'choose', { factor: 'enrol-totp' })
  assert.match(first.title, /First, a code to l•••i@kestrel\.example/)
  const setUp = await browser.submit(first, 'answer', { code: app.mailbox.last().code })
  assert.match(setUp.title, /Set up your OTP app/)
  const key = keyOn(setUp)
  const done = await browser.submit(setUp, 'confirm', { code: otpAt(app, 0, key) })
  return { pushed, done, key }
}
