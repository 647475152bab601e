import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp, type TestApp } from '../support/app.ts'
import {
  guess,
  judgements,
  ONLY_APP,
  ONLY_EMAIL,
  otpAt,
  withOtpApp,
  wrongOtp,
} from '../support/attack.ts'
import { openForAnybody, unsignedUrl } from '../support/outside.ts'
import { begin, pass } from '../support/passage.ts'
import { createUserAgent, type UserAgent } from '../support/user-agent.ts'

const DAY = 86_400

/** With the OTP app of `withOtpApp`, in a time step of its own. */
async function signIn(app: TestApp, browser: UserAgent, who = 'bob') {
  app.clock.advance(60)
  const { page } = await begin(app, browser, { login_hint: who })
  const isAsked = page.forms.some(({ action }) => action === 'answer')
  return isAsked ? browser.submit(page, 'answer', { code: otpAt(app) }) : page
}

/** As many wrong answers as this browser is let give, in step-ups of its own. */
async function wrongIn(app: TestApp, browser: UserAgent, who = 'bob'): Promise<number> {
  const before = await judgements(app, 'rejected')
  for (;;) {
    const { page: first } = await begin(app, browser, { login_hint: who })
    let page = first
    if (page.forms.every(({ action }) => action !== 'answer')) break
    for (let n = 0; n < 5 && page.forms.some(({ action }) => action === 'answer'); n++)
      page = await browser.submit(page, 'answer', { code: wrongOtp(app) })
  }
  return (await judgements(app, 'rejected')) - before
}

/** Until nothing but an operator helps in the lanes that are open to a thief. */
async function lockForGood(app: TestApp, who = 'bob'): Promise<void> {
  for (let round = 0; round < 6; round++) {
    await guess(app, 10, who)
    app.clock.advance(DAY)
  }
}

describe('M08 lock-out by somebody with the password', () => {
  test('the owner signs in from a known browser while a thief keeps all lanes that are open to him locked', async () => {
    await using app = await openForAnybody(ONLY_APP.settings)
    await withOtpApp(app, 'bob')
    const owner = createUserAgent()
    assert.equal((await signIn(app, owner)).status, 200)

    for (let round = 0; round < 7; round++) {
      await guess(app, 10)
      const stranger = createUserAgent()
      let page = await stranger.follow(unsignedUrl(app, 'bob'))
      for (let n = 0; n < 5 && page.forms.some(({ action }) => action === 'answer'); n++)
        page = await stranger.submit(page, 'answer', { code: wrongOtp(app) })
      assert.equal((await signIn(app, owner)).status, 200, `round ${round}`)
      assert.equal((await signIn(app, createUserAgent())).status, 403)
      app.clock.advance(DAY)
    }
    const { page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    assert.match(page.title, /off until the IT service desk turns them on/)
    assert.equal((await signIn(app, owner)).status, 200)
    const lanes = (await app.events())
      .filter(({ event }) => event === 'step-up.opened')
      .map(({ lane }) => `${lane}`.split(':')[0])
    assert.deepEqual(new Set(lanes), new Set(['signed', 'unsigned', 'browser']))
  })

  test('the success of the owner at home gives the thief no guess more', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const owner = createUserAgent()
    await signIn(app, owner)
    let judged = 0
    for (let round = 0; round < 12; round++) {
      judged += await guess(app, 10)
      assert.equal((await signIn(app, owner)).status, 200)
      app.clock.advance(DAY)
    }
    assert.equal(judged, 50)
  })

  test('the owner has ten wrong answers of their own in each known browser, and no browser more', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const browsers = [createUserAgent(), createUserAgent()]
    for (const browser of browsers) assert.equal((await signIn(app, browser)).status, 200)
    await lockForGood(app)
    for (const browser of browsers) assert.equal(await wrongIn(app, browser), 10)
    app.clock.advance(DAY)
    for (const browser of browsers) assert.equal(await wrongIn(app, browser), 0)
    assert.equal(await judgements(app, 'rejected'), 70)
    for (const browser of browsers) assert.equal((await signIn(app, browser)).status, 403)

    assert.ok((await app.people.unlock('desk', 'bob', 'totp')).ok)
    for (const browser of browsers) assert.equal((await signIn(app, browser)).status, 200)
  })

  test('the sixth browser takes the place of the one that succeeded longest ago', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const browsers = Array.from({ length: 6 }, () => createUserAgent())
    for (const browser of browsers) assert.equal((await signIn(app, browser)).status, 200)
    await lockForGood(app)
    const passed = []
    for (const browser of browsers) passed.push((await signIn(app, browser)).status)
    assert.deepEqual(passed, [403, 200, 200, 200, 200, 200])
  })

  test('a browser in which another account succeeded is a stranger’s, whoever carries its cookie', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    await withOtpApp(app, 'eve')
    const thief = createUserAgent()
    assert.equal((await signIn(app, thief, 'eve')).status, 200)
    await lockForGood(app)
    assert.equal((await signIn(app, thief)).status, 403)
    assert.equal(await wrongIn(app, thief), 0)
  })

  test('a cookie that was made up, or that never succeeded, is nobody’s known browser', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    const [owner, thief, planted] = [createUserAgent(), createUserAgent(), createUserAgent()]
    await signIn(app, owner)
    assert.equal(await wrongIn(app, thief), 10)
    app.clock.advance(DAY)
    await lockForGood(app)
    const [name, value] = [...owner.cookies][0] ?? assert.fail('the owner has a cookie')
    planted.cookies.set(name, `${value.slice(0, -2)}AA`)
    for (const browser of [thief, planted]) assert.equal((await signIn(app, browser)).status, 403)
  })

  test('what was known ninety days ago, or before the person was disabled, is known no more', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const [fresh, old] = [createUserAgent(), createUserAgent()]
    const laneIn = async (browser: UserAgent) => {
      await begin(app, browser)
      app.clock.advance(3600)
      const opened = (await app.events()).filter(({ event }) => event === 'step-up.opened')
      return `${opened.at(-1)?.['lane']}`.split(':')[0]
    }
    await pass(app, old)
    app.clock.advance(45 * DAY)
    await pass(app, fresh)
    assert.equal(await laneIn(old), 'browser')
    app.clock.advance(45 * DAY)
    assert.equal(await laneIn(old), 'signed')
    assert.equal(await laneIn(fresh), 'browser')
    const changed = await app.people.disable('desk', 'li.wei')
    assert.ok(changed.ok)
    assert.ok((await app.people.enable('desk', 'li.wei')).ok)
    assert.equal(await laneIn(fresh), 'signed')
  })

  test('unsigned requests know no browser, and make none known', async () => {
    await using app = await openForAnybody(ONLY_EMAIL.settings)
    const browser = createUserAgent()
    const page = await browser.follow(unsignedUrl(app, 'li.wei'))
    const { code } = app.mailbox.last()
    assert.equal((await browser.submit(page, 'answer', { code })).status, 200)
    await pass(app, browser)
    await browser.follow(unsignedUrl(app, 'li.wei'))
    const lanes = (await app.events())
      .filter(({ event }) => event === 'step-up.opened')
      .map(({ lane }) => `${lane}`.split(':')[0])
    assert.deepEqual(lanes, ['unsigned', 'signed', 'unsigned'])
  })
})
