import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import { openTexting } from '../support/texting.ts'
import { createUserAgent, type UserAgent } from '../support/user-agent.ts'

async function linkOf(app: TestApp): Promise<string> {
  return app.party.authorizeUrl(await app.party.push())
}

/** The address behind which the step-up is bound, as the first redirect names it. */
async function beginOf(app: TestApp, browser: UserAgent): Promise<string> {
  const answer = await browser.get(await linkOf(app))
  return new URL(answer.headers.get('location') ?? assert.fail(), answer.url).href
}

describe('the choice of a factor', () => {
  test('sends nothing before the person picks, though there is one way alone', async () => {
    await using app = await openApp({ settings: { factors: ['email'], sendAtOnce: false } })
    const browser = createUserAgent()
    const page = await browser.follow(await linkOf(app))
    assert.match(page.title, /How do you want to confirm/)
    await browser.get(page.url)
    assert.equal(app.mailbox.mails.length, 0)
    const asked = await browser.submit(page, 'choose')
    assert.match(asked.title, /Enter the code we emailed you/)
    assert.equal(app.mailbox.mails.length, 1)
  })

  test('sends once where the policy says so, and nothing to who only looks or comes again', async () => {
    await using app = await openApp({ settings: { factors: ['email'], sendAtOnce: true } })
    const browser = createUserAgent()
    const url = await beginOf(app, browser)
    assert.equal((await fetch(url, { method: 'HEAD' })).status, 204)
    assert.equal((await browser.get(url, { 'sec-purpose': 'prefetch' })).status, 204)
    assert.equal(app.mailbox.mails.length, 0)
    const page = await browser.follow(url)
    assert.match(page.title, /Enter the code we emailed you/)
    for (let look = 0; look < 3; look++) await browser.follow(look === 0 ? url : page.url)
    await createUserAgent().follow(url)
    assert.equal(app.mailbox.mails.length, 1)
  })

  test('waits where one way has several contacts, whatever the policy sends at once', async () => {
    await using it = await openTexting({ sendAtOnce: true })
    const phones = ['+8613812345678', '+8613912345678']
    await it.app.people.set('test', 'li.wei', { phones })
    const browser = createUserAgent()
    const page = await browser.follow(await linkOf(it.app))
    assert.match(page.title, /How do you want to confirm/)
    assert.equal(it.first.asked(), 0)
    await browser.submit(page, 'choose', { to: '1' })
    assert.equal(it.first.last().to, '+8613912345678')
  })

  test('offers first what was completed last, in whatever browser', async () => {
    const settings = { factors: ['totp', 'email'], firstEnrolment: 'open', sendAtOnce: false }
    await using app = await openApp({ settings })
    const emails = ['li.wei@kestrel.example', 'li@home.example']
    await app.people.set('test', 'li.wei', { emails })
    const browser = createUserAgent()
    const first = await browser.follow(await linkOf(app))
    assert.deepEqual(places(first.body), ['enrol-totp', 'email 0', 'email 1'])
    const asked = await browser.submit(first, 'choose', { factor: 'email', to: '1' })
    await browser.submit(asked, 'answer', { code: app.mailbox.last().code })
    const next = await createUserAgent().follow(await linkOf(app))
    assert.deepEqual(places(next.body), ['email 0', 'email 1', 'enrol-totp'])
    assert.ok(next.body.indexOf('home.example') < next.body.indexOf('kestrel.example'))
  })

  test('says of a channel that failed that it did, beside the ways that are left', async () => {
    const settings = { factors: ['sms', 'email'], sendAtOnce: false }
    await using it = await openTexting(settings)
    const [first, second] = [it.first, it.second]
    for (const gateway of [first, second]) gateway.set('refuse')
    const browser = createUserAgent()
    const page = await browser.follow(await linkOf(it.app))
    const failed = await browser.submit(page, 'choose', { factor: 'sms', to: '0' })
    assert.match(failed.body, /Can’t be sent right now/)
    assert.deepEqual(places(failed.body), ['email 0'])
  })
})

/** Which ways a page offers, in its order. */
const places = (body: string): readonly string[] =>
  [...body.matchAll(/name="factor" value="([^"]+)">(?:<input[^>]*name="to" value="(\d)">)?/g)].map(
    ([, factor, to]) => (to === undefined ? `${factor}` : `${factor} ${to}`),
  )
