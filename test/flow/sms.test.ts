import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeJwt } from 'jose'
import type { TestApp } from '../support/app.ts'
import { otherThan } from '../support/attack.ts'
import { begin, codeFrom } from '../support/passage.ts'
import { openTexting, PHONE } from '../support/texting.ts'
import { createUserAgent } from '../support/user-agent.ts'

/** How many answers were counted, and what became of messages. */
const told = async (app: TestApp) =>
  (await app.events()).flatMap(({ event, outcome, provider }) =>
    event === 'code.sent' ? [`${provider} ${outcome}`] : event === 'factor.rejected' ? [event] : [],
  )

describe('a step-up by text message', () => {
  for (const [language, title, text] of [
    [
      'en',
      /Enter the code we texted you/,
      /^[0-9]{6} is your code for Kestrel sign-in \(Kestrel\)\. Valid 5 minutes\. Nobody at Kestrel will ask for it\.\n@localhost #[0-9]{6}$/,
    ],
    [
      'zh-CN',
      /请输入短信中的验证码/,
      /^【Kestrel】[0-9]{6}是Kestrel sign-in登录验证码，5分钟内有效，请勿告诉他人。\n@localhost #[0-9]{6}$/,
    ],
  ] as const)
    test(`gives the client what was proven: ${language}`, async () => {
      await using of = await openTexting()
      const { app, first, second } = of
      const { browser, pushed, page } = await begin(app, undefined, { ui_locales: language })
      assert.match(page.title, title)
      assert.match(page.body, /\+86 •••5678/)
      assert.doesNotMatch(page.body, /1381234/)
      const { to, text: words, code } = first.last()
      assert.equal(to, PHONE)
      assert.match(words, text)
      assert.ok(words.includes(`@${new URL(app.issuer).hostname} #${code}`))

      const done = await browser.submit(page, 'answer', { code })
      const token = await app.party.redeem(pushed, codeFrom(done, app.party.redirectUri, pushed))
      const body = (await token.json()) as Record<string, string>
      const claims = decodeJwt(body['id_token'] ?? '')
      assert.deepEqual([claims['acr'], claims['amr']], ['mfa', ['sms', 'otp']])
      assert.deepEqual([...first.wrong, ...second.wrong, second.asked()], [0])
      assert.ok(!app.logged.join('').includes(PHONE.slice(3)))
    })

  test('goes on by the next gateway where the first does not take it', async () => {
    await using of = await openTexting()
    of.first.set('throttle')
    const { browser, page } = await begin(of.app)
    const done = await browser.submit(page, 'answer', { code: of.second.last().code })
    assert.equal(done.status, 200)
    assert.deepEqual(await told(of.app), ['second accepted'])
  })

  test('offers another way where no gateway takes it, and counts no attempt', async () => {
    await using of = await openTexting({ factors: ['sms', 'email'] })
    const { app, first, second, mailbox } = of
    first.set('refuse')
    second.set('busy')
    const { browser, page } = await begin(app)
    const failed = await browser.submit(page, 'choose', { factor: 'sms' })
    assert.equal(failed.status, 422)
    const asked = await browser.submit(failed, 'choose', { factor: 'email' })
    const done = await browser.submit(asked, 'answer', { code: mailbox.last().code })
    assert.equal(done.status, 200)
    assert.deepEqual(await told(app), ['second failed', 'smtp accepted'])
  })

  test('repeats its code when it is asked for again', async () => {
    await using of = await openTexting()
    const { browser, page } = await begin(of.app)
    of.app.clock.advance(31)
    const again = await browser.submit(page, 'resend')
    assert.match(again.body, /either text works/)
    const [one, two] = of.first.texts
    assert.equal(one?.code, two?.code)
    assert.notEqual(one?.id, two?.id)
  })

  test('is no way for a number that may not be texted', async () => {
    await using of = await openTexting()
    const { page } = await begin(of.app, undefined, { login_hint: 'bob' })
    assert.equal(page.status, 403)
    assert.equal(of.first.asked() + of.second.asked(), 0)
  })

  test('never shares a code between two people with one phone', async () => {
    await using of = await openTexting()
    const li = await begin(of.app)
    const his = of.first.last().code
    const ann = await begin(of.app, createUserAgent(), { login_hint: 'ann' })
    const hers = of.first.last().code
    assert.deepEqual(
      [of.first.texts.length, of.first.texts.map(({ to }) => to)],
      [2, [PHONE, PHONE]],
    )
    assert.notEqual(his, hers)
    assert.equal((await li.browser.submit(li.page, 'answer', { code: hers })).status, 422)
    assert.equal((await ann.browser.submit(ann.page, 'answer', { code: his })).status, 422)
  })

  test('comes before an OTP app is set up where there is no address', async () => {
    await using of = await openTexting({ factors: ['totp', 'sms'] })
    const { browser, page } = await begin(of.app, undefined, { login_hint: 'ann' })
    const first = await browser.submit(page, 'choose', { factor: 'enrol-totp' })
    assert.match(first.title, /First, a code to/)
    assert.match(first.body, /\+86 •••5678/)
    const wrong = await browser.submit(first, 'answer', { code: otherThan(of.first.last().code) })
    assert.equal(wrong.status, 422)
    const enrol = await browser.submit(wrong, 'answer', { code: of.first.last().code })
    assert.match(enrol.title, /Set up your OTP app/)
  })
})
