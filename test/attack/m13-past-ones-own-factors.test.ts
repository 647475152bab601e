import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { post, withOtpApp } from '../support/attack.ts'
import { codeFor, NO_CODE, NOTHING_REMEMBERED, refusals, remembered } from '../support/handed.ts'
import { openForAnybody, unsignedUrl } from '../support/outside.ts'
import { begin, claimsFrom } from '../support/passage.ts'
import { namedEvents, openTrusting, visit, visitor } from '../support/trust.ts'
import { createUserAgent, type Page } from '../support/user-agent.ts'

const BOB = { login_hint: 'bob' }
const isOffered = ({ forms }: Page): boolean =>
  forms.some(({ fields }) => fields['factor'] === 'bypass-code')

async function withBob(settings: Record<string, unknown> = {}) {
  const app = await openForAnybody(settings)
  await withOtpApp(app, 'bob')
  return app
}

async function asked(app: Awaited<ReturnType<typeof withBob>>, browser = createUserAgent()) {
  const { pushed, page } = await begin(app, browser, BOB)
  const shown = await browser.submit(page, 'choose', { factor: 'bypass-code' })
  return { browser, pushed, page: shown }
}

describe('M13 a code that passes the factors of a person by', () => {
  test('is offered while one lives, last, and to nobody else', async () => {
    await using app = await withBob({ factors: ['totp'] })
    const before = await begin(app, createUserAgent(), BOB)
    assert.ok(!isOffered(before.page))
    await codeFor(app, 'bypass-code', 'bob')
    const { page } = await begin(app, createUserAgent(), BOB)
    const ways = page.forms.flatMap(({ fields }) => fields['factor'] ?? [])
    assert.deepEqual(ways, ['totp', 'bypass-code'])
    assert.ok(!isOffered((await begin(app)).page))
    app.clock.advance(900)
    assert.ok(!isOffered((await begin(app, createUserAgent(), BOB)).page))
  })

  test('signs in once, on the first rung, and the audit says who made it and where it was given', async () => {
    await using app = await withBob()
    const code = await codeFor(app, 'bypass-code', 'bob')
    const { browser, pushed, page } = await asked(app)
    const done = await browser.submit(page, 'answer', { code })
    const { acr, amr } = await claimsFrom(app, pushed, done)
    assert.deepEqual([acr, amr], ['mfa', ['bypass']])
    const used = (await app.events()).find(({ event }) => event === 'operator-code.used')
    assert.equal(used?.['madeBy'], 'operator:ann')
    assert.equal(used?.['ip'], '127.0.0.1')
    assert.ok(!isOffered((await begin(app, createUserAgent(), BOB)).page))
  })

  test('signs in one of those who give it at once', async () => {
    await using app = await withBob()
    const code = await codeFor(app, 'bypass-code', 'bob')
    const all = await Promise.all(Array.from({ length: 4 }, () => asked(app)))
    const answers = await Promise.all(
      all.map(({ browser, page }) => post(browser, page, 'answer', { code })),
    )
    assert.equal(answers.filter(({ status }) => status === 303).length, 1)
  })

  test('makes no browser known', async () => {
    await using app = await withBob()
    const code = await codeFor(app, 'bypass-code', 'bob')
    const { browser, page } = await asked(app)
    await browser.submit(page, 'answer', { code })
    const again = await begin(app, browser, BOB)
    assert.equal(again.page.status, 200)
    const opened = (await app.events()).filter(({ event }) => event === 'step-up.opened')
    assert.deepEqual(new Set(opened.map(({ lane }) => lane)), new Set(['signed']))
  })

  for (const binding of ['ip', 'device'] as const)
    test(`is no reason to trust by ${binding}, and offers no such thing`, async () => {
      await using app = await openTrusting(binding)
      const code = await codeFor(app, 'bypass-code', 'bob')
      const bob = visitor()
      const { page } = await asked(app, bob.browser)
      assert.doesNotMatch(page.body, /type="checkbox"|asked again/)
      const done = await bob.browser.submit(page, 'answer', { code, trust: 'yes' })
      assert.equal(done.status, 200)
      assert.equal(await visit(app, bob), 'asked')
      assert.deepEqual(await remembered(app, 'bob'), NOTHING_REMEMBERED)
      assert.deepEqual(await namedEvents(app, 'trust.'), [])
    })

  test('is dead after five wrong answers, and gone once it is revoked or replaced', async () => {
    await using app = await withBob()
    const code = await codeFor(app, 'bypass-code', 'bob')
    const waiting = await asked(app)
    const thief = await asked(app)
    let page = thief.page
    for (let n = 0; n < 5; n++) page = await thief.browser.submit(page, 'answer', { code: NO_CODE })
    const late = await waiting.browser.submit(waiting.page, 'answer', { code })
    assert.match(late.body, /That code doesn’t work/)
    assert.deepEqual(await refusals(app), ['wrong', 'wrong', 'wrong', 'wrong', 'wrong', 'dead'])

    const former = await codeFor(app, 'bypass-code', 'bob')
    const other = await asked(app)
    await codeFor(app, 'bypass-code', 'bob')
    const replaced = await other.browser.submit(other.page, 'answer', { code: former })
    assert.equal(replaced.status, 422)
    await app.people.revokeCode('ann', 'bob', 'bypass-code')
    assert.ok(!isOffered((await begin(app, createUserAgent(), BOB)).page))
  })

  test('locks as every factor does, and a new code begins anew', async () => {
    await using app = await withBob()
    for (let round = 0; round < 2; round++) {
      await codeFor(app, 'bypass-code', 'bob')
      const { browser, page: first } = await asked(app)
      let page = first
      for (let n = 0; n < 5; n++) page = await browser.submit(page, 'answer', { code: NO_CODE })
    }
    const tallies = async () =>
      (await app.app.store.people.summary('local', { nameKey: 'bob' }))?.tallies ?? []
    assert.deepEqual(
      (await tallies()).map(({ factor, failures }) => [factor, failures]),
      [['bypass-code', 5]],
    )
    await codeFor(app, 'bypass-code', 'bob')
    assert.deepEqual(await tallies(), [])
  })

  test('reaches no higher rung: neither of a client that insists nor of a rule', async () => {
    await using app = await withBob()
    await codeFor(app, 'bypass-code', 'bob')
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'mfa-app' } } })
    const { page } = await begin(app, createUserAgent(), { ...BOB, claims })
    assert.ok(!isOffered(page))
    await using ruled = await withBob({
      rules: [{ name: 'all', then: 'require', acr: 'mfa-app' }],
    })
    await codeFor(ruled, 'bypass-code', 'bob')
    assert.ok(!isOffered((await begin(ruled, createUserAgent(), BOB)).page))
  })

  test('changes no factors, and is offered to nobody whose name nobody signed', async () => {
    await using app = await withBob()
    await codeFor(app, 'bypass-code', 'bob')
    const sallyport_context = JSON.stringify({ purpose: 'enrol' })
    const { page } = await begin(app, createUserAgent(), { ...BOB, sallyport_context })
    assert.ok(!isOffered(page))
    assert.ok(!isOffered(await createUserAgent().follow(unsignedUrl(app, 'bob'))))
  })

  test('is nothing for whoever is denied or disabled', async () => {
    await using denying = await withBob({ rules: [{ name: 'none', then: 'deny' }] })
    await codeFor(denying, 'bypass-code', 'bob')
    assert.equal((await begin(denying, createUserAgent(), BOB)).page.status, 403)
    await using app = await withBob()
    const code = await codeFor(app, 'bypass-code', 'bob')
    await app.people.disable('ann', 'bob')
    assert.ok(!isOffered((await begin(app, createUserAgent(), BOB)).page))
    assert.ok(!(await app.people.giveCode('ann', 'bob', 'bypass-code', 60)).ok)
    await app.people.enable('ann', 'bob')
    assert.ok(!isOffered((await begin(app, createUserAgent(), BOB)).page), code)
  })
})
