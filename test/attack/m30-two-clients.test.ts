import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createPeople, type People } from '../../src/directories/index.ts'
import { openApp, type TestApp } from '../support/app.ts'
import { ONLY_EMAIL, otpAt, post, withOtpApp, wrongOtp } from '../support/attack.ts'
import { NO_CODES } from '../support/codes.ts'
import { rowsIn } from '../support/kept.ts'
import { LOCKS } from '../support/limits.ts'
import { openForTwo, resumeOn } from '../support/outside.ts'
import { begin, codeFrom, wayBack } from '../support/passage.ts'
import { createRelyingParty } from '../support/relying-party.ts'
import { asked, PUSHED_OR_SIGNED, signedUrl } from '../support/signed-request.ts'
import { redeemed } from '../support/token.ts'
import { createUserAgent } from '../support/user-agent.ts'
import { createSeededRandom, NOON } from '../support/world.ts'

type Branches = AsyncDisposable & {
  readonly app: TestApp
  readonly branch: TestApp
  readonly branchPeople: People
}

/** Two clients who each speak of their own people, in directories of their own, by the same names. */
async function openBranches(): Promise<Branches> {
  let [issuer, now] = ['', () => Number(NOON)]
  const party = await createRelyingParty({
    ...{ issuer: () => issuer, now: () => now() },
    ...{ clientId: 'branch', redirectUri: 'https://branch.example/callback' },
  })
  const directories = ['local', 'branch'].map((name) => ({ name, type: 'local' }))
  const client = {
    id: 'branch',
    auth: { method: 'private_key_jwt', jwks: party.jwks },
    redirectUris: [party.redirectUri],
    subject: { from: 'par', claim: 'login_hint', directories: ['branch'] },
  }
  const app = await openApp({ settings: { directories }, clients: [client] })
  issuer = app.issuer
  now = app.clock.now
  const random = createSeededRandom('branch people')
  const { store } = app.app
  const branchPeople = createPeople({
    ...{ store: store.people, clock: app.clock, random, directory: 'branch', defaultCountry: null },
    locks: LOCKS,
    codes: NO_CODES,
  })
  return {
    ...{ app, branch: { ...app, party }, branchPeople },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  }
}

async function done(app: TestApp) {
  const { browser, pushed, page } = await begin(app)
  const end = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
  return { pushed, end, code: codeFrom(end, app.party.redirectUri, pushed) }
}

describe('M30 two clients, and whose answer is whose', () => {
  test('people of one name at two clients are two people: their codes, apps and locks are their own', async () => {
    await using of = await openBranches()
    const { app, branch, branchPeople } = of
    await withOtpApp(app, 'alex')
    await branchPeople.add('test', { username: 'alex', emails: ['alex@branch.example'] })
    const who = { login_hint: 'alex' }

    // At the branch Alex has no app, so that the mailbox alone is offered beside setting one up.
    const there = await begin(branch, createUserAgent(), who)
    assert.doesNotMatch(there.page.body, /value="totp"/)
    const asking = await there.browser.submit(there.page, 'choose', { factor: 'email' })
    assert.equal(app.mailbox.last().to, 'alex@branch.example')
    const { code } = app.mailbox.last()
    const here = await begin(app, createUserAgent(), who)
    const byMail = await here.browser.submit(here.page, 'choose', { factor: 'email' })
    assert.equal(app.mailbox.last().to, 'alex@kestrel.example')
    assert.equal((await post(here.browser, byMail, 'answer', { code })).status, 422)
    assert.equal((await post(there.browser, asking, 'answer', { code: otpAt(app) })).status, 422)

    // Whoever locks one of them does not lock the other.
    for (let round = 0; round < 2; round++) {
      const { browser, page } = await begin(app, createUserAgent(), who)
      const question = await browser.submit(page, 'choose', { factor: 'totp' })
      for (let answer = 0; answer < 5; answer++)
        await post(browser, question, 'answer', { code: wrongOtp(app) })
    }
    const locked = (await app.events()).filter(({ event }) => event === 'factor.locked')
    assert.deepEqual(
      locked.map(({ client }) => client),
      ['iam'],
    )
    const end = await there.browser.submit(asking, 'answer', { code })
    const { claims } = await redeemed(branch, there.pushed, end)
    assert.deepEqual([claims.sub, claims.aud, claims.iss], ['alex', 'branch', app.issuer])
  })

  test('a client reaches no directory but its own', async () => {
    await using of = await openBranches()
    const { app, branch, branchPeople } = of
    const alex = await branchPeople.add('test', {
      username: 'alex',
      emails: ['alex@branch.example'],
    })
    assert.ok(alex.ok)
    const immutable_id = alex.value.account
    const naming = (identifiers: object) => ({ sallyport_context: JSON.stringify({ identifiers }) })
    assert.equal((await app.party.push(naming({ directory: 'branch' }))).status, 400)
    assert.equal((await app.party.push(naming({ directory: 'branch', immutable_id }))).status, 400)
    const { page } = await begin(
      app,
      createUserAgent(),
      naming({ directory: 'local', immutable_id }),
    )
    assert.equal(page.status, 403)
    assert.equal((await begin(app, createUserAgent(), { login_hint: 'alex' })).page.status, 403)
    assert.equal(app.mailbox.mails.length, 0)
    const known = await begin(
      branch,
      createUserAgent(),
      naming({ directory: 'branch', immutable_id }),
    )
    assert.equal(known.page.status, 200)
  })

  test('the code of one is nothing to the other, and stays good for the one', async () => {
    await using two = await openForTwo({ ...ONLY_EMAIL, client: PUSHED_OR_SIGNED })
    const { app, other } = two
    const { pushed, code } = await done(app)
    const redirect_uri = app.party.redirectUri
    for (const over of [{}, { redirect_uri }, { redirect_uri, client_id: 'other' }]) {
      const taken = await other.party.redeem(pushed, code, over)
      assert.deepEqual(
        [taken.status, await taken.json()],
        [400, { error: 'invalid_grant', error_description: 'the code is not acceptable' }],
      )
    }
    // In the name of the one, with what proves the other, and with an address of the other's.
    const client_assertion = await other.party.assertion()
    const posing = { client_assertion, client_id: 'iam' }
    assert.equal((await app.party.redeem(pushed, code, posing)).status, 401)
    const elsewhere = { redirect_uri: other.party.redirectUri }
    assert.equal((await app.party.redeem(pushed, code, elsewhere)).status, 400)
    const own = await app.party.redeem(pushed, code)
    assert.equal(own.status, 200)
    const replayed = (await app.events()).filter(({ event }) => event.endsWith('replayed'))
    assert.deepEqual(replayed, [])
  })

  test('the request of one is opened by nobody as the other, and stays good for the one', async () => {
    await using two = await openForTwo({ ...ONLY_EMAIL, client: PUSHED_OR_SIGNED })
    const { app, other } = two
    const pushed = await app.party.push()
    const stolen = await createUserAgent().get(other.party.authorizeUrl(pushed))
    assert.deepEqual([stolen.status, stolen.headers.get('location')], [400, null])
    const object = await other.party.requestObject(asked(other))
    for (const [url, status] of [
      [signedUrl(app, object), 400],
      [signedUrl(other, object), 303],
    ] as const)
      assert.equal((await createUserAgent().get(url)).status, status)
    assert.match(
      (await createUserAgent().follow(app.party.authorizeUrl(pushed))).title,
      /Enter the code/,
    )
  })

  test('an address of one is none of the other, and what proves one proves nobody else', async () => {
    await using two = await openForTwo({ ...ONLY_EMAIL, client: PUSHED_OR_SIGNED })
    const { app, other } = two
    const before = await rowsIn(app)
    const redirect_uri = other.party.redirectUri
    assert.equal((await app.party.push({ redirect_uri })).status, 400)
    const object = await other.party.requestObject({
      ...asked(other),
      redirect_uri: app.party.redirectUri,
    })
    const page = await createUserAgent().get(signedUrl(other, object))
    assert.deepEqual([page.status, page.headers.get('location')], [400, null])
    const client_assertion = await other.party.assertion()
    for (const client_id of ['iam', 'IAM', 'nobody'])
      assert.equal((await app.party.push({ client_id, client_assertion })).status, 401)
    const posing = await other.party.assertion({ iss: 'iam', sub: 'iam' })
    assert.equal((await app.party.push({ client_assertion: posing })).status, 401)
    const request = await app.party.requestObject(asked(app))
    assert.equal((await other.party.push({ request })).status, 400)
    const { requests, step_ups, client_assertions } = await rowsIn(app)
    assert.deepEqual(
      [requests, step_ups, client_assertions],
      [before['requests'], before['step_ups'], before['client_assertions']],
    )
  })

  test('a nonce, a jti and a state of one say nothing of the same at the other', async () => {
    await using two = await openForTwo({ ...ONLY_EMAIL, client: PUSHED_OR_SIGNED })
    for (const { party } of [two.app, two.other]) {
      const client_assertion = await party.assertion({ jti: 'the same' })
      const same = { nonce: 'the same', state: 'the same', client_assertion }
      assert.equal((await party.push(same)).status, 201)
      assert.equal((await party.push(same)).status, 401)
    }
  })

  test('every answer says who gives it and goes where its own request wanted it, whatever happened', async () => {
    await using two = await openForTwo({ client: PUSHED_OR_SIGNED })
    const browser = createUserAgent()
    const unmet = '{"id_token":{"acr":{"essential":true,"value":"phr"}}}'
    // Both in one browser at a time, so that one could be taken for the other.
    const begun: { at: TestApp; state: string; back: URL }[] = []
    for (const over of [{ prompt: 'none' }, { claims: unmet }, { login_hint: 'no.contact' }])
      for (const at of [two.app, two.other]) {
        const { pushed, page } = await begin(at, browser, over)
        const { state } = pushed
        if (page.status === 303) begun.push({ at, state, back: wayBack(page) })
        else {
          const isOpen = page.forms.some(({ action }) => action === 'cancel')
          const ended = isOpen ? await browser.submit(page, 'cancel') : page
          begun.push({ at, state, back: wayBack(await browser.get(resumeOn(ended))) })
        }
      }
    for (const at of [two.app, two.other]) {
      const { pushed, page } = await begin(at, browser)
      const chosen = await browser.submit(page, 'choose', { factor: 'email' })
      const end = await browser.submit(chosen, 'answer', { code: at.mailbox.last().code })
      begun.push({ at, state: pushed.state, back: wayBack(end) })
      const wrong = await at.party.requestObject({ ...asked(at), code_challenge_method: 'plain' })
      const refused = wayBack(await browser.get(signedUrl(at, wrong)))
      begun.push({ at, state: 'a state', back: refused })
    }
    assert.equal(begun.length, 10)
    for (const { at, state, back } of begun) {
      const { searchParams } = back
      assert.equal(back.origin + back.pathname, at.party.redirectUri)
      assert.deepEqual(searchParams.getAll('iss'), [at.issuer], back.search)
      assert.deepEqual(searchParams.getAll('state'), [state])
      assert.equal(searchParams.has('code'), !searchParams.has('error'))
    }
    const discovery = await fetch(`${two.app.issuer}/.well-known/openid-configuration`)
    const said = (await discovery.json()) as Record<string, unknown>
    assert.equal(said['issuer'], two.app.issuer)
    assert.equal(said['authorization_response_iss_parameter_supported'], true)
  })
})
