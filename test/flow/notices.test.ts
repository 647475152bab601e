import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { later } from '../../src/kernel/index.ts'
import { LI_WEI, openApp, type TestApp } from '../support/app.ts'
import { guess, ONLY_APP, ONLY_EMAIL, otherThan, otpAt, withOtpApp } from '../support/attack.ts'
import { createCommandLine } from '../support/command-line.ts'
import { codeFor } from '../support/handed.ts'
import { alike, dropped, notices } from '../support/noticed.ts'
import { keyOn, openForAnybody, unsignedUrl } from '../support/outside.ts'
import { giveApp, manage, oneOf } from '../support/own-apps.ts'
import { begin } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

const BOB = 'bob@kestrel.example'
const DESK = { timeZone: 'Asia/Shanghai' }

const events = async (app: TestApp, name: string) =>
  (await app.events()).filter(({ event }) => event === name)

/** Ten wrong answers, in two step-ups. */
async function tenWrong(url: () => Promise<string>): Promise<void> {
  for (let half = 0; half < 2; half++) {
    const browser = createUserAgent()
    let page = await browser.follow(await url())
    for (let answer = 0; answer < 5; answer++)
      page = await browser.submit(page, 'answer', { code: '000000' })
  }
}

describe('a person whose factor was locked', () => {
  test('is told once by mail, in the background, from where and what to do', async () => {
    await using app = await openApp({ settings: { ...ONLY_APP.settings, ...DESK } })
    await withOtpApp(app, 'bob')
    await guess(app, 10)
    assert.equal(app.mailbox.mails.length, 0)
    for (let n = 0; n < 3; n++) await app.app.tend()
    const [mail, ...more] = notices(app)
    assert.equal(more.length, 0)
    assert.ok(mail !== undefined)
    assert.equal(mail.to, BOB)
    assert.equal(mail.subject, 'Codes from your OTP app were paused after wrong tries')
    assert.match(mail.text, /paused after wrong tries at 20:00 on 1 January 2030 \(UTC\+8\), from /)
    assert.match(mail.text, /127\.0\.0\.1/)
    assert.match(mail.text, /Somebody may know your password\. Change it/)
    assert.match(mail.text, /^For: bob$/m)
    for (const part of [mail.text, mail.html]) assert.doesNotMatch(part, /https?:|href|[0-9]{6}/)
    const [sent] = await events(app, 'notice.sent')
    assert.deepEqual(
      [sent?.['notice'], sent?.['factor'], sent?.['channels'], sent?.['to']],
      ['locked', 'totp', ['email'], ['b•••b@kestrel.example']],
    )
    const metrics = await (await fetch(`${app.managementUrl}/metrics`)).text()
    assert.match(metrics, /sallyport_notices_total\{kind="locked",outcome="sent"\} 1/)
  })

  test('is told again of the next lock, and of no more than are set in a day', async () => {
    await using app = await openApp({
      settings: { ...ONLY_APP.settings, notices: { perDayMax: 2 } },
    })
    await withOtpApp(app, 'bob')
    for (let lock = 0; lock < 3; lock++) {
      await guess(app, 10)
      await app.app.tend()
      app.clock.advance(7200)
    }
    assert.equal(notices(app).length, 2)
    assert.deepEqual(await dropped(app), ['too-many'])
    app.clock.advance(24 * 3600)
    await guess(app, 10)
    await app.app.tend()
    assert.equal(notices(app).length, 3)
  })

  test('reads it in the language that an operator set for them, else in that of the policy', async () => {
    await using app = await openApp({ settings: { ...ONLY_APP.settings, language: 'zh-CN' } })
    const sallyport = createCommandLine(app)
    for (const name of ['bob', 'ann']) await withOtpApp(app, name)
    await sallyport(['user', 'set', 'ann', '--language', 'en'])
    for (const name of ['bob', 'ann']) await sallyport(['user', 'bypass-code', name])
    await app.app.tend()
    const read = notices(app).map(({ to, subject }) => `${to.slice(0, 3)} ${subject}`)
    assert.equal(
      read.find((one) => one.startsWith('ann')),
      'ann A one-time code was made for you',
    )
    assert.match(read.find((one) => one.startsWith('bob')) ?? '', /^bob .*一次性码/)
  })

  test('hears of what nobody signed once a day, whatever else there is to tell', async () => {
    await using app = await openForAnybody(ONLY_APP.settings)
    await withOtpApp(app, 'bob')
    for (let lock = 0; lock < 2; lock++) {
      await tenWrong(async () => unsignedUrl(app, 'bob'))
      await app.app.tend()
      app.clock.advance(7200)
    }
    assert.equal(notices(app).length, 1)
    await guess(app, 10)
    await app.app.tend()
    assert.equal(notices(app).length, 2)
  })

  test('whom nobody knows causes nothing to be sent', async () => {
    await using app = await openForAnybody(ONLY_APP.settings)
    for (let n = 0; n < 12; n++) await createUserAgent().follow(unsignedUrl(app, 'nobody'))
    await app.app.tend()
    assert.equal(app.mailbox.mails.length, 0)
    assert.deepEqual(await dropped(app), [])
  })

  test('is told where they are by then, and not at all once they are gone', async () => {
    await using app = await openApp(ONLY_APP)
    for (const name of ['bob', 'ann']) {
      await withOtpApp(app, name)
      await guess(app, 10, name)
    }
    await app.people.set('desk', 'bob', { emails: ['new@kestrel.example'] })
    await app.people.remove('desk', 'ann')
    await app.app.tend()
    const told = notices(app).map(({ to, subject }) => `${to} ${subject.slice(0, 9)}`)
    assert.deepEqual(told.sort(), [
      `${BOB} Your phon`,
      'new@kestrel.example Codes fro',
      'new@kestrel.example Your phon',
    ])
  })
})

describe('a notice', () => {
  test('speaks the language of the sign-in', async () => {
    await using app = await openApp({ settings: { ...ONLY_APP.settings, ...DESK } })
    await withOtpApp(app, 'bob')
    const url = async () =>
      app.party.authorizeUrl(await app.party.push({ login_hint: 'bob', ui_locales: 'zh-CN' }))
    await tenWrong(url)
    await app.app.tend()
    const [mail] = notices(app)
    assert.equal(mail?.subject, '身份验证器因多次输错已暂停')
    assert.match(mail?.text ?? '', /已暂停，时间 .*，来源 127\.0\.0\.1。/)
    assert.match(mail?.text ?? '', /不是您本人操作？/)
  })

  test('speaks the language of the person where that is known: whoever guesses picks none that they cannot read', async () => {
    await using app = await openApp({ settings: { ...ONLY_APP.settings, ...DESK } })
    await withOtpApp(app, 'bob')
    await app.people.set('desk', 'bob', { locale: 'en' })
    const url = async () =>
      app.party.authorizeUrl(await app.party.push({ login_hint: 'bob', ui_locales: 'zh-CN' }))
    await tenWrong(url)
    await app.app.tend()
    assert.match(notices(app)[0]?.subject ?? '', /^Codes from your OTP app/)
  })

  test('is sent by one of two processes, and by the other where that one was killed over it', async () => {
    await using app = await openApp(ONLY_APP)
    await using other = await alike(app)
    await withOtpApp(app, 'bob')
    await guess(app, 10)
    await Promise.all([app.app.tend(), other.tend(), app.app.tend(), other.tend()])
    assert.equal(notices(app).length, 1)

    await withOtpApp(app, 'ann')
    await guess(app, 10, 'ann')
    // As if it had been killed between the claim and the mail.
    const { notices: store } = app.app.store
    const [due] = await store.due(app.clock.now(), 10)
    assert.ok(due !== undefined)
    await store.claim(due, later(app.clock.now(), 60), app.clock.now())
    for (const one of [other, app.app]) await one.tend()
    assert.equal(notices(app).length, 1)
    app.clock.advance(61)
    for (const one of [other, app.app]) await one.tend()
    assert.deepEqual(
      notices(app).map(({ to }) => to),
      [BOB, 'ann@kestrel.example'],
    )
  })

  test('that this release has no words for waits for one that has, and keeps nobody else waiting', async () => {
    await using app = await openApp(ONLY_APP)
    for (const name of Array.from({ length: 12 }, (_, n) => `u${n}`)) {
      await withOtpApp(app, name)
      await app.people.resetFactor('desk', name, 'totp')
    }
    await app.kept.change("UPDATE notices SET kind = 'newer'")
    await withOtpApp(app, 'bob')
    await guess(app, 10)
    await app.app.tend()
    assert.equal(notices(app).length, 1)
    app.clock.advance(8 * 24 * 3600)
    await app.app.tend()
    assert.deepEqual(await app.kept.query('SELECT id FROM notices'), [])
  })

  test('for somebody of a directory that is configured no more reaches nobody', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    await guess(app, 10)
    await app.kept.change("UPDATE accounts SET directory = 'former'")
    await app.app.tend()
    assert.deepEqual([notices(app).length, await dropped(app)], [0, ['no-contact']])
  })

  test('is tried again while the mail server is down, for a day, and keeps nobody waiting', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    app.mailbox.set('busy')
    await guess(app, 10)
    await app.app.tend()
    assert.equal(app.mailbox.begun(), 1)
    await app.app.tend()
    assert.equal(app.mailbox.begun(), 1)
    app.clock.advance(61)
    await app.app.tend()
    assert.equal(app.mailbox.begun(), 2)
    app.mailbox.set('accept')
    app.clock.advance(301)
    await app.app.tend()
    assert.equal(notices(app).length, 1)
    app.clock.advance(3600)
    await app.app.tend()
    assert.equal(notices(app).length, 1)
  })

  test('is given up after a day, with a metric and a line in the log', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    app.mailbox.set('busy')
    await guess(app, 10)
    await app.app.tend()
    app.clock.advance(24 * 3600)
    await app.app.tend()
    app.mailbox.set('accept')
    app.clock.advance(3600)
    await app.app.tend()
    assert.equal(notices(app).length, 0)
    const metrics = await (await fetch(`${app.managementUrl}/metrics`)).text()
    assert.match(metrics, /sallyport_notices_total\{kind="locked",outcome="undelivered"\} 1/)
    assert.ok(app.logged.some((line) => line.includes('"notice.dropped"')))
  })

  test('of a locked email factor goes to the same address, which is the only one', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const { browser, page: first } = await begin(app)
    let page = first
    for (let round = 0; round < 2; round++) {
      if (round > 0) page = await browser.submit(page, 'choose', { factor: 'email' })
      for (let answer = 0; answer < 5; answer++)
        page = await browser.submit(page, 'answer', { code: otherThan(app.mailbox.last().code) })
      app.clock.advance(31)
    }
    await app.app.tend()
    const [mail] = notices(app)
    assert.deepEqual(
      [mail?.to, mail?.subject],
      [LI_WEI, 'Email codes were paused after wrong tries'],
    )
  })

  test('says that codes came in vain, once a day, and not where one was used after all', async () => {
    const sends = { coolDownSeconds: [10], signedMax: 3 }
    await using app = await openApp({ settings: { ...ONLY_EMAIL.settings, sends } })
    const askThrice = async () => {
      const { browser, page: first } = await begin(app)
      let page = first
      for (let n = 0; n < 2; n++) {
        app.clock.advance(11)
        page = await browser.submit(page, 'resend')
      }
      return { browser, page }
    }
    const { browser, page } = await askThrice()
    const { code } = app.mailbox.last()
    assert.equal((await browser.submit(page, 'answer', { code })).status, 200)
    app.clock.advance(601)
    await app.app.tend()
    assert.equal(notices(app).length, 0)

    for (let hour = 0; hour < 3; hour++) {
      await askThrice()
      await app.app.tend()
      assert.equal(notices(app).length, Math.min(hour, 1))
      app.clock.advance(3600)
      await app.app.tend()
    }
    assert.deepEqual(
      notices(app).map(({ subject }) => subject),
      ['Codes that nobody used were sent to you'],
    )
  })

  test('tells the old address and the new one that an operator changed it, and of a reset', async () => {
    await using app = await openApp(ONLY_APP)
    await withOtpApp(app, 'bob')
    await app.people.set('desk', 'bob', { emails: ['new@kestrel.example'] })
    await app.people.set('desk', 'bob', { displayName: 'Bob' })
    await app.people.resetFactor('desk', 'bob', null)
    await app.app.tend()
    const told = notices(app).map(({ to, subject }) => `${to}: ${subject}`)
    assert.deepEqual(told.sort(), [
      `${BOB}: Your phone numbers or email addresses were changed`,
      'new@kestrel.example: Your OTP app was removed',
      'new@kestrel.example: Your phone numbers or email addresses were changed',
    ])
    assert.match(notices(app)[0]?.text ?? '', /changed at .* by the IT service desk\./)
  })

  test('tells of each OTP app that they add or remove themselves, and from where', async () => {
    await using app = await openApp()
    const owned = await giveApp(app, 'li.wei')
    await app.app.tend()
    const before = notices(app).length
    const { browser, page } = await manage(app, owned)
    const adding = await browser.submit(page, 'add')
    const two = await browser.submit(adding, 'confirm', { code: otpAt(app, 0, keyOn(adding)) })
    await browser.submit(await browser.get(oneOf(two, owned, 'remove')), 'remove')
    await app.app.tend()
    const told = notices(app).slice(before)
    assert.deepEqual(told.map(({ to, subject }) => `${to}: ${subject}`).sort(), [
      `${LI_WEI}: An OTP app was added`,
      `${LI_WEI}: One of your OTP apps was removed`,
    ])
    for (const { text } of told) assert.match(text, /, from .*127\.0\.0\.1/)
  })

  test('tells of a code that an operator handed out, and of the sign-in with it', async () => {
    await using app = await openApp()
    const code = await codeFor(app, 'bypass-code')
    const { browser, page } = await begin(app)
    const asked = await browser.submit(page, 'choose', { factor: 'bypass-code' })
    assert.equal((await browser.submit(asked, 'answer', { code })).status, 200)
    await app.app.tend()
    const told = notices(app)
    assert.deepEqual(
      told.map(({ to, subject }) => `${to}: ${subject}`),
      [
        `${LI_WEI}: A one-time code was made for you`,
        `${LI_WEI}: A one-time code from the IT service desk was used to sign in`,
      ],
    )
    assert.match(told[0]?.text ?? '', /made for you at .* by the IT service desk\./)
    assert.match(told[1]?.text ?? '', /sign in at .*, from .*127\.0\.0\.1/)
    assert.ok(told.every(({ raw }) => !raw.includes(code)))
  })
})
