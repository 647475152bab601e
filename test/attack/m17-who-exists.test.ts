import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp, type TestOptions } from '../support/app.ts'
import { guess, ONLY_APP, withOtpApp } from '../support/attack.ts'
import { resumeOn, storeCalls } from '../support/outside.ts'
import { begin, wayBack } from '../support/passage.ts'
import { createUserAgent, type Page, type UserAgent } from '../support/user-agent.ts'

/** Names of one length, so that not even the length of a page differs. */
const NOWHERE = ['zq.unkn', 'zq.stop', 'zq.gone', 'zq.none', 'zq.talk'] as const

async function openWithPeople(options: TestOptions = {}): Promise<TestApp> {
  const app = await openApp(options)
  const emails = ['someone@kestrel.example']
  await app.people.add('test', { username: 'zq.stop', emails, locale: 'zh-CN' })
  await app.people.disable('test', 'zq.stop')
  await app.people.add('test', { username: 'zq.gone', emails, locale: 'zh-CN' })
  await app.people.remove('test', 'zq.gone')
  await app.people.add('test', { username: 'zq.none', locale: 'zh-CN' })
  // There is a number, and no channel that reaches it.
  await app.people.add('test', { username: 'zq.talk', phones: ['+8613800138000'] })
  await app.people.add('test', { username: 'zq.mail', emails, locale: 'zh-CN' })
  await withOtpApp(app, 'zq.lock')
  return app
}

/** A page as somebody compares it: without what is new in every answer, and without the name that was asked for. */
function comparable(page: Page, name: string) {
  const requestId = page.headers.get('x-request-id') ?? ''
  const headers = [...page.headers]
    .filter(([header]) => header !== 'date' && header !== 'x-request-id')
    .map(([header, value]) => `${header}: ${value}`)
  const text = [`${page.status} ${page.title}`, ...headers, page.body].join('\n')
  return text
    .replaceAll(/stp_[\w-]{22}/g, 'ID')
    .replaceAll(/(value="|via=)[\w-]+\.[\w-]{43}/g, '$1MAC')
    .replaceAll(/sallyport=[\w-]{43}/g, 'COOKIE')
    .replaceAll(/(state=)[\w-]{64}/g, '$1STATE')
    .replaceAll(requestId, 'REQUEST')
    .replaceAll(name, 'NAME')
}

/** Pages are long, so that only the line in which they differ is told. */
function firstDifference(is = '', should = ''): string | undefined {
  const lines = should.split('\n')
  return is.split('\n').find((line, n) => line !== lines[n])
}

type Walk = (browser: UserAgent, first: Page) => AsyncIterable<Page>

/** What each of them meets on the way is what the first of them meets, byte for byte. */
async function assertAlike(
  app: TestApp,
  names: readonly string[],
  walk: Walk,
  over: Record<string, string> = {},
): Promise<void> {
  let expected: readonly string[] | undefined
  for (const name of names) {
    const { browser, page } = await begin(app, createUserAgent(), { ...over, login_hint: name })
    const pages: string[] = []
    for await (const seen of walk(browser, page)) pages.push(comparable(seen, name))
    expected ??= pages
    const differs = pages.findIndex((text, n) => text !== expected?.[n])
    const line = firstDifference(pages[differs], expected[differs])
    assert.ok(differs === -1, `page ${differs} of ${name} is not that of ${names[0]}: ${line}`)
    assert.equal(pages.length, expected.length, name)
  }
}

const first: Walk = async function* (_browser, page) {
  yield page
}

describe('M17 finding out who exists', () => {
  test('shows one page to who is unknown, disabled, removed or has no contact', async () => {
    await using app = await openWithPeople()
    await assertAlike(app, NOWHERE, async function* (browser, page) {
      assert.equal(page.status, 403)
      yield page
      yield await browser.submit(page, 'language')
      const cancelled = await browser.submit(page, 'cancel')
      yield cancelled
      const left = await browser.get(resumeOn(cancelled))
      assert.equal(wayBack(left).searchParams.get('error'), 'access_denied')
      yield left
    })
    assert.equal(app.mailbox.mails.length, 0)
  })

  test('ends alike for all of them when they try again for ever', async () => {
    await using app = await openWithPeople()
    await assertAlike(app, NOWHERE, async function* (browser, page) {
      let at = page
      for (let round = 0; round < 6; round++) {
        at = await browser.submit(at, 'retry')
        yield at
      }
      const left = await browser.get(resumeOn(at))
      assert.equal(wayBack(left).searchParams.get('error'), 'access_denied')
      yield left
    })
    assert.equal(app.mailbox.mails.length, 0)
  })

  test('shows the name as it was asked for, whose spelling is in no directory', async () => {
    await using app = await openWithPeople()
    const spelled = ['ZQ.Unkn', 'ZQ.Stop', 'ZQ.Gone', 'ZQ.None', 'ZQ.Talk']
    await assertAlike(app, spelled, async function* (browser, page) {
      assert.match(page.body, /as <b>ZQ\.[A-Z]/)
      yield page
      yield await browser.submit(page, 'retry')
    })
  })

  test('refuses an acr that nobody can meet before it looks at anybody', async () => {
    await using app = await openWithPeople()
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'gold' } } })
    await assertAlike(app, ['ZQ.Mail', 'ZQ.Unkn', ...NOWHERE, 'zq.lock'], first, { claims })
    for (const login_hint of ['zq.mail', ...NOWHERE]) {
      const over = { claims, login_hint, prompt: 'none' }
      const { page } = await begin(app, createUserAgent(), over)
      const { searchParams } = wayBack(page)
      assert.equal(searchParams.get('error'), 'unmet_authentication_requirements', login_hint)
    }
  })

  test('says the same to a silent request, also of who could be asked', async () => {
    await using app = await openWithPeople()
    await guess(app, 10, 'zq.lock')
    app.mailbox.mails.length = 0
    await assertAlike(app, ['zq.mail', 'zq.lock', ...NOWHERE], first, { prompt: 'none' })
    assert.equal(app.mailbox.mails.length, 0)
  })

  test('answers a pushed request and its opening before it looks at anybody', async () => {
    await using app = await openWithPeople()
    for (const login_hint of ['zq.mail', ...NOWHERE]) {
      const pushed = await app.party.push({ login_hint })
      assert.deepEqual([pushed.status, pushed.body['expires_in']], [201, 60])
      const opened = await createUserAgent().get(app.party.authorizeUrl(pushed))
      assert.deepEqual([opened.status, opened.body], [303, ''])
    }
    assert.equal((await storeCalls(app)).get('people.find') ?? 0, 0)
  })

  test('pauses who is locked with the same status, headers and ways out, and sends nothing', async () => {
    await using app = await openWithPeople(ONLY_APP)
    await guess(app, 10, 'zq.lock')
    const looks = []
    for (const login_hint of ['zq.lock', ...NOWHERE]) {
      const { page } = await begin(app, createUserAgent(), { login_hint })
      const headers = [...page.headers.keys()]
      looks.push({ status: page.status, headers, forms: page.forms.map(({ action }) => action) })
    }
    for (const look of looks) assert.deepEqual(look, looks[0])
    assert.equal(looks[0]?.status, 403)
    assert.equal(app.mailbox.mails.length, 0)
  })

  test('takes the same calls of the store, whoever it is', async () => {
    await using app = await openWithPeople(ONLY_APP)
    await guess(app, 10, 'zq.lock')
    const callsFor = async (login_hint: string) => {
      const before = await storeCalls(app)
      const { browser, page } = await begin(app, createUserAgent(), { login_hint })
      await browser.submit(page, 'retry')
      const after = await storeCalls(app)
      return [...after].map(([name, count]) => `${name} ${count - (before.get(name) ?? 0)}`)
    }
    const expected = await callsFor('zq.unkn')
    for (const name of ['zq.lock', ...NOWHERE])
      assert.deepEqual(await callsFor(name), expected, name)
  })
})
