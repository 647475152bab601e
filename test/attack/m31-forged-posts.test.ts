import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createProofs } from '../../src/http/index.ts'
import { createKeyRing, hashOf, type Id, parseId } from '../../src/kernel/index.ts'
import { openApp, type TestApp } from '../support/app.ts'
import { ONLY_EMAIL } from '../support/attack.ts'
import { keptOf, rowsIn } from '../support/kept.ts'
import { cookiesOf, stepUpOn } from '../support/outside.ts'
import { beginManaging, giveApp, oneOf } from '../support/own-apps.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent, type Form, type Page, type UserAgent } from '../support/user-agent.ts'

type Standing = { readonly browser: UserAgent; readonly page: Page }

const TYPE = 'application/x-www-form-urlencoded'

/** Wherever a person can stand, so that each form of the portal is on one of the pages; all in one browser. */
async function places(app: TestApp): Promise<ReadonlyMap<string, Standing>> {
  const browser = createUserAgent()
  const found = new Map<string, Standing>()
  const stand = (page: Page) => {
    for (const { action } of page.forms) found.set(action, { browser, page })
  }
  const choosing = await begin(app, browser)
  stand(choosing.page)
  const asking = await begin(app, browser)
  stand(await browser.submit(asking.page, 'choose', { factor: 'email' }))
  app.clock.advance(31)
  const setting = await begin(app, browser)
  const first = await browser.submit(setting.page, 'choose', { factor: 'enrol-totp' })
  stand(await browser.submit(first, 'answer', { code: app.mailbox.last().code }))
  const blocked = await begin(app, browser, { login_hint: 'no.contact' })
  stand(blocked.page)
  await ownApps(app, browser, stand)
  return found
}

/** Somebody new each time, who looks after their own apps in one step-up and adds another in a second. */
async function ownApps(app: TestApp, browser: UserAgent, stand: (page: Page) => void) {
  const login_hint = `owner-${app.clock.now()}`
  await app.people.add('test', { username: login_hint })
  const owned = [await giveApp(app, login_hint), await giveApp(app, login_hint)]
  for (const [n, one] of owned.entries()) {
    const { page } = await beginManaging(app, browser, { login_hint })
    const list = await browser.submit(page, 'answer', { code: one.code() })
    stand(list)
    if (n > 0) stand(await browser.submit(list, 'add'))
    else
      for (const what of ['rename', 'remove'] as const)
        stand(await browser.get(oneOf(list, one, what)))
  }
}

function idOn(page: Page): Id<'stepUp'> {
  const id = parseId('stepUp', stepUpOn(page))
  assert.ok(id !== undefined)
  return id
}

const formOf = ({ page }: Standing, action: string): Form => {
  const form = page.forms.find((one) => one.action === action)
  assert.ok(form !== undefined, action)
  return form
}

const send = (url: string, init: RequestInit) => fetch(url, { redirect: 'manual', ...init })
const post = (form: Form, cookie: string, fields: object, headers: Record<string, string> = {}) =>
  send(form.url, {
    method: 'POST',
    headers: { cookie, 'content-type': TYPE, ...headers },
    body: `${new URLSearchParams({ ...fields })}`,
  })

const turned = (proof: string) => proof.slice(0, -2) + (proof.endsWith('AA') ? 'BB' : 'AA')

describe('M31 posts and gets that somebody else made the browser send', () => {
  test('every form of the portal wants a proof made for it, this step-up and this browser', async () => {
    await using app = await openApp()
    const all = await places(app)
    const expected = [
      ...['add', 'answer', 'back', 'cancel', 'choose', 'confirm', 'done', 'language'],
      ...['remove', 'rename', 'resend', 'retry'],
    ]
    assert.deepEqual([...all.keys()].sort(), expected)
    const mallory = await places(app)
    // As the key would sign them: no page ever shows somebody the form of another browser's step-up.
    const proofs = createProofs(createKeyRing(app.config.encryption.keys))
    for (const [action, standing] of all) {
      const form = formOf(standing, action)
      const { proof = '', ...fields } = form.fields
      const cookie = cookiesOf(standing.browser)
      const [keyId = '', mac = ''] = proof.split('.')
      const made = (browser: string) => proofs.form(idOn(standing.page), browser, action)
      assert.equal(made(hashOf(standing.browser.cookies.get('sallyport') ?? '')), proof)
      const others = [...all].flatMap(([name, at]) =>
        at.page.forms.flatMap((one) => (name === action && one.url === form.url ? [] : [one])),
      )
      const given = [
        made(hashOf(mallory.get(action)?.browser.cookies.get('sallyport') ?? '')),
        ...[made(''), made(hashOf(''))],
        ...others.filter(({ url }) => url !== form.url).map((one) => one.fields['proof']),
        ...[...mallory.values()].flatMap(({ page }) =>
          page.forms.map((one) => one.fields['proof']),
        ),
        ...['', 'x', '.', mac, `.${mac}`, `${keyId}.`, `other.${mac}`, `${proof}.`, ` ${proof}`],
        ...[turned(proof), proof.slice(0, -1), proof.toUpperCase(), `${proof}A`, '[object Object]'],
        ...[/via=([^"&]+)/.exec(standing.page.body)?.[1], 'null', 'undefined'],
      ]
      const before = [
        await keptOf(app, stepUpOn(standing.page)),
        await rowsIn(app),
        app.mailbox.mails.length,
      ]
      const assertRefused = async (what: string, answer: Promise<Response>) => {
        const { status } = await answer
        assert.ok(status === 403 || status === 400 || status === 413, `${action} ${what} ${status}`)
        const after = [
          await keptOf(app, stepUpOn(standing.page)),
          await rowsIn(app),
          app.mailbox.mails.length,
        ]
        assert.deepEqual(after, before, `${action} ${what}`)
      }
      for (const odd of given)
        if (odd !== undefined)
          await assertRefused(odd, post(form, cookie, { ...fields, proof: odd }))
      await assertRefused('without a proof', post(form, cookie, fields))
      await assertRefused('with nothing', post(form, cookie, {}))
    }
  })

  test('no form is taken from another site, in another dress, or from a browser without its cookie', async () => {
    await using app = await openApp()
    const all = await places(app)
    const mallory = await places(app)
    for (const [action, standing] of all) {
      const form = formOf(standing, action)
      const { fields } = form
      const cookie = cookiesOf(standing.browser)
      const text = `${new URLSearchParams({ ...fields })}`
      const multipart = new FormData()
      for (const [name, value] of Object.entries(fields)) multipart.set(name, value)
      const as = (type: string, body: string) =>
        send(form.url, { method: 'POST', headers: { cookie, 'content-type': type }, body })
      const hers = cookiesOf(mallory.get(action)?.browser ?? standing.browser)
      const { proof = '', ...others } = fields
      const twice = `${text}&proof=${encodeURIComponent(proof)}`
      const before = [
        await keptOf(app, stepUpOn(standing.page)),
        await rowsIn(app),
        app.mailbox.mails.length,
      ]
      const attempts: readonly (readonly [string, Promise<Response>])[] = [
        ...['cross-site', 'same-site', 'none', 'x', ''].map((site) => {
          return [site, post(form, cookie, fields, { 'sec-fetch-site': site })] as const
        }),
        ['as plain text', as('text/plain', text)],
        ['as JSON', as('application/json', JSON.stringify(fields))],
        ['as JSON in plain text', as('text/plain', JSON.stringify(fields))],
        ['as nothing', as('', text)],
        ['as multipart', send(form.url, { method: 'POST', headers: { cookie }, body: multipart })],
        ['with its proof twice', as(TYPE, twice)],
        ['with its proof as a list', as(TYPE, text.replace('proof=', 'proof[]='))],
        [
          'with its proof in the address',
          send(`${form.url}?${text}`, {
            method: 'POST',
            headers: { cookie, 'content-type': TYPE },
            body: `${new URLSearchParams(others)}`,
          }),
        ],
        ['without a cookie', post(form, '', fields)],
        ["with another browser's cookie", post(form, hers, fields)],
        ['with both cookies', post(form, `${cookie}; ${hers}`, fields)],
        ['with both cookies, the other way round', post(form, `${hers}; ${cookie}`, fields)],
      ]
      for (const [what, answer] of attempts)
        assert.ok([400, 403].includes((await answer).status), `${action} ${what}`)
      const after = [
        await keptOf(app, stepUpOn(standing.page)),
        await rowsIn(app),
        app.mailbox.mails.length,
      ]
      assert.deepEqual(after, before, action)
      // The form itself is good, and what a browser says of its own origin is believed.
      const own = await post(form, cookie, fields, {
        'sec-fetch-site': 'same-origin',
        origin: 'null',
      })
      assert.ok([200, 303, 422].includes(own.status), `${action} ${own.status}`)
    }
  })

  test('no other method does what a post does, whatever else it says', async () => {
    await using app = await openApp()
    for (const [action, standing] of await places(app)) {
      const { url, fields } = formOf(standing, action)
      const cookie = cookiesOf(standing.browser)
      const query = `${url}?${new URLSearchParams({ ...fields, _method: 'POST' })}`
      const override = { cookie, 'x-http-method-override': 'POST', 'x-method-override': 'POST' }
      const before = [
        await keptOf(app, stepUpOn(standing.page)),
        await rowsIn(app),
        app.mailbox.mails.length,
      ]
      for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const answer = await send(query, { method, headers: override })
        const isLook = method === 'GET' || method === 'HEAD'
        assert.equal(answer.status, isLook ? 303 : 405, `${method} ${action}`)
        // A look leads to the page itself, and takes along nothing that it said.
        const to = answer.headers.get('location')
        const own = `${app.issuer}/step-up/${stepUpOn(standing.page)}`
        assert.equal(to && new URL(to, url).href, isLook ? own : null)
        for (const [name] of answer.headers) assert.doesNotMatch(name, /^access-control/)
      }
      const after = [
        await keptOf(app, stepUpOn(standing.page)),
        await rowsIn(app),
        app.mailbox.mails.length,
      ]
      assert.deepEqual(after, before, action)
    }
  })

  test('no page changes anything by being looked at, however often', async () => {
    await using app = await openApp()
    for (const [action, { browser, page }] of await places(app)) {
      const id = stepUpOn(page)
      const before = [await keptOf(app, id), await rowsIn(app), app.mailbox.mails.length]
      for (const path of ['', '/ways', '?via=x', '?locale=zh-CN&factor=email'])
        for (const method of ['GET', 'HEAD'])
          await send(`${app.issuer}/step-up/${id}${path}`, {
            method,
            headers: { cookie: cookiesOf(browser) },
          })
      const link = /href="([^"]*\/ways)"/.exec(page.body)?.[1]
      if (link !== undefined) await browser.get(new URL(link, app.issuer).href)
      assert.deepEqual(
        [await keptOf(app, id), await rowsIn(app), app.mailbox.mails.length],
        before,
        action,
      )
    }
  })

  test('a browser that only looks, or reads ahead, binds and sends and uses up nothing', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const looks: readonly RequestInit[] = [
      { method: 'HEAD' },
      ...[{ 'sec-purpose': 'prefetch' }, { 'sec-purpose': 'prefetch;prerender' }].map(
        (headers) => ({ headers }),
      ),
      ...[{ purpose: 'prefetch' }, { 'x-purpose': 'preview' }, { 'x-moz': 'prefetch' }].map(
        (headers) => ({ headers }),
      ),
    ]
    const look = async (url: string, cookie = '') => {
      for (const init of looks) {
        const answer = await send(url, { ...init, headers: { cookie, ...init.headers } })
        assert.deepEqual([answer.status, answer.headers.getSetCookie()], [204, []], url)
        assert.equal(await answer.text(), '')
      }
    }
    const pushed = await app.party.push()
    const fresh = await rowsIn(app)
    await look(app.party.authorizeUrl(pushed))
    assert.deepEqual(await rowsIn(app), fresh)
    const authorized = await send(app.party.authorizeUrl(pushed), {})
    const link = new URL(authorized.headers.get('location') ?? '', app.issuer).href
    await look(link)
    assert.deepEqual([(await rowsIn(app))['step_ups'], app.mailbox.mails.length], [0, 0])

    // The person who comes then is the first, and no look at the end takes their code away.
    const browser = createUserAgent()
    const page = await browser.get(link)
    assert.equal(page.status, 200)
    const form = formOf({ browser, page }, 'answer')
    const fields = { ...form.fields, code: app.mailbox.last().code }
    const answered = await post(form, cookiesOf(browser), fields)
    const resume = new URL(answered.headers.get('location') ?? '', form.url).href
    const before = await rowsIn(app)
    await look(resume, cookiesOf(browser))
    assert.deepEqual(await rowsIn(app), before)
    assert.equal((await browser.get(resume)).status, 200)
  })

  test('a link between steps is good for its own step of its own step-up alone', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const links: string[] = []
    for (let n = 0; n < 2; n++) {
      const authorized = await send(app.party.authorizeUrl(await app.party.push()), {})
      links.push(new URL(authorized.headers.get('location') ?? '', app.issuer).href)
    }
    const [first = '', second = ''] = links
    const via = (link: string) => new URL(link).searchParams.get('via') ?? ''
    const before = await rowsIn(app)
    const forged = [
      ...[first.split('?')[0] ?? '', first.replace('/begin', '/resume'), `${first}A`],
      ...[first.replace(via(first), via(second)), `${first}&via=${via(first)}`],
      ...[first.replace('via=', 'via[]='), first.replace('via=', 'VIA=')],
    ]
    for (const link of forged) {
      const answer = await send(link, {})
      assert.deepEqual([answer.status, answer.headers.getSetCookie()], [404, []], link)
    }
    assert.deepEqual(await rowsIn(app), before)
    assert.equal(app.mailbox.mails.length, 0)
    for (const method of ['POST', 'PUT', 'DELETE'])
      assert.equal((await send(first, { method })).status, 405)
    assert.deepEqual(await rowsIn(app), before)
    assert.equal((await send(first, {})).status, 200)
  })
})
