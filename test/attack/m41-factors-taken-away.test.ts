import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { ONLY_APP, post } from '../support/attack.ts'
import { giveApp, manage, type Owned, oneOf } from '../support/own-apps.ts'
import { begin, codeFrom } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

const UNKNOWN = 'enr_AAAAAAAAAAAAAAAAAAAAAA'

const left = async (app: TestApp, { account }: Owned) =>
  (await app.app.store.stepUps.apps(account)).map(({ enrolment }) => enrolment)

describe('M41 an OTP app that is taken away', () => {
  test('is never the last way, also where two tabs take one each in the same moment', async () => {
    await using app = await openApp(ONLY_APP)
    const both = [await giveApp(app, 'li.wei'), await giveApp(app, 'li.wei')]
    const tabs: (() => Promise<Response>)[] = []
    for (const owned of both) {
      const { browser, page } = await manage(app, owned)
      const asked = await browser.get(oneOf(page, owned, 'remove'))
      tabs.push(() => post(browser, asked, 'remove', {}))
    }
    await Promise.all(tabs.map((tab) => tab()))
    const [first] = both
    assert.ok(first !== undefined)
    assert.equal((await left(app, first)).length, 1)
    const { page } = await begin(app)
    assert.match(page.title, /Enter the code from your OTP app/)
  })

  test('stays where the others do not reach what a rule demands', async () => {
    const rules = [{ name: 'all', then: 'require', acr: 'mfa-app' }]
    await using app = await openApp({ settings: { rules } })
    const strong = await giveApp(app, 'li.wei')
    const weak = await giveApp(app, 'li.wei', { provenance: 'contact:email' })
    const { browser, page } = await manage(app, strong)
    const asked = await browser.get(oneOf(page, strong, 'remove'))
    assert.match(asked.body, /This is your only way/)
    const other = await browser.get(oneOf(page, weak, 'remove'))
    const forged = await post(browser, other, 'remove', { enrolment: strong.id })
    assert.equal(forged.status, 422)
    assert.deepEqual(await left(app, strong), [strong.id, weak.id])
    assert.equal((await post(browser, other, 'remove', {})).status, 303)
  })

  test('is at once worth nothing, in step-ups that are under way and proofs that nobody fetched', async () => {
    await using app = await openApp()
    const [kept, lost] = [await giveApp(app, 'li.wei'), await giveApp(app, 'li.wei')]
    const thief = await begin(app, createUserAgent())
    const asked = await thief.browser.submit(thief.page, 'choose', { factor: 'totp' })
    const second = await begin(app, createUserAgent())
    const open = await second.browser.submit(second.page, 'choose', { factor: 'totp' })
    const proven = await thief.browser.submit(asked, 'answer', { code: lost.code() })

    const { browser, pushed, page } = await manage(app, kept)
    const removing = await browser.get(oneOf(page, lost, 'remove'))
    const after = await browser.submit(removing, 'remove')
    const ended = await second.browser.submit(open, 'answer', { code: lost.code(30) })
    assert.match(ended.title, /We closed this sign-in/)
    const code = codeFrom(proven, app.party.redirectUri, thief.pushed)
    assert.equal((await app.party.redeem(thief.pushed, code)).status, 400)
    // What was proven for the removal itself is what its own step-up is worth.
    const done = await browser.submit(after, 'done')
    const own = codeFrom(done, app.party.redirectUri, pushed)
    assert.equal((await app.party.redeem(pushed, own)).status, 200)
  })

  test('is one of their own: those of others are as unknown as those that are not', async () => {
    await using app = await openApp()
    await app.people.add('test', { username: 'mallory', emails: ['mallory@kestrel.example'] })
    const [his, hers] = [await giveApp(app, 'li.wei'), await giveApp(app, 'mallory')]
    const { browser, page } = await manage(app, his)
    const naming = await browser.get(oneOf(page, his, 'rename'))
    const removing = await browser.get(oneOf(page, his, 'remove'))
    for (const what of ['rename', 'remove'] as const) {
      const form = what === 'rename' ? naming : removing
      const answers: string[] = []
      for (const enrolment of [hers.id, UNKNOWN, 'enr_', '1', "' or 1=1--"]) {
        const posted = await post(browser, form, what, { enrolment, name: 'x' })
        const address = form.url.replace(his.id, encodeURIComponent(enrolment))
        const looked = await browser.get(address)
        answers.push(`${posted.status} ${looked.status} ${looked.title}`)
      }
      assert.equal(new Set(answers).size, 1, answers.join('\n'))
      assert.match(answers[0] ?? '', /^404 404 /)
    }
    assert.deepEqual(await left(app, hers), [hers.id])
    const [mallorys] = await app.app.store.stepUps.apps(hers.account)
    assert.equal(mallorys?.name, null)
    assert.deepEqual(await left(app, his), [his.id])
  })

  test('is taken away once: what was sent before does nothing when it is sent again, here or elsewhere', async () => {
    await using app = await openApp()
    const [first, second] = [await giveApp(app, 'li.wei'), await giveApp(app, 'li.wei')]
    const { browser, page } = await manage(app, first)
    const naming = await browser.get(oneOf(page, second, 'rename'))
    const removing = await browser.get(oneOf(page, second, 'remove'))
    assert.equal((await post(browser, removing, 'remove', {})).status, 303)
    const third = await giveApp(app, 'li.wei')
    const before = await left(app, first)
    for (const enrolment of [second.id, third.id]) {
      const again = await post(browser, removing, 'remove', { enrolment })
      assert.equal(again.status, enrolment === second.id ? 404 : 303)
    }
    assert.deepEqual(await left(app, first), [first.id])
    assert.deepEqual(before, [first.id, third.id])
    assert.equal((await post(browser, naming, 'rename', { name: 'x' })).status, 404)

    // Done, and in a step-up of later, what this one's pages hold is no word of anybody's.
    await browser.submit(page, 'done')
    await post(browser, removing, 'remove', { enrolment: first.id })
    app.clock.advance(60)
    const later = await manage(app, first, browser)
    const idOf = (url: string) => /step-up\/(stp_[^/?]+)/.exec(url)?.[1] ?? ''
    const forms = removing.forms.map((form) => ({
      ...form,
      url: form.url.replace(idOf(removing.url), idOf(later.page.url)),
    }))
    const forged = await post(browser, { ...removing, forms }, 'remove', { enrolment: first.id })
    assert.equal(forged.status, 403)
    assert.deepEqual(await left(app, first), [first.id])
  })

  test('is taken away by a help desk by its id, also where others are called by it', async () => {
    await using app = await openApp()
    const first = await giveApp(app, 'li.wei')
    const second = await giveApp(app, 'li.wei', { name: first.id })
    const reset = await app.people.resetFactor('ann', 'li.wei', first.id)
    assert.ok(reset.ok, JSON.stringify(reset))
    assert.deepEqual(await left(app, second), [second.id])
  })

  test('is named and taken away in two tabs as in one, and nothing is done to what is gone', async () => {
    await using app = await openApp()
    const [first, second] = [await giveApp(app, 'li.wei'), await giveApp(app, 'li.wei')]
    const { browser, page } = await manage(app, first)
    const [naming, removing] = [
      await browser.get(oneOf(page, second, 'rename')),
      await browser.get(oneOf(page, second, 'remove')),
    ]
    const both = await Promise.all([
      post(browser, naming, 'rename', { name: 'Second' }),
      post(browser, removing, 'remove', {}),
    ])
    assert.deepEqual(await left(app, first), [first.id])
    assert.equal(both[1]?.status, 303)
    // A page of before shows nothing else: the other tab finds the list as it is now.
    const shown = await browser.get(page.url)
    assert.doesNotMatch(shown.body, new RegExp(second.id))
    const adding = await browser.submit(shown, 'add')
    assert.equal((await post(browser, removing, 'remove', { enrolment: first.id })).status, 422)
    assert.deepEqual(await left(app, first), [first.id])
    assert.match(adding.title, /Add an OTP app/)
  })
})
