import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import { ONLY_APP, otpAt, withOtpApp } from '../support/attack.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

describe('M11 the window of an OTP app', () => {
  for (const [when, seconds, status] of [
    ['two steps ago', -60, 422],
    ['one step ago', -30, 200],
    ['now', 0, 200],
    ['in the next step', 30, 422],
    ['in an hour', 3600, 422],
  ] as const)
    test(`a code of ${when} ${status === 200 ? 'is' : 'is not'} taken`, async () => {
      await using app = await openApp(ONLY_APP)
      await withOtpApp(app, 'bob')
      const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
      const answer = await browser.submit(page, 'answer', { code: otpAt(app, seconds) })
      assert.equal(answer.status, status)
    })
})
