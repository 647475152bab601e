import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeJwt } from 'jose'
import { openApp } from '../support/app.ts'
import { otherThan } from '../support/attack.ts'
import { begin, codeFrom, pass } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

describe('a step-up by email', () => {
  test('gives the client what was proven, and nothing more', async () => {
    await using app = await openApp({ settings: { factors: ['email'] } })
    const browser = createUserAgent()
    const pushed = await app.party.push({ acr_values: 'mfa' })
    assert.equal(pushed.status, 201)
    const asked = await browser.follow(app.party.authorizeUrl(pushed))
    assert.match(asked.title, /Enter the code we emailed you/)
    assert.match(asked.body, /l•••i@kestrel\.example/)

    const done = await browser.submit(asked, 'answer', { code: app.mailbox.last().code })
    assert.equal(done.status, 200)
    const token = await app.party.redeem(pushed, codeFrom(done, app.party.redirectUri, pushed))
    assert.equal(token.status, 200)
    const body = (await token.json()) as Record<string, string>
    const claims = decodeJwt(body['id_token'] ?? '')
    assert.deepEqual(
      { ...claims, jti: typeof claims.jti },
      {
        ...{ iss: app.issuer, sub: 'li.wei', aud: 'iam', nonce: pushed.nonce, jti: 'string' },
        ...{ acr: 'mfa', amr: ['otp'], auth_time: app.clock.now() / 1000 },
        ...{ iat: app.clock.now() / 1000, exp: app.clock.now() / 1000 + 300 },
      },
    )
  })

  test('sends nothing again where no answer would be taken', async () => {
    await using app = await openApp({ settings: { factors: ['email'] } })
    const { browser: other, page: waiting } = await begin(app)
    app.clock.advance(31)
    const { browser, page } = await begin(app)
    let at = page
    for (const pause of [61, 121]) {
      for (let answer = 0; answer < 5; answer++)
        at = await browser.submit(at, 'answer', { code: otherThan(app.mailbox.last().code) })
      app.clock.advance(pause)
      if (pause === 61) at = await browser.submit(at, 'choose', { factor: 'email' })
    }
    const sent = app.mailbox.mails.length
    const refused = await other.submit(waiting, 'resend')
    assert.match(refused.title, /Email codes are paused/)
    assert.equal(app.mailbox.mails.length, sent)
  })

  test('makes at most twelve calls to the store', async () => {
    await using app = await openApp({ settings: { factors: ['email'] } })
    const calls = async () => {
      const metrics = await (await fetch(`${app.managementUrl}/metrics`)).text()
      return [...metrics.matchAll(/^sallyport_store_duration_seconds_count\{.*\} (\d+)$/gm)]
    }
    const sum = (of: Awaited<ReturnType<typeof calls>>) =>
      of.reduce((all, [, count]) => all + Number(count), 0)
    const before = sum(await calls())
    await pass(app, createUserAgent())
    const after = await calls()
    const total = sum(after) - before
    assert.ok(total > 0 && total <= 12, `${total} calls: ${after.map(([line]) => line).join('\n')}`)
  })
})
