import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { judgements, otpAt, post } from '../support/attack.ts'
import {
  BOUND,
  bindWith,
  codeFor,
  confirm,
  NO_CODE,
  NOTHING_REMEMBERED,
  refusals,
  remembered,
} from '../support/handed.ts'
import { keyOn, openForAnybody, unsignedUrl } from '../support/outside.ts'
import { beginManaging } from '../support/own-apps.ts'
import { begin } from '../support/passage.ts'
import { namedEvents, openTrusting, visit, visitor } from '../support/trust.ts'
import { createUserAgent, type Page } from '../support/user-agent.ts'

const enrolled = async (app: TestApp): Promise<number> =>
  (await app.events()).filter(({ event }) => event === 'factor.enrolled').length

/** What differs from one step-up to the next and says nothing. */
const plain = ({ body }: Page): string =>
  body
    .replace(/stp_[\w-]+|chl_[\w-]+/g, 'ID')
    .replace(/name="proof" value="[^"]+"/g, 'PROOF')
    .replace(/(?:[0-9A-Z]{4}-){1,}[0-9A-Z]{4}/g, 'REQUEST')

describe('M39 a first OTP app that somebody else sets up', () => {
  test('is shown to nobody without a code from an operator', async () => {
    await using app = await openApp(BOUND)
    const { browser, page } = await begin(app)
    assert.match(page.title, /Enter the setup code from the IT service desk/)
    assert.doesNotMatch(page.body, /otpauth:/)
    const first = await browser.submit(page, 'answer', { code: NO_CODE })
    assert.equal(first.status, 422)
    assert.doesNotMatch(first.body, /otpauth:/)
    assert.equal(app.mailbox.mails.length, 0)
    assert.equal(await enrolled(app), 0)
  })

  test('looks the same whether a code is wrong, dead, out of time or was never made', async () => {
    await using app = await openApp(BOUND)
    const never = await bindWith(app, NO_CODE)
    await codeFor(app, 'bind-code', 'li.wei', 60)
    const wrong = await bindWith(app, NO_CODE)
    app.clock.advance(60)
    const late = await bindWith(app, NO_CODE)
    const right = await codeFor(app, 'bind-code')
    for (let n = 0; n < 5; n++) await bindWith(app, NO_CODE)
    const dead = await bindWith(app, right)
    const pages = [never, wrong, late, dead].map(({ shown }) => shown)
    assert.equal(new Set(pages.map(({ status }) => status)).size, 1)
    assert.match(pages[0]?.body ?? '', /That code doesn’t work/)
    assert.equal(new Set(pages.map(plain)).size, 1)
    assert.deepEqual(await refusals(app), [
      ...['none', 'wrong', 'expired'],
      ...['wrong', 'wrong', 'wrong', 'wrong', 'wrong', 'dead'],
    ])
  })

  test('takes the code in any spelling, and no other code for it', async () => {
    await using app = await openApp(BOUND)
    const code = await codeFor(app, 'bind-code')
    const symbols = code.replaceAll('-', '')
    const near = symbols.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    for (const given of ['', symbols.slice(1), `${symbols}0`, `${symbols}!`, '@'.repeat(12)])
      assert.match((await bindWith(app, given)).shown.body, /Please enter all 12/)
    assert.equal(await judgements(app), 0)
    assert.equal(keyOn((await bindWith(app, near)).shown), '')
    const spaced = ` ${symbols.toLowerCase().replace(/(.{3})/g, '$1 – ')}`
    assert.notEqual(keyOn((await bindWith(app, spaced)).shown), '')
  })

  test('is not reached by guesses side by side: five, whatever step-ups they come in', async () => {
    await using app = await openApp(BOUND)
    const code = await codeFor(app, 'bind-code')
    const all = await Promise.all(Array.from({ length: 8 }, () => begin(app)))
    await Promise.all(
      all.map(({ browser, page }) => post(browser, page, 'answer', { code: NO_CODE })),
    )
    const { shown } = await bindWith(app, code)
    assert.doesNotMatch(shown.body, /otpauth:/)
    assert.equal((await refusals(app)).at(-1), 'dead')
  })

  test('belongs to the browser that gave the code first', async () => {
    await using app = await openApp(BOUND)
    const code = await codeFor(app, 'bind-code')
    const hers = await bindWith(app, code)
    const his = await bindWith(app, code)
    assert.equal(his.key, '')
    assert.deepEqual(await refusals(app), ['held-by-another'])
    const again = await bindWith(app, code, hers.browser)
    assert.notEqual(again.key, '')
    assert.equal((await confirm(app, again)).status, 200)
    assert.equal(await enrolled(app), 1)
  })

  test('is set up once, by one of those who give the code at once', async () => {
    await using app = await openApp(BOUND)
    const code = await codeFor(app, 'bind-code')
    const all = await Promise.all(Array.from({ length: 4 }, () => begin(app)))
    await Promise.all(all.map(({ browser, page }) => post(browser, page, 'answer', { code })))
    assert.equal(await judgements(app, 'accepted'), 1)
    const used = (await app.events()).filter(({ event }) => event === 'operator-code.used')
    assert.deepEqual(
      used.map(({ kind, madeBy }) => [kind, madeBy]),
      [['bind-code', 'operator:ann']],
    )
  })

  test('ends the code, so that nobody sets up another one with it', async () => {
    await using app = await openApp(BOUND)
    const code = await codeFor(app, 'bind-code')
    const done = await confirm(app, await bindWith(app, code))
    assert.equal(done.status, 200)
    const [made] = (await app.events()).filter(({ event }) => event === 'factor.enrolled')
    assert.equal(made?.['provenance'], 'bind-code')
    await app.people.resetFactor('ann', 'li.wei', null)
    assert.equal((await bindWith(app, code)).key, '')
    assert.deepEqual(await refusals(app), ['none'])
  })

  test('is remembered nowhere: the app has to be shown once more before anything is', async () => {
    await using app = await openTrusting('ip', '12h', BOUND)
    const li = visitor()
    const shown = await bindWith(app, await codeFor(app, 'bind-code'), li.browser)
    assert.doesNotMatch(shown.shown.body, /type="checkbox"|asked again/)
    assert.equal((await confirm(app, shown)).status, 200)
    assert.deepEqual(await remembered(app, 'li.wei'), NOTHING_REMEMBERED)
    assert.equal(await visit(app, li, { login_hint: 'li.wei' }), 'asked')
    assert.deepEqual(await namedEvents(app, 'trust.'), [])
  })

  test('is confirmed by nobody whose code was revoked or replaced meanwhile', async () => {
    await using app = await openApp(BOUND)
    for (const end of ['revoke', 'replace'] as const) {
      const shown = await bindWith(app, await codeFor(app, 'bind-code'))
      if (end === 'revoke') await app.people.revokeCode('ann', 'li.wei', 'bind-code')
      else await codeFor(app, 'bind-code')
      const code = otpAt(app, 0, shown.key)
      assert.equal((await post(shown.browser, shown.shown, 'confirm', { code })).status, 422)
      app.clock.advance(31)
    }
    assert.equal(await enrolled(app), 0)
  })

  test('is remembered nowhere by a second app either, which is set up in the same step-up', async () => {
    await using app = await openApp(BOUND)
    const code = await codeFor(app, 'bind-code')
    const { browser, page } = await beginManaging(app)
    let shown = await browser.submit(page, 'answer', { code })
    for (let n = 1; n <= 2; n++) {
      const own = await browser.submit(shown, 'confirm', { code: otpAt(app, 0, keyOn(shown)) })
      assert.equal(await enrolled(app), n)
      assert.deepEqual(await remembered(app, 'li.wei'), NOTHING_REMEMBERED)
      shown = await browser.submit(own, 'add')
    }
  })

  test('is not set up by the code of somebody else, nor by a code for signing in', async () => {
    await using app = await openApp(BOUND)
    const others = await codeFor(app, 'bind-code', 'no.contact')
    const bypass = await codeFor(app, 'bypass-code')
    for (const code of [others, bypass]) {
      const browser = createUserAgent()
      const { page } = await begin(app, browser)
      const asked = await browser.submit(page, 'choose', { factor: 'enrol-totp' })
      const shown = await browser.submit(asked, 'answer', { code })
      assert.equal(keyOn(shown), '')
    }
  })

  test('is offered to nobody whose name nobody signed', async () => {
    await using app = await openForAnybody(BOUND.settings)
    await codeFor(app, 'bind-code')
    const page = await createUserAgent().follow(unsignedUrl(app, 'li.wei'))
    assert.ok(page.forms.every(({ action }) => action !== 'answer' && action !== 'choose'))
  })

  test('finds no code in the store, the log or the audit', async () => {
    await using app = await openApp(BOUND)
    const code = await codeFor(app, 'bind-code')
    await bindWith(app, code)
    const symbols = code.replaceAll('-', '')
    const kept = JSON.stringify([
      await app.events(),
      app.logged,
      await app.app.store.people.summary('local', { nameKey: 'li.wei' }),
    ])
    assert.doesNotMatch(kept, new RegExp(`${code}|${symbols}`))
  })
})
