import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { decodeJwt } from 'jose'
import { parseConfig } from '../../src/config/index.ts'
import { LI_WEI, openApp, type TestApp } from '../support/app.ts'
import { judgements, ONLY_APP, ONLY_EMAIL, otpAt, post, withOtpApp } from '../support/attack.ts'
import { begin, codeFrom } from '../support/passage.ts'
import { asked, PUSHED_OR_SIGNED, signedUrl } from '../support/signed-request.ts'
import { createSigner } from '../support/signer.ts'
import { createUserAgent } from '../support/user-agent.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const MALLORY = 'mallory@kestrel.example'

/** What is decided here, said by somebody who would like to decide it. */
const FOREIGN = {
  ...{ sub: 'mallory', account: 'acc_AAAAAAAAAAAAAAAAAAAAAA', lane: 'known' },
  ...{ acr: 'phr', amr: 'hwk', auth_time: '1', attemptsLeft: '99', attemptsMax: '99' },
  ...{ purpose: 'enrol', upstream: 'mfa', 'login_hint[]': 'mallory', LOGIN_HINT: 'mallory' },
  ...{ constructor: 'x', prototype: 'x', toString: 'x', hasOwnProperty: 'x' },
  ...{ '__proto__[login_hint]': 'mallory', 'constructor[prototype][lane]': 'known' },
}
/** A literal would set the prototype instead. */
const POLLUTING: Record<string, string> = JSON.parse('{"__proto__":"x","__proto__.lane":"known"}')

const before = Reflect.ownKeys(Object.prototype)
afterEach(() => assert.deepEqual(Reflect.ownKeys(Object.prototype), before))

async function withMallory(options: Parameters<typeof openApp>[0] = ONLY_EMAIL): Promise<TestApp> {
  const app = await openApp(options)
  await app.people.add('test', { username: 'mallory', emails: [MALLORY] })
  return app
}

/** What a client hears that is the same each time. */
async function claimsOf(response: Response): Promise<Record<string, unknown>> {
  const body = (await response.json()) as Record<string, string>
  const { jti, nonce, ...claims } = decodeJwt(body['id_token'] ?? '')
  assert.ok(jti !== undefined && nonce !== undefined)
  const { id_token: _token, access_token: _access, ...rest } = body
  return { ...rest, claims }
}

async function errorIn(response: Response): Promise<unknown> {
  const body: unknown = await response.json()
  return typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined
}

async function passWith(app: TestApp, pushedWith: object, redeemedWith: object) {
  const { browser, page, pushed } = await begin(app, createUserAgent(), { ...pushedWith })
  const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
  const code = codeFrom(done, app.party.redirectUri, pushed)
  return claimsOf(await app.party.redeem(pushed, code, { ...redeemedWith }))
}

describe('M55 fields that are not for the caller to set', () => {
  test('change nothing in a pushed request or in a token request', async () => {
    await using app = await withMallory()
    const plain = await passWith(app, {}, {})
    const more = { ...FOREIGN, ...POLLUTING }
    const loaded = await passWith(app, more, { ...more, scope: 'admin', expires_in: '999999' })
    assert.deepEqual(loaded, plain)
    assert.equal(app.mailbox.last().to, LI_WEI)
  })

  /** What the client would send, as a text to which something can be added. */
  async function signedForm(app: TestApp, parameters: Readonly<Record<string, string>>) {
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    const proof = { client_assertion_type: type, client_assertion: await app.party.assertion() }
    return `${new URLSearchParams({ ...parameters, ...proof })}`
  }
  const send = (app: TestApp, address: string, body: string) =>
    fetch(`${app.issuer}${address}`, { method: 'POST', headers: FORM, body })

  test('are not taken from the address that a form is sent to', async () => {
    await using app = await withMallory()
    const body = await signedForm(app, asked(app))
    const pushed = await send(app, '/par?login_hint=mallory&client_id=other', body)
    const { request_uri: uri } = (await pushed.json()) as { readonly request_uri: string }
    const query = new URLSearchParams({ client_id: 'iam', request_uri: uri, acr_values: 'phr' })
    await createUserAgent().follow(`${app.issuer}/authorize?${query}`)
    assert.equal(app.mailbox.last().to, LI_WEI)
  })

  test('are refused where a form says a name twice, and use nothing up', async () => {
    await using app = await withMallory()
    const names = ['login_hint', 'client_id', 'redirect_uri', 'login%5Fhint', '__proto__']
    for (const name of names) {
      const body = await signedForm(app, asked(app))
      assert.equal((await send(app, '/par', `${body}&${name}=x&${name}=x`)).status, 400, name)
    }
    const { browser, page, pushed } = await begin(app)
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    const code = codeFrom(done, app.party.redirectUri, pushed)
    const grant = {
      ...{ grant_type: 'authorization_code', code, code_verifier: pushed.verifier },
      redirect_uri: app.party.redirectUri,
    }
    for (const name of [...Object.keys(grant), 'c%6Fde', '__proto__']) {
      const body = await signedForm(app, grant)
      const answer = await send(app, '/token', `${body}&${name}=x&${name}=x`)
      assert.deepEqual([answer.status, await errorIn(answer)], [400, 'invalid_request'], name)
    }
    assert.equal((await app.party.redeem(pushed, code)).status, 200)
  })

  const KEY = createSigner('rp-1')
  const SIGNED = {
    ...ONLY_EMAIL,
    client: {
      ...PUSHED_OR_SIGNED,
      auth: { method: 'private_key_jwt', jwks: { keys: [KEY.jwk] } },
    },
  }
  const mallory = '"login_hint":"mallory"'
  const HARMLESS = [
    `"__proto__":{${mallory}},"prototype":{${mallory}}`,
    `"constructor":{"prototype":{${mallory},"max_age":0}}`,
    '"account":"acc_AAAAAAAAAAAAAAAAAAAAAA","acr":"phr","amr":["hwk"],"lane":"known"',
    `"LOGIN_HINT":"mallory","login_hint[]":"mallory","login_hint ":"mallory"`,
  ]
  const CONFLICTING = [
    mallory,
    '"login\\u005fhint":"mallory"',
    '"a":{"b":[{"c":1,"c":1}]}',
    '"__proto__":{},"__proto__":{}',
    `"claims":{"id_token":{},"id_token":{"acr":{"value":"phr"}}}`,
  ]
  const signedWith = (app: TestApp, members: string) => {
    const own = { ...asked(app), iss: 'iam', aud: app.issuer, exp: app.clock.now() / 1000 + 60 }
    return signedUrl(app, KEY.sign(`${JSON.stringify(own).slice(0, -1)},${members}}`))
  }

  for (const members of HARMLESS)
    test(`change nothing in a signed request: ${members}`, async () => {
      await using app = await withMallory(SIGNED)
      const page = await createUserAgent().follow(signedWith(app, members))
      assert.equal(page.status, 200)
      assert.equal(app.mailbox.last().to, LI_WEI)
      const opened = (await app.events()).find(({ event }) => event === 'step-up.opened')
      assert.deepEqual([opened?.['lane'], opened?.['purpose']], ['signed', 'sign-in'])
    })

  test('are refused where a signed request names a member twice', async () => {
    await using app = await withMallory(SIGNED)
    for (const members of CONFLICTING) {
      const page = await createUserAgent().follow(signedWith(app, members))
      assert.equal(page.status, 400, members)
    }
    assert.equal(app.mailbox.mails.length, 0)
  })

  const JSON_PARAMETERS: readonly (readonly [string, string])[] = [
    ['claims', '{"id_token":{"acr":{"value":"mfa"},"acr":{"value":"phr"}}}'],
    ['claims', '{"id_token":null,"id_token":{}}'],
    ['claims', '{"userinfo":{"sub":{"value":"li.wei","value":"mallory"}}}'],
    ['claims', '{"id_token":{"acr":{"essential":"true"}}}'],
    ['claims', '{"id_token":[{"acr":null}]}'],
    ['sallyport_context', '{"__proto__":{"purpose":"enrol"}}'],
    ['sallyport_context', '{"constructor":{"prototype":{"purpose":"enrol"}}}'],
    ['sallyport_context', '{"purpose":"sign-in","purpose":"enrol"}'],
    ['sallyport_context', '{"identifiers":{"__proto__":{"directory":"local"}}}'],
    ['sallyport_context', '{"identifiers":{"account":"acc_AAAAAAAAAAAAAAAAAAAAAA"}}'],
    ['sallyport_context', '{"application":{"name":"a","name":"b"}}'],
    ['sallyport_context', '{"application":{"name":"a","lane":"known"}}'],
    ['sallyport_context', '{"amr":["mfa"],"acr":"phr"}'],
    ['sallyport_context', '[{"purpose":"enrol"}]'],
  ]
  test('are refused in what a pushed request says in JSON', async () => {
    await using app = await openApp(ONLY_EMAIL)
    for (const [name, value] of JSON_PARAMETERS) {
      const { status, body } = await app.party.push({ [name]: value })
      assert.deepEqual([status, body['error']], [400, 'invalid_request'], `${name} ${value}`)
    }
  })

  test('ask for nothing in claims that nobody knows', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const plain = await passWith(app, {}, {})
    const acr = '{"acr":{"essential":true,"value":"phr"}}'
    const claims = `{"__proto__":{"id_token":${acr}},"id_token":{"__proto__":${acr},"amr":null}}`
    assert.deepEqual(await passWith(app, { claims }, {}), plain)
  })

  test('choose no destination, factor, step or person in our own forms', async () => {
    await using app = await withMallory()
    const { browser, page } = await begin(app)
    const { code } = app.mailbox.last()
    const said = { ...FOREIGN, ...POLLUTING, state: 'satisfied', to: MALLORY }
    for (const [name, value] of Object.entries(said)) {
      const answer = await post(browser, page, 'answer', { [name]: value })
      assert.equal(answer.status, 422, name)
    }
    app.clock.advance(31)
    const again = { to: MALLORY, email: MALLORY, factor: 'totp', '__proto__[to]': MALLORY }
    assert.equal((await post(browser, page, 'resend', again)).status, 200)
    assert.deepEqual(
      app.mailbox.mails.map(({ to }) => to),
      [LI_WEI, LI_WEI],
    )
    assert.equal(await judgements(app), 0)
    assert.equal((await post(browser, page, 'answer', { code, ...again })).status, 303)
  })

  test('name no way that is not offered', async () => {
    await using app = await openApp()
    await withOtpApp(app, 'bob')
    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    for (const factor of ['__proto__', 'constructor', 'webauthn', 'enrol-totp', 'TOTP', ''])
      assert.ok((await post(browser, page, 'choose', { factor })).status >= 400, factor)
    for (const to of [MALLORY, '__proto__', '99']) {
      await post(browser, page, 'choose', { factor: 'email', to })
      app.clock.advance(121)
    }
    assert.equal(app.mailbox.mails.length, 3)
    assert.deepEqual(
      [...new Set(app.mailbox.mails.map((mail) => mail.to))],
      ['bob@kestrel.example'],
    )
    for (const locale of ['__proto__', 'constructor', 'xx'])
      assert.ok((await post(browser, page, 'language', { locale })).status < 500, locale)
  })

  test('twice in our own forms are no answer and no proof', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    const fields = page.forms.find(({ action }) => action === 'answer')?.fields ?? {}
    const { proof = '', challenge = '' } = fields
    const code = otpAt(app)
    const twice = (name: string, value: string) =>
      post(browser, page, 'answer', [
        ['code', code],
        [name, value],
        [name, value],
      ])
    assert.equal((await twice('code', code)).status, 422)
    assert.equal((await twice('challenge', challenge)).status, 422)
    assert.equal((await twice('proof', proof)).status, 403)
    assert.equal(await judgements(app), 0)
  })

  const FILES: readonly (readonly ['csv' | 'jsonl', string])[] = [
    ['csv', 'username,__proto__\neve,x'],
    ['csv', 'username,constructor\neve,x'],
    ['csv', 'username,account\neve,acc_AAAAAAAAAAAAAAAAAAAAAA'],
    ['csv', 'username,state,provenance\neve,enabled,operator'],
    ['csv', 'username,USERNAME\neve,li.wei'],
    ['csv', 'username,email,email\neve,a@kestrel.example,b@kestrel.example'],
    ['jsonl', '{"username":"eve","__proto__":{"state":"enabled"}}'],
    ['jsonl', '{"username":"eve","constructor":"x"}'],
    ['jsonl', '{"username":"eve","directory":"corp"}'],
    ['jsonl', '{"username":"ann","username":"eve"}'],
    ['jsonl', '{"username":{"toString":"eve"}}'],
  ]
  test('are refused in a file of people', async () => {
    await using app = await openApp({ people: 'none' })
    const kept = await app.events()
    for (const [format, text] of FILES) {
      const file = { bytes: Buffer.from(text), format } as const
      const options = { partial: true, allowShortSecrets: false }
      const report = await app.people.importPeople('test', file, options)
      assert.ok(!report.ok || report.value.added === 0, text)
    }
    assert.deepEqual(await app.events(), kept)
  })

  const YAML: readonly (readonly [string, RegExp])[] = [
    ['__proto__: { logLevel: debug }', /__proto__/],
    ['constructor: { prototype: { logLevel: debug } }', /constructor/],
    ['listen: { port: 1, __proto__: { host: 0.0.0.0 } }', /listen.__proto__/],
    ['listen: { port: 1, port: 2 }', /names a key twice|twice/],
    ['issuer: https://a.example\nissuer: https://b.example', /twice/],
    ['listen: { <<: { port: 1 } }', /listen.<</],
    ['? [a, b]\n: 1', /./],
  ]
  for (const [yaml, complaint] of YAML)
    test(`are refused in the configuration: ${JSON.stringify(yaml)}`, () => {
      const readFile = () => ({ ok: false, error: 'no files here' }) as const
      const parsed = parseConfig({ yaml, file: 'test.yaml', env: {}, readFile })
      assert.ok(!parsed.ok)
      const said = parsed.error.map(({ key, says }) => `${key} ${says}`)
      assert.match(said.join('\n'), complaint)
    })
})
