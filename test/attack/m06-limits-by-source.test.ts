import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import { judgements, post, withOtpApp, wrongOtp } from '../support/attack.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

describe('M06 another address or browser for each guess', () => {
  test('changes nothing: the limit belongs to the account', async () => {
    const settings = {
      factors: ['totp'],
      listen: { host: '127.0.0.1', port: 1, trustedProxies: ['127.0.0.1', '::1'] },
    }
    await using app = await openApp({ settings })
    await withOtpApp(app, 'bob')
    for (let n = 0; n < 25; n++) {
      const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
      if (page.status !== 200) break
      await post(
        browser,
        page,
        'answer',
        { code: wrongOtp(app) },
        {
          'x-forwarded-for': `198.51.100.${n}`,
          'user-agent': `Agent/${n}`,
        },
      )
    }
    assert.equal(await judgements(app), 10)
  })
})
