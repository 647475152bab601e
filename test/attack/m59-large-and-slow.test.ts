import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { listen } from '../../src/http/index.ts'
import { openApp, type TestApp, type TestOptions } from '../support/app.ts'
import { ONLY_EMAIL, post } from '../support/attack.ts'
import { rowsIn } from '../support/kept.ts'
import { begin, pass } from '../support/passage.ts'
import { post as send } from '../support/relying-party.ts'
import { createSigner } from '../support/signer.ts'
import { openTrap } from '../support/trap.ts'
import { createUserAgent } from '../support/user-agent.ts'
import { formHead, openWire } from '../support/wire.ts'

const NOBODYS = '/step-up/stp_AAAAAAAAAAAAAAAAAAAAAA/answer'
const DOORS = ['/par', '/token', '/authorize', NOBODYS]
const FORM = 'application/x-www-form-urlencoded'
const HEADER_MAX = 16 * 1024
const long = (length: number) => 'x'.repeat(length)

/** The app behind the very listener that is used in production, with its limits. */
async function openListening(options: TestOptions = ONLY_EMAIL) {
  await using opening = new AsyncDisposableStack()
  const app = opening.use(await openApp(options))
  const { main: handler } = app.app
  const listening = await listen({
    setting: 'listen',
    handler,
    host: '127.0.0.1',
    port: 0,
    tls: null,
  })
  opening.defer(async () => void (await listening.close(0)))
  const opened = opening.move()
  const url = `http://127.0.0.1:${listening.port}`
  return { app, url, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

const posted = (app: TestApp, path: string, body: string | Buffer, headers: object = {}) =>
  fetch(`${app.issuer}${path}`, {
    ...{ method: 'POST', body, redirect: 'manual' },
    headers: { 'content-type': FORM, ...headers },
  })

const fields = (count: number) => Array.from({ length: count }, (_, n) => `f${n}=1`).join('&')

/** What the processor did for this, everything of this process included. */
async function costOf(work: () => Promise<unknown>): Promise<number> {
  const from = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(from)
  return user + system
}

describe('M59 what is large, deep, slow or dear', () => {
  test('is refused at once where it says how large it is, and its body is not waited for', async () => {
    await using of = await openListening()
    for (const path of DOORS) {
      using wire = await openWire(of.url, formHead(path, 'Content-Length: 1000000000'))
      wire.write('a=')
      assert.equal(await wire.status(), 413, path)
    }
  })

  test('is refused where it comes in pieces and does not say so', async () => {
    await using of = await openListening()
    for (const path of DOORS) {
      using wire = await openWire(of.url, formHead(path, 'Transfer-Encoding: chunked'))
      for (let piece = 0; piece < 9; piece++) wire.write(`1000\r\n${long(0x1000)}\r\n`)
      wire.write('0\r\n\r\n')
      assert.equal(await wire.status(), 413, path)
    }
  })

  test('is refused where it has too many fields, or one with too long a name or value', async () => {
    await using app = await openApp(ONLY_EMAIL)
    for (const path of ['/par', '/token', '/authorize'])
      for (const body of [fields(101), `${long(101)}=1`, `a=${long(20_001)}`])
        assert.equal((await posted(app, path, body)).status, 400, path)
    assert.equal((await posted(app, NOBODYS, fields(11))).status, 413)
    const { status } = await fetch(`${app.issuer}/authorize?${fields(101)}`, { redirect: 'manual' })
    assert.equal(status, 400)
  })

  test('is refused where it is a name longer than any name', async () => {
    await using app = await openApp(ONLY_EMAIL)
    for (const login_hint of [long(256), 'ﷺ'.repeat(256), '👨‍👩‍👧'.repeat(60)])
      assert.equal((await app.party.push({ login_hint })).status, 400)
    for (const username of [long(129), 'ﷺ'.repeat(100), long(100_000)])
      assert.equal((await app.people.add('test', { username })).ok, false)
    const text = `username,display_name\neve,${long(5_000)}\n${long(9_000)},x`
    const file = { bytes: Buffer.from(text), format: 'csv' } as const
    const options = { partial: true, allowShortSecrets: false }
    const report = await app.people.importPeople('test', file, options)
    assert.ok(!report.ok || report.value.added === 0)
  })

  test('is refused where it is deep, wherever JSON is read', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const deep = (open: string, close: string, count: number) =>
      `{"a":${open.repeat(count)}1${close.repeat(count)}}`
    for (const text of [deep('[', ']', 2_000), deep('{"a":', '}', 600), '['.repeat(4_000)]) {
      for (const name of ['claims', 'sallyport_context'])
        assert.equal((await app.party.push({ [name]: text })).status, 400, name)
      const claims = Buffer.from(`{"iss":"iam","a":${text}}`).toString('base64url')
      for (const client_assertion of [`${claims}.${claims}.AA`, `AA.${claims}.AA`])
        assert.equal((await app.party.push({ client_assertion })).status, 401)
    }
  })

  test('is refused where it is compressed, and never unpacked', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page } = await begin(app)
    const form = page.forms.find(({ action }) => action === 'answer')
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const genuine = `${new URLSearchParams({ ...form?.fields, code: app.mailbox.last().code })}`
    const bomb = gzipSync(Buffer.alloc(3_000_000, 'a'))
    const own = new URL(form?.url ?? '').pathname
    for (const path of [...DOORS, own])
      for (const encoding of ['gzip', 'deflate', 'br', 'x-gzip', 'gzip, identity', 'zstd'])
        for (const body of [bomb, gzipSync(genuine)]) {
          const answer = await posted(app, path, body, { 'content-encoding': encoding, cookie })
          assert.equal(answer.status, 400, `${path} ${encoding}`)
        }
    assert.equal((await posted(app, own, genuine, { cookie })).status, 303)
  })

  test('is refused where it is of another kind', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const kinds = [
      ...['application/json', 'text/plain', 'multipart/form-data; boundary=b', 'text/xml'],
      ...['application/json; charset=utf-7', `${FORM}, ${FORM}`, 'x', `${FORM}x`, '*/*', ''],
    ]
    for (const path of DOORS)
      for (const kind of kinds) {
        const { status } = await posted(app, path, '{"a":1}', { 'content-type': kind })
        assert.ok([400, 403].includes(status), `${path} ${kind} ${status}`)
      }
    for (const charset of ['utf-7', 'utf-16', 'nonsense'])
      for (const path of DOORS) {
        const headers = { 'content-type': `${FORM}; charset=${charset}` }
        const { status } = await posted(app, path, 'a=1', headers)
        assert.ok([400, 401, 403].includes(status), `${path} ${charset} ${status}`)
      }
  })

  test('is refused before anything reads it where its head is too large or contradicts itself', async () => {
    await using of = await openListening()
    const heads: readonly (readonly [number, string])[] = [
      [431, `GET /jwks HTTP/1.1\r\nHost: x\r\nX: ${long(HEADER_MAX)}\r\n\r\n`],
      [431, `GET /jwks HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(5_000)}\r\n`],
      [431, `GET /${long(HEADER_MAX)} HTTP/1.1\r\nHost: x\r\n\r\n`],
      [400, formHead('/par', 'Content-Length: 3', 'Transfer-Encoding: chunked')],
      [400, formHead('/par', 'Content-Length: 3', 'Content-Length: 4')],
      [400, formHead('/par', 'Content-Length: -1')],
      [400, formHead('/par', 'Content-Length: 0x10')],
      [400, `GET /jwks HTTP/1.1\r\nHost: x\r\nX: a\r\n b\0\r\n\r\n`],
      [400, 'GET /step-up/%E0%A4%A HTTP/1.1\r\nHost: x\r\n\r\n'],
    ]
    for (const [status, head] of heads) {
      using wire = await openWire(of.url, head)
      assert.equal(await wire.status(), status, head.slice(0, 80))
    }
  })

  test('is ended where it never ends, and keeps nobody else waiting meanwhile', async () => {
    await using of = await openListening()
    using wires = new DisposableStack()
    const slow = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const head = formHead(DOORS[n % 4] ?? '/par', 'Content-Length: 100')
        return wires.use(await openWire(of.url, n % 2 === 0 ? head : head.slice(0, -2)))
      }),
    )
    for (const wire of slow) wire.write('a')
    await pass(of.app)
    assert.equal((await fetch(`${of.url}/jwks`)).status, 200)
    // The connections are still open: nobody was cut off to serve the others.
    const states = slow.map((wire) => Promise.race([wire.closed(), Promise.resolve('open')]))
    assert.deepEqual([...new Set(await Promise.all(states))], ['open'])
    for (const said of await Promise.all(slow.map((wire) => wire.closed())))
      assert.match(said, /^HTTP\/1\.1 408 /)
  })

  test('is answered like anything else where a header is as large as it may be', async () => {
    const listen = { host: '127.0.0.1', port: 1, trustedProxies: ['127.0.0.1', '::1'] }
    await using app = await openApp({ settings: { ...ONLY_EMAIL.settings, listen } })
    const { browser, page } = await begin(app)
    const code = app.mailbox.last().code
    const room = HEADER_MAX - 2_000
    const headers = {
      'accept-language': 'a;q=0.1,'.repeat(room / 8),
      'x-forwarded-for': '127.0.0.1,'.repeat(room / 10),
      'user-agent': 'Mozilla/5.0 ('.repeat(room / 13),
      'sec-fetch-site': 'same-origin',
    }
    for (const [name, value] of Object.entries(headers)) {
      const odd = await createUserAgent().get(`${app.issuer}/authorize?a=1`, { [name]: value })
      assert.equal(odd.status, 400, name)
      const look = await browser.get(page.url, { [name]: value })
      assert.ok(look.status < 500, name)
    }
    const crumbs = `${'sallyport=x; '.repeat(1_000)}${[...browser.cookies].map((pair) => pair.join('=')).join('; ')}`
    assert.equal((await post(browser, page, 'answer', { code }, { cookie: crumbs })).status, 303)
  })

  test('costs no more than other text of its length, whatever it is made of', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const names = [
      ...['login_hint', 'state', 'nonce', 'scope', 'acr_values', 'ui_locales', 'prompt', 'max_age'],
      ...['claims', 'sallyport_context', 'client_assertion', 'code_challenge', 'redirect_uri'],
    ]
    const patterns = [
      'x',
      ' ',
      'a ',
      '.',
      'a.',
      '-',
      '0',
      '"\\',
      '{"a":',
      '%',
      'ﷺ',
      'a\u0301',
      'ı',
      '=',
      '+',
    ]
    const push = (pattern: string) =>
      Promise.all(
        names.map((name) =>
          app.party.push({ [name]: `${pattern.repeat(6_000).slice(0, 6_000)}!` }),
        ),
      )
    for (let n = 0; n < 3; n++) await push('x')
    const plain = Math.min(await costOf(() => push('x')), await costOf(() => push('x')))
    for (const pattern of patterns) {
      const cost = Math.min(await costOf(() => push(pattern)), await costOf(() => push(pattern)))
      assert.ok(cost < plain * 10, `${JSON.stringify(pattern)} ${cost} against ${plain}`)
    }
  })

  test('is one signature a request, is remembered by nobody, and leaves others their turn', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const stranger = createSigner('rp-1')
    const forged = () =>
      stranger.sign({
        ...{ iss: 'iam', sub: 'iam', aud: app.issuer, jti: `${Math.random()}` },
        ...{ exp: Math.floor(app.clock.now() / 1000) + 60, more: long(8_000) },
      })
    const before = await rowsIn(app)
    const flood = Array.from({ length: 300 }, () => app.party.push({ client_assertion: forged() }))
    const genuine = app.party.push()
    assert.equal((await genuine).status, 201)
    for (const { status } of await Promise.all(flood)) assert.equal(status, 401)
    assert.deepEqual(await rowsIn(app), { ...before, requests: 1, client_assertions: 1 })
  })

  test('asks a client for its keys a few times and no more, however many names of keys come', async () => {
    await using trap = await openTrap({ keys: [createSigner('known').jwk] })
    const auth = { method: 'private_key_jwt', jwksUri: `${trap.url}/keys` }
    await using app = await openApp({ ...ONLY_EMAIL, client: { auth } })
    const url = `${app.issuer}/par`
    const flood = Array.from({ length: 200 }, (_, n) =>
      send(url, {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: createSigner(`kid-${n % 20}`).sign({ iss: 'iam', n }),
      }),
    )
    for (const { status } of await Promise.all(flood)) assert.equal(status, 401)
    assert.ok(trap.calls.length >= 1 && trap.calls.length <= 2, `${trap.calls.length} times`)
  })
})
