import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LI_WEI, openApp, type TestApp } from '../support/app.ts'
import { ONLY_EMAIL, post } from '../support/attack.ts'
import { rowsIn } from '../support/kept.ts'
import { begin, pass, wayBack } from '../support/passage.ts'
import { asked, PUSHED_OR_SIGNED, signedUrl } from '../support/signed-request.ts'
import { redeemed } from '../support/token.ts'
import { createUserAgent } from '../support/user-agent.ts'

const OPTIONS = { ...ONLY_EMAIL, client: PUSHED_OR_SIGNED } as const
const MALLORY = 'mallory@kestrel.example'

async function openWithMallory(): Promise<TestApp> {
  const app = await openApp(OPTIONS)
  await app.people.add('test', { username: 'mallory', emails: [MALLORY] })
  return app
}

/** Every way in which a link or a form could name a person, were it listened to. */
const NAMED = [
  { username: 'mallory', user: 'mallory', sub: 'mallory', login_hint: 'mallory' },
  { preferred_username: 'mallory', email: MALLORY, account: 'mallory', subject: 'mallory' },
] as const

describe('M26 a second subject beside the one that was signed', () => {
  test('in the link of a signed request is refused, and nobody is asked', async () => {
    await using app = await openWithMallory()
    const object = await app.party.requestObject(asked(app))
    const before = await rowsIn(app)
    const context = JSON.stringify({ identifiers: { preferred_username: 'mallory' } })
    const withContext = { ...asked(app), sallyport_context: '{"purpose":"sign-in"}' }
    for (const [request, outside] of [
      [object, { login_hint: 'mallory' }],
      [object, { login_hint: 'LI.WEI' }],
      [object, { login_hint: 'li.wei ' }],
      [await app.party.requestObject(withContext), { sallyport_context: context }],
    ] as const) {
      const page = await createUserAgent().get(signedUrl(app, request, outside))
      assert.deepEqual([page.status, page.headers.get('location')], [400, null])
      assert.doesNotMatch(page.body, /mallory|li\.wei/i)
    }
    assert.deepEqual(await rowsIn(app), before)
    // Neither where a client pushes it and says something else beside it.
    const pushed = await app.party.push({ ...asked(app), request: object, login_hint: 'mallory' })
    assert.deepEqual([pushed.status, pushed.body['error']], [400, 'invalid_request_object'])
    // A signed request without one does not take it from the link.
    const { login_hint, ...without } = asked(app)
    const url = signedUrl(app, await app.party.requestObject(without), { login_hint: 'mallory' })
    const back = wayBack(await createUserAgent().get(url))
    assert.equal(back.searchParams.get('error'), 'invalid_request')
    assert.equal((await rowsIn(app))['step_ups'], 0)
    assert.equal(
      (await createUserAgent().get(signedUrl(app, object, { login_hint: `${login_hint}` }))).status,
      303,
    )
  })

  test('in the link of a pushed request is refused, and the link itself still works', async () => {
    await using app = await openWithMallory()
    const pushed = await app.party.push()
    const url = app.party.authorizeUrl(pushed)
    for (const hint of ['mallory', 'LI.WEI', 'li.wei%20', 'li.wei&login_hint=mallory']) {
      const link = new URL(`${url}&login_hint=${hint}`)
      const posted = { method: 'POST', body: new URLSearchParams(link.searchParams) }
      for (const [to, init] of [
        [link, {}],
        [`${app.issuer}/authorize`, posted],
      ] as const) {
        const { status, headers } = await fetch(to, { ...init, redirect: 'manual' })
        assert.deepEqual([status, headers.get('location')], [400, null], hint)
      }
    }
    assert.deepEqual([(await rowsIn(app))['step_ups'], app.mailbox.mails.length], [0, 0])
    const page = await createUserAgent().follow(`${url}&login_hint=li.wei`)
    assert.match(page.title, /Enter the code/)
    assert.deepEqual(
      app.mailbox.mails.map(({ to }) => to),
      [LI_WEI],
    )
  })

  test('in the claims that are asked for is refused, as text, in a list and for userinfo', async () => {
    await using app = await openWithMallory()
    const before = (await rowsIn(app))['requests']
    for (const sub of [
      { value: 'mallory' },
      { values: ['mallory', 'LI.WEI'] },
      { value: 'LI.WEI' },
    ])
      for (const claims of [{ id_token: { sub } }, { userinfo: { sub } }]) {
        const given = { claims: JSON.stringify(claims) }
        assert.equal((await app.party.push(given)).status, 400)
        const object = await app.party.requestObject({ ...asked(app), ...given })
        const back = wayBack(await createUserAgent().get(signedUrl(app, object)))
        assert.equal(back.searchParams.get('error'), 'invalid_request')
      }
    const hint = { id_token_hint: await app.party.assertion({ sub: 'mallory' }) }
    assert.equal((await app.party.push(hint)).status, 400)
    assert.equal((await rowsIn(app))['requests'], before)
  })

  test('in a list beside the one that was signed moves nothing: that one is asked and named', async () => {
    await using app = await openWithMallory()
    const sub = { values: ['mallory', 'li.wei'] }
    const claims = JSON.stringify({ id_token: { sub }, userinfo: { sub } })
    const { browser, pushed, page } = await begin(app, createUserAgent(), { claims })
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    assert.equal((await redeemed(app, pushed, done)).claims.sub, 'li.wei')
    assert.deepEqual(
      app.mailbox.mails.map(({ to }) => to),
      [LI_WEI],
    )
  })

  test('by other names, in a link or in a form, is not heard', async () => {
    await using app = await openWithMallory()
    const pushed = await app.party.push()
    const browser = createUserAgent()
    const [some, more] = NAMED
    const { login_hint: _, ...query } = { ...some, ...more }
    const page = await browser.follow(
      `${app.party.authorizeUrl(pushed)}&${new URLSearchParams(query)}`,
    )
    app.clock.advance(31)
    const again = await browser.submit(page, 'resend', { ...some, to: MALLORY })
    const spoken = await browser.submit(again, 'language', more)
    assert.deepEqual(
      app.mailbox.mails.map(({ to }) => to),
      [LI_WEI, LI_WEI],
    )
    const { code } = app.mailbox.last()
    assert.equal((await browser.submit(spoken, 'answer', { ...more, code: 'x' })).status, 422)
    const done = await browser.submit(spoken, 'answer', { ...some, code })
    assert.doesNotMatch(done.body, /mallory/)
    const { claims } = await redeemed(app, pushed, done)
    assert.equal(claims.sub, 'li.wei')
  })

  test('chooses no destination but those that were offered', async () => {
    await using app = await openApp({ client: PUSHED_OR_SIGNED })
    for (const to of [MALLORY, '1', '-1', '0x0', '99', '0,1', 'constructor']) {
      const { browser, page } = await begin(app, createUserAgent())
      await post(browser, page, 'choose', { factor: 'email', to })
      app.clock.advance(1000)
    }
    assert.equal(app.mailbox.mails.length, 7)
    assert.ok(app.mailbox.mails.every(({ to }) => to === LI_WEI))
  })

  test('who was here before in this browser changes nothing for who comes after', async () => {
    await using app = await openWithMallory()
    const browser = createUserAgent()
    await pass(app, browser, { login_hint: 'mallory' })
    for (const login_hint of ['li.wei', 'mallory']) {
      const { page } = await begin(app, browser, { login_hint, prompt: 'none' })
      assert.equal(wayBack(page).searchParams.get('error'), 'login_required')
    }
    // Two at a time in one browser: each is asked for itself, and each token is about its own.
    app.clock.advance(31)
    const his = await begin(app, browser)
    const { code } = app.mailbox.last()
    const hers = await begin(app, browser, { login_hint: 'mallory' })
    const her = app.mailbox.last()
    assert.equal(her.to, MALLORY)
    assert.equal((await post(browser, his.page, 'answer', { code: her.code })).status, 422)
    const hersDone = await browser.submit(hers.page, 'answer', { code: her.code })
    assert.match((await browser.follow(his.page.url)).title, /Enter the code/)
    const hisDone = await browser.submit(his.page, 'answer', { code })
    assert.equal((await redeemed(app, hers.pushed, hersDone)).claims.sub, 'mallory')
    assert.equal((await redeemed(app, his.pushed, hisDone)).claims.sub, 'li.wei')
  })

  test('the token is about the name that was signed, in its spelling, also when the person is renamed', async () => {
    await using app = await openWithMallory()
    const { browser, pushed, page } = await begin(app, createUserAgent(), { login_hint: 'Li.WEI' })
    await app.people.set('test', 'li.wei', { username: 'someone.else' })
    await app.people.set('test', 'mallory', { username: 'li.wei' })
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    const { claims, accessToken } = await redeemed(app, pushed, done)
    assert.equal(claims.sub, 'Li.WEI')
    const headers = { authorization: `Bearer ${accessToken}` }
    const said: unknown = await (await fetch(`${app.issuer}/userinfo`, { headers })).json()
    assert.deepEqual(said, {
      sub: 'Li.WEI',
      acr: 'mfa',
      amr: ['otp'],
      auth_time: claims['auth_time'],
    })
    assert.deepEqual(
      app.mailbox.mails.map(({ to }) => to),
      [LI_WEI],
    )
  })
})
