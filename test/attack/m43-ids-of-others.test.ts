import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { judgements, ONLY_EMAIL, post } from '../support/attack.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent, type UserAgent } from '../support/user-agent.ts'

const UNKNOWN = 'stp_AAAAAAAAAAAAAAAAAAAAAA'

async function addressOf(app: TestApp, who: string) {
  const { browser, page } = await begin(app, createUserAgent(), { login_hint: who })
  const form = page.forms.find(({ action }) => action === 'answer')
  const id = /stp_[\w-]+/.exec(form?.url ?? '')?.[0] ?? ''
  return { browser, page, id }
}

/** What differs between two answers beside the id itself and the request's number. */
async function look(app: TestApp, browser: UserAgent, id: string, path = '') {
  const { status, title, body } = await browser.get(`${app.issuer}/step-up/${id}${path}`)
  return { status, title, body }
}

describe('M43 the id of what belongs to somebody else', () => {
  test("shows nothing of another person's step-up, in any browser", async () => {
    await using app = await openApp(ONLY_EMAIL)
    await app.people.add('test', { username: 'mallory', emails: ['mallory@kestrel.example'] })
    const his = await addressOf(app, 'li.wei')
    const hers = await addressOf(app, 'mallory')
    for (const browser of [hers.browser, createUserAgent()])
      for (const path of ['', '/ways', '/begin', '/resume']) {
        const seen = await look(app, browser, his.id, path)
        assert.ok(seen.status >= 400, `${path} ${seen.status}`)
        assert.doesNotMatch(seen.body, /li\.wei|Li Wei|l•••i|<form/)
      }
  })

  test('changes nothing there: no cancel, no resend, no answer, no language', async () => {
    await using app = await openApp(ONLY_EMAIL)
    await app.people.add('test', { username: 'mallory', emails: ['mallory@kestrel.example'] })
    const his = await addressOf(app, 'li.wei')
    const { code } = app.mailbox.last()
    const hers = await addressOf(app, 'mallory')
    app.clock.advance(31)
    const mails = app.mailbox.mails.length
    for (const { action } of his.page.forms)
      assert.equal((await post(hers.browser, his.page, action, { code })).status, 403, action)

    // And her own forms, proofs and all, with his id in the address.
    for (const form of hers.page.forms) {
      const url = form.url.replace(hers.id, his.id)
      const cookie = [...hers.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const body = new URLSearchParams({ ...form.fields, code })
      const answer = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie },
        body,
      })
      assert.equal(answer.status, 403, form.action)
    }
    assert.equal(app.mailbox.mails.length, mails)
    assert.equal(await judgements(app), 0)
    assert.equal((await post(his.browser, his.page, 'answer', { code })).status, 303)
  })

  test('is answered without a word of whether it exists, to who has no cookie', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const his = await addressOf(app, 'li.wei')
    const strange = createUserAgent()
    const [real, made] = [await look(app, strange, his.id), await look(app, strange, UNKNOWN)]
    assert.deepEqual([real.status, real.title], [made.status, made.title])
  })

  test('of no known form is not found, and never a failure', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, id } = await addressOf(app, 'li.wei')
    for (const odd of ['1', `${id}x`, id.toUpperCase(), `${id}%00`, '%2e%2e', "'%20or%201=1--"]) {
      const { status } = await look(app, browser, odd)
      assert.ok(status === 404 || status === 410, `${odd} ${status}`)
    }
  })
})
