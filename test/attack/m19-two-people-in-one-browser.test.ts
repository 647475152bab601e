import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LI_WEI, openApp, type TestApp, type TestOptions } from '../support/app.ts'
import { judgements, ONLY_EMAIL, otherThan, post } from '../support/attack.ts'
import { cookiesOf, fieldOn, proofsFor, raw, stepUpOn } from '../support/outside.ts'
import { begin, codeFrom } from '../support/passage.ts'
import { redeemed } from '../support/token.ts'
import { createUserAgent } from '../support/user-agent.ts'

const MALLORY = 'mallory@kestrel.example'

async function openWithMallory(options: TestOptions = {}): Promise<TestApp> {
  const app = await openApp({ ...ONLY_EMAIL, ...options })
  await app.people.add('test', { username: 'mallory', emails: [MALLORY] })
  return app
}

/** His step-up and hers, both open in the browser that they share. */
async function both(app: TestApp) {
  const browser = createUserAgent()
  const his = { ...(await begin(app, browser)), mail: app.mailbox.last() }
  const hers = {
    ...(await begin(app, browser, { login_hint: 'mallory' })),
    mail: app.mailbox.last(),
  }
  assert.equal(browser.cookies.size, 1)
  assert.deepEqual([his.mail.to, hers.mail.to], [LI_WEI, MALLORY])
  return { browser, his, hers }
}

async function userinfo(app: TestApp, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` }
  return (await raw(app.issuer, '/userinfo', { headers })).body
}

describe('M19 two people in one browser', () => {
  test('get each their own token, in whatever order they answer', async () => {
    for (const order of ['his first', 'hers first']) {
      await using app = await openWithMallory()
      const { browser, his, hers } = await both(app)
      const turns = order === 'his first' ? [his, hers] : [hers, his]
      const dones = new Map<unknown, Awaited<ReturnType<typeof browser.submit>>>()
      for (const turn of turns)
        dones.set(turn, await browser.submit(turn.page, 'answer', { code: turn.mail.code }))
      for (const [turn, subject] of [
        [his, 'li.wei'],
        [hers, 'mallory'],
      ] as const) {
        const done = dones.get(turn)
        assert.ok(done !== undefined)
        const { claims, accessToken } = await redeemed(app, turn.pushed, done)
        assert.deepEqual([claims.sub, claims['nonce']], [subject, turn.pushed.nonce], order)
        assert.match(await userinfo(app, accessToken), new RegExp(`"sub":"${subject}"`))
      }
    }
  })

  test('are asked each for their own, whatever the other has proven', async () => {
    await using app = await openWithMallory()
    const { browser, his, hers } = await both(app)
    const done = await browser.submit(hers.page, 'answer', { code: hers.mail.code })
    await redeemed(app, hers.pushed, done)
    // His is still a question, and so is each that begins now.
    const resumed = await browser.get(proofsFor(app, browser, his.page).link('resume'))
    assert.equal(resumed.headers.get('location'), `/step-up/${stepUpOn(his.page)}`)
    app.clock.advance(130)
    for (const login_hint of ['li.wei', 'mallory']) {
      const { page } = await begin(app, browser, { login_hint })
      assert.match(page.title, /Enter the code we emailed you/, login_hint)
    }
  })

  test('cannot answer for one another, though they share cookie and window', async () => {
    await using app = await openWithMallory()
    const { browser, his, hers } = await both(app)
    const status = async (page: typeof his.page, fields: Record<string, string>) =>
      (await post(browser, page, 'answer', fields)).status
    assert.equal(await status(his.page, { code: hers.mail.code }), 422)
    const challenge = fieldOn(hers.page, 'answer', 'challenge')
    assert.equal(await status(his.page, { code: hers.mail.code, challenge }), 422)
    const proof = fieldOn(hers.page, 'answer', 'proof')
    assert.equal(await status(his.page, { code: hers.mail.code, challenge, proof }), 403)
    // All of her form at his address, and with a proof that was made for him.
    const forge = proofsFor(app, browser, his.page)
    const forged = await forge.post('answer', { code: hers.mail.code, challenge })
    assert.equal(forged.status, 422)
    assert.equal(await judgements(app, 'accepted'), 0)
    // Her wrong answers are hers: his are all there.
    for (let n = 0; n < 5; n++) await status(hers.page, { code: otherThan(hers.mail.code) })
    assert.equal(await status(his.page, { code: his.mail.code }), 303)
  })

  test('cannot redeem one request with the code of the other', async () => {
    await using app = await openWithMallory()
    const { browser, his, hers } = await both(app)
    const done = await browser.submit(hers.page, 'answer', { code: hers.mail.code })
    const code = codeFrom(done, app.party.redirectUri, hers.pushed)
    const swapped = await app.party.redeem(his.pushed, code)
    assert.equal(swapped.status, 400)
    assert.doesNotMatch(await swapped.text(), /id_token/)
    // Who brings it with another verifier has stolen it: it is used up.
    assert.equal((await app.party.redeem(hers.pushed, code)).status, 400)
  })

  test('do not swap places by what is added to an address or a form', async () => {
    await using app = await openWithMallory()
    const browser = createUserAgent()
    const pushed = await app.party.push()
    const extra = { sub: 'mallory', subject: 'mallory', username: 'mallory', account: 'mallory' }
    const query = new URLSearchParams(extra)
    const page = await browser.follow(`${app.party.authorizeUrl(pushed)}&${query}`)
    const { code, to } = app.mailbox.last()
    assert.equal(to, LI_WEI)
    const answer = await post(browser, page, 'answer', { ...extra, code })
    assert.equal(answer.status, 303)
    const done = await browser.follow(new URL(answer.headers.get('location') ?? '', page.url).href)
    const again = await browser.get(
      `${proofsFor(app, browser, page).link('resume')}&${query}&login_hint=mallory`,
    )
    assert.equal(again.status, 200)
    assert.equal((await redeemed(app, pushed, done)).claims.sub, 'li.wei')
  })

  test('are not exchanged by a second name beside the request', async () => {
    await using app = await openWithMallory()
    for (const [name, value] of [
      ['login_hint', 'mallory'],
      ['subject', 'mallory'],
      ['claims', '{"id_token":{"sub":{"value":"mallory"}}}'],
      ['id_token_hint', 'a.b.c'],
      ['sallyport_context', '{"identifiers":{"preferred_username":"mallory"}}'],
    ] as const) {
      const query = new URLSearchParams({ [name]: value })
      const url = app.party.authorizeUrl(await app.party.push())
      const { status, title } = await createUserAgent().follow(`${url}&${query}`)
      // It is either refused or not heard; it names nobody.
      assert.ok(status === 400 || title.includes('Enter the code'), `${name} ${status} ${title}`)
      app.clock.advance(130)
    }
    assert.ok(app.mailbox.mails.length > 0)
    assert.ok(app.mailbox.mails.every(({ to }) => to === LI_WEI))
    for (const over of [
      { claims: '{"id_token":{"sub":{"value":"mallory"}}}' },
      { claims: '{"userinfo":{"sub":{"values":["eve","mallory"]}}}' },
      { id_token_hint: 'a.b.c' },
    ])
      assert.equal((await app.party.push(over)).status, 400, JSON.stringify(over))
  })

  test('are who the client named, as it named them, whoever they were found to be', async () => {
    await using app = await openWithMallory()
    const browser = createUserAgent()
    const beside = { identifiers: { preferred_username: 'mallory', email: MALLORY } }
    const over = { login_hint: 'LI.Wei', sallyport_context: JSON.stringify(beside) }
    const { pushed, page } = await begin(app, browser, over)
    const { to, code } = app.mailbox.last()
    assert.equal(to, LI_WEI)
    const done = await browser.submit(page, 'answer', { code })
    assert.equal((await redeemed(app, pushed, done)).claims.sub, 'LI.Wei')
  })

  test('are looked up by the identifier that the operator chose, and by no other', async () => {
    const subject = { from: 'par', claim: 'preferred_username', directories: ['local'] }
    await using app = await openWithMallory({ client: { subject } })
    const identifiers = { preferred_username: 'mallory', upn: 'li.wei', email: LI_WEI }
    const sallyport_context = JSON.stringify({ identifiers })
    const over = { login_hint: 'li.wei', sallyport_context }
    const { browser, pushed, page } = await begin(app, createUserAgent(), over)
    const { to, code } = app.mailbox.last()
    assert.equal(to, MALLORY)
    const done = await browser.submit(page, 'answer', { code })
    assert.equal((await redeemed(app, pushed, done)).claims.sub, 'li.wei')
    assert.equal((await app.party.push({ login_hint: 'li.wei' })).status, 400)
  })

  test('leave nothing of one on the pages of the other', async () => {
    await using app = await openWithMallory()
    const { browser, his, hers } = await both(app)
    const headers = { cookie: cookiesOf(browser) }
    for (const [mine, other] of [
      [his, 'mallory'],
      [hers, 'li.wei'],
    ] as const)
      for (const path of ['', '/ways']) {
        const at = `/step-up/${stepUpOn(mine.page)}${path}`
        const { body } = await raw(app.issuer, at, { headers })
        assert.ok(!body.includes(other) && body.includes('/step-up/stp_'), at)
      }
  })
})
