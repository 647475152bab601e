import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import { judgements, ONLY_EMAIL, post } from '../support/attack.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

describe('M09 a code, a proof or a step-up used where it does not belong', () => {
  test("another person's code is wrong", async () => {
    await using app = await openApp(ONLY_EMAIL)
    await app.people.add('test', { username: 'mallory', emails: ['mallory@kestrel.example'] })
    const hers = await begin(app, createUserAgent(), { login_hint: 'mallory' })
    const { code } = app.mailbox.last()
    const his = await begin(app)
    assert.equal((await post(his.browser, his.page, 'answer', { code })).status, 422)
    assert.equal((await post(hers.browser, hers.page, 'answer', { code })).status, 303)
  })

  test('the code of one step-up is wrong in another of the same person', async () => {
    await using app = await openApp(ONLY_EMAIL)
    await begin(app)
    const { code } = app.mailbox.last()
    app.clock.advance(31)
    const second = await begin(app)
    assert.equal((await post(second.browser, second.page, 'answer', { code })).status, 422)
  })

  test("another step-up's proof, challenge or browser opens nothing", async () => {
    await using app = await openApp(ONLY_EMAIL)
    await app.people.add('test', { username: 'mallory', emails: ['mallory@kestrel.example'] })
    const his = await begin(app)
    const { code } = app.mailbox.last()
    const hers = await begin(app, createUserAgent(), { login_hint: 'mallory' })
    const field = (page: typeof his.page, name: string) =>
      page.forms.find(({ action }) => action === 'answer')?.fields[name] ?? ''

    // Her browser, his address, with his proof and with hers; his browser with her proof; and his own with her challenge.
    const challenge = field(his.page, 'challenge')
    for (const proof of [field(his.page, 'proof'), field(hers.page, 'proof')]) {
      const answer = await post(hers.browser, his.page, 'answer', { proof, challenge, code })
      assert.equal(answer.status, 403)
    }
    const foreign = await post(his.browser, his.page, 'answer', {
      proof: field(hers.page, 'proof'),
      code,
    })
    assert.equal(foreign.status, 403)
    const mixed = await post(his.browser, his.page, 'answer', {
      challenge: field(hers.page, 'challenge'),
      code,
    })
    assert.equal(mixed.status, 422)
    assert.equal(await judgements(app), 0)
  })

  test('the proof of one form is not taken by another', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page } = await begin(app)
    const proof = page.forms.find(({ action }) => action === 'language')?.fields['proof'] ?? ''
    const { code } = app.mailbox.last()
    assert.equal((await post(browser, page, 'answer', { proof, code })).status, 403)
  })
})
