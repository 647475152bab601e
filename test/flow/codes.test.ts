import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openApp } from '../support/app.ts'
import { createCommandLine } from '../support/command-line.ts'
import { BOUND, confirm, NO_CODE } from '../support/handed.ts'
import { keyOn } from '../support/outside.ts'
import { begin, claimsFrom } from '../support/passage.ts'
import { createUserAgent } from '../support/user-agent.ts'

const CODE = /[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/
const codeIn = (text: string): string => CODE.exec(text)?.[0] ?? ''

describe('a code that an operator hands out', () => {
  test('sets up an OTP app that is worth what the ladder gives for it', async () => {
    await using app = await openApp(BOUND)
    const say = createCommandLine(app)
    const given = await say(['user', 'bind-code', 'li.wei'])
    assert.equal(given.code, 0, given.err)
    assert.match(given.out, /^The setup code of li\.wei, good until 2 Jan 2030, 12:00 \(UTC\):\n\n/)
    const { browser, pushed, page } = await begin(app)
    const shown = await browser.submit(page, 'answer', { code: codeIn(given.out) })
    const done = await confirm(app, { browser, shown, key: keyOn(shown) })
    const { acr, amr } = await claimsFrom(app, pushed, done)
    assert.deepEqual([acr, amr], ['mfa-app', ['otp']])

    const second = await say(['user', 'bind-code', 'li.wei'])
    assert.equal(second.code, 1)
    assert.match(
      second.err,
      /li\.wei has an OTP app\. If it is lost, `sallyport user reset-factor`/,
    )
  })

  test('that is made while the page is open is taken there', async () => {
    await using app = await openApp(BOUND)
    const say = createCommandLine(app)
    const { browser, page: first } = await begin(app)
    assert.match(first.body, /Ask the IT service desk for one/)
    assert.match(first.body, /tel:\+8657155500100/)
    let page = first
    for (let n = 0; n < 5; n++) page = await browser.submit(page, 'answer', { code: NO_CODE })
    assert.match(page.body, /How do you want to confirm/)
    const code = codeIn((await say(['user', 'bind-code', 'li.wei', '--hours', '1'])).out)
    const asked = await browser.submit(page, 'choose', { factor: 'enrol-totp' })
    const shown = await browser.submit(asked, 'answer', { code })
    assert.match(shown.title, /Set up your OTP app/)
  })

  test('that is taken back while the app is set up leads back to the question for one', async () => {
    await using app = await openApp(BOUND)
    const say = createCommandLine(app)
    const made = async () => codeIn((await say(['user', 'bind-code', 'li.wei'])).out)
    const { browser, pushed, page } = await begin(app)
    const shown = await browser.submit(page, 'answer', { code: await made() })
    await say(['user', 'bind-code', 'li.wei', '--revoke'])
    const gone = await confirm(app, { browser, shown, key: keyOn(shown) })
    assert.match(gone.body, /Your setup code isn’t good any more, so the app wasn’t set up/)
    const asked = await browser.submit(gone, 'choose', { factor: 'enrol-totp' })
    const again = await browser.submit(asked, 'answer', { code: await made() })
    const done = await confirm(app, { browser, shown: again, key: keyOn(again) })
    assert.equal((await claimsFrom(app, pushed, done))['acr'], 'mfa-app')
  })

  test('lets Try again go on where wrong ones had paused it', async () => {
    await using app = await openApp(BOUND)
    const say = createCommandLine(app)
    const { browser, page: first } = await begin(app)
    let page = first
    for (let n = 0; n < 10; n++) {
      if (!page.forms.some(({ action }) => action === 'answer'))
        page = await browser.submit(page, 'choose', { factor: 'enrol-totp' })
      page = await browser.submit(page, 'answer', { code: NO_CODE })
    }
    assert.match(page.title, /Setup codes are paused for 15 minutes/)
    const still = await browser.submit(page, 'retry')
    assert.match(still.title, /Setup codes are paused/)
    const code = codeIn((await say(['user', 'bind-code', 'li.wei'])).out)
    const asked = await browser.submit(still, 'retry')
    const shown = await browser.submit(asked, 'answer', { code })
    assert.match(shown.title, /Set up your OTP app/)
  })

  test('lets Try again go on where there was nothing to ask with', async () => {
    await using app = await openApp({ settings: { factors: ['email'] } })
    const say = createCommandLine(app)
    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'no.contact' })
    assert.equal(page.status, 403)
    const code = codeIn((await say(['user', 'bypass-code', 'no.contact'])).out)
    const asked = await browser.submit(page, 'retry')
    assert.match(asked.title, /Enter the one-time code from the IT service desk/)
    assert.equal((await browser.submit(asked, 'answer', { code })).status, 200)
  })

  test('is told of to whoever looks, and never said again', async () => {
    await using app = await openApp(BOUND)
    const say = createCommandLine(app)
    const json = await say(['user', 'bypass-code', 'li.wei', '--minutes', '5', '--json'])
    const { code, kind, expiresAt } = JSON.parse(json.out)
    assert.deepEqual([kind, expiresAt], ['bypass-code', '2030-01-01T12:05:00.000Z'])
    assert.match(code, CODE)
    const shows = await say(['user', 'show', 'li.wei'])
    assert.match(
      shows.out,
      /codes +bypass-code good until 2030-01-01T12:05:00\.000Z, made by ann at 2030-01-01T12:00/,
    )
    const [listed] = JSON.parse((await say(['user', 'show', 'li.wei', '--json'])).out).codes
    assert.equal(listed.state, 'live')
    const why = await say(['explain', '--user', 'li.wei', '--client', 'iam'])
    assert.match(why.out, /a code from an operator \(`sallyport user bind-code`\): none was made/)
    assert.match(why.out, /bypass-code +the code that an operator handed out; worth mfa/)
    const people = await say(['people', 'li.wei'])
    assert.match(people.out, /codes +bypass-code good until/)
    for (const { out } of [shows, why, people]) assert.ok(!out.includes(code))

    const revoked = await say(['user', 'bypass-code', 'li.wei', '--revoke'])
    assert.equal(revoked.out, 'The one-time code of li.wei is good no more.\n')
    const none = await say(['user', 'bypass-code', 'li.wei', '--revoke'])
    assert.deepEqual([none.code, none.err], [1, 'li.wei has no bypass-code\n'])
    const events = (await app.events()).filter(({ event }) => event.startsWith('operator-code.'))
    assert.deepEqual(
      events.map(({ event, actor }) => [event, actor]),
      [
        ['operator-code.made', 'operator:ann'],
        ['operator-code.revoked', 'operator:ann'],
      ],
    )
  })

  test('is refused with what to do where it cannot be', async () => {
    await using app = await openApp()
    const say = createCommandLine(app)
    for (const minutes of ['0', '1441', '1.5', 'x']) {
      const refused = await say(['user', 'bypass-code', 'li.wei', '--minutes', minutes])
      assert.match(refused.err, /--minutes takes a whole number from 1 to 1440/)
      assert.notEqual(refused.code, 0)
    }
    const nobody = await say(['user', 'bypass-code', 'nobody'])
    assert.deepEqual([nobody.code, nobody.out], [1, ''])
    const unasked = await say(['user', 'bind-code', 'li.wei'])
    assert.match(unasked.err, /Mind: firstEnrolment is contact, so nobody is asked for this code/)
  })

  test('is counted as it is given', async () => {
    await using app = await openApp({ settings: { factors: ['totp'] } })
    const say = createCommandLine(app)
    const code = codeIn((await say(['user', 'bypass-code', 'no.contact'])).out)
    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'no.contact' })
    const wrong = await browser.submit(page, 'answer', { code: NO_CODE })
    await browser.submit(wrong, 'answer', { code })
    const metrics = await (await fetch(`${app.managementUrl}/metrics`)).text()
    for (const line of [
      'sallyport_operator_codes_total{kind="bypass-code",outcome="used"} 1',
      'sallyport_operator_codes_total{kind="bypass-code",outcome="wrong"} 1',
      'sallyport_answers_total{factor="bypass-code",verdict="accepted"} 1',
    ])
      assert.ok(metrics.includes(line), line)
  })
})
