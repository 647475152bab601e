import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeJwt } from 'jose'
import { generateSync } from 'otplib'
import { openApp, type TestApp } from '../support/app.ts'
import { otpAt } from '../support/attack.ts'
import { createCommandLine } from '../support/command-line.ts'
import { keyOn } from '../support/outside.ts'
import { beginManaging, giveApp, manage, oneOf } from '../support/own-apps.ts'
import { begin, codeFrom } from '../support/passage.ts'
import type { Pushed } from '../support/relying-party.ts'
import { createUserAgent, type Page } from '../support/user-agent.ts'

async function claimsOf(app: TestApp, pushed: Pushed, done: Page) {
  const response = await app.party.redeem(pushed, codeFrom(done, app.party.redirectUri, pushed))
  const body = (await response.json()) as Record<string, string>
  return decodeJwt(body['id_token'] ?? '')
}

const changes = async (app: TestApp) =>
  (await app.events())
    .filter(({ event }) => /^factor\.(enrolled|renamed|removed)$/.test(event))
    .map(({ event, actor, provenance }) => [event, actor, provenance].filter(Boolean).join(' '))

describe('several OTP apps', () => {
  test('are asked for once, and a code of any of them is taken, each for what it is worth', async () => {
    await using app = await openApp()
    const weak = await giveApp(app, 'li.wei', { provenance: 'contact:email' })
    const strong = await giveApp(app, 'li.wei', { digits: 8, periodSeconds: 60 })
    for (const [owned, acr] of [
      [strong, 'mfa-app'],
      [weak, 'mfa'],
    ] as const) {
      const { browser, pushed, page } = await begin(app)
      assert.equal(page.body.match(/value="totp"/g)?.length, 1)
      const asked = await browser.submit(page, 'choose', { factor: 'totp' })
      assert.match(asked.body, /6 or 8-digit code/)
      assert.match(asked.body, /every 30 or 60 seconds/)
      const short = await browser.submit(asked, 'answer', { code: '1234567' })
      assert.match(short.body, /Please enter 6 or 8 digits/)
      const done = await browser.submit(short, 'answer', { code: owned.code() })
      assert.equal((await claimsOf(app, pushed, done))['acr'], acr)
    }
  })

  test('are one line of explain, or one for each that is worth something else', async () => {
    await using app = await openApp({ settings: { factors: ['totp'] } })
    const lines = async () => {
      const asked = ['explain', '--user', 'li.wei', '--client', 'iam']
      const { out } = await createCommandLine(app)(asked)
      return out.match(/^Asked for.*$|^ {2}totp +their app; .*$/gm)
    }
    for (const _ of [1, 2]) await giveApp(app, 'li.wei')
    assert.deepEqual(await lines(), ['Asked for', '  totp          their app; worth mfa-app'])
    await giveApp(app, 'li.wei', { provenance: 'contact:email' })
    assert.equal((await lines())?.length, 3)
  })

  test('keep what was used of each apart', async () => {
    await using app = await openApp()
    const [one, other] = [await giveApp(app, 'li.wei'), await giveApp(app, 'li.wei')]
    for (const [code, status] of [
      [one.code(), 200],
      [one.code(), 422],
      [other.code(), 200],
      [other.code(-30), 422],
    ] as const) {
      const { browser, page } = await begin(app)
      const asked = await browser.submit(page, 'choose', { factor: 'totp' })
      assert.equal((await browser.submit(asked, 'answer', { code })).status, status)
    }
  })
})

describe('who comes to look after their factors', () => {
  test('proves one, adds another, names it, removes the first, and is credited with what they proved', async () => {
    await using app = await openApp()
    const first = await giveApp(app, 'li.wei')
    const { browser, pushed, page } = await manage(app, first)
    assert.match(page.body, /OTP app, added 1 January 2030, not used yet|used 1 January 2030/)

    const adding = await browser.submit(page, 'add')
    assert.match(adding.title, /Add an OTP app/)
    const key = keyOn(adding)
    const name = 'Tablet <b>at home</b>'
    const wrong = await browser.submit(adding, 'confirm', { code: '12', name })
    assert.match(wrong.body, /value="Tablet &lt;b&gt;at home&lt;\/b&gt;"/)
    const two = await browser.submit(wrong, 'confirm', { code: otpAt(app, 0, key), name })
    assert.match(two.title, /Ways to confirm/)
    assert.match(two.body, /Tablet &lt;b&gt;at home/)
    assert.doesNotMatch(two.body, /<b>at home/)

    const naming = await browser.get(oneOf(two, first, 'rename'))
    assert.match(naming.body, /value="OTP app"/)
    const named = await browser.submit(naming, 'rename', { name: 'Old phone' })
    assert.match(named.body, /Old phone/)

    const removing = await browser.get(oneOf(named, first, 'remove'))
    assert.match(removing.body, /Remove “<b>Old phone<\/b>”\?/)
    const one = await browser.submit(removing, 'remove')
    assert.doesNotMatch(one.body, /Old phone/)
    const done = await browser.submit(one, 'done')
    const { acr, amr } = await claimsOf(app, pushed, done)
    assert.deepEqual([acr, amr], ['mfa-app', ['otp']])
    assert.deepEqual(await changes(app), [
      'factor.enrolled person factor:totp',
      'factor.renamed person',
      'factor.removed person',
    ])

    app.clock.advance(60)
    const { browser: again, page: choice } = await begin(app)
    const asked = await again.submit(choice, 'choose', { factor: 'totp' })
    assert.equal((await again.submit(asked, 'answer', { code: first.code() })).status, 422)
    const code = otpAt(app, 0, key)
    assert.equal((await again.submit(asked, 'answer', { code })).status, 200)
  })

  test('without any sets one up first, as the policy demands, and then sees it', async () => {
    await using app = await openApp()
    const { browser, pushed, page } = await beginManaging(app)
    assert.match(page.title, /First, a code to/)
    const setUp = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    assert.ok(setUp.forms.every(({ action }) => action !== 'back' && action !== 'done'))
    const code = otpAt(app, 0, keyOn(setUp))
    const kept = await browser.submit(setUp, 'confirm', { code, name: '' })
    assert.match(kept.title, /Ways to confirm/)
    assert.match(kept.body, /not used yet/)
    const adding = await browser.submit(kept, 'add')
    const second = generateSync({ secret: keyOn(adding), epoch: app.clock.now() / 1000 })
    const two = await browser.submit(adding, 'confirm', { code: second })
    assert.match(two.body, /OTP app 2/)
    const done = await browser.submit(two, 'done')
    assert.equal((await claimsOf(app, pushed, done))['acr'], 'mfa')
    // Worth no more than the contact that all of it came from.
    assert.deepEqual(await changes(app), [
      'factor.enrolled person contact:email',
      'factor.enrolled person contact:email',
    ])
  })

  test('may have five, and is told so', async () => {
    await using app = await openApp()
    const [first] = [await giveApp(app, 'li.wei')]
    for (let n = 0; n < 3; n++) await giveApp(app, 'li.wei')
    const { browser, page } = await manage(app, first)
    const adding = await browser.submit(page, 'add')
    await giveApp(app, 'li.wei')
    const full = await browser.submit(adding, 'confirm', { code: otpAt(app, 0, keyOn(adding)) })
    assert.equal(full.status, 422)
    assert.match(full.body, /as many OTP apps as we allow/)
    const back = await browser.submit(full, 'back')
    assert.ok(back.forms.every(({ action }) => action !== 'add'))
    assert.equal((await browser.submit(back, 'done')).status, 200)
  })

  test('reads that the only way they have stays, in Chinese too, unless another one is left', async () => {
    await using app = await openApp({ settings: { factors: ['totp'] } })
    const only = await giveApp(app, 'li.wei')
    const { browser, page } = await manage(app, only)
    const removing = await browser.get(oneOf(page, only, 'remove'))
    assert.match(removing.body, /This is your only way/)
    assert.ok(removing.forms.every(({ action }) => action !== 'remove'))
    const chinese = await browser.submit(page, 'language')
    assert.match(chinese.body, /我的<wbr>验证方式/)
    const still = await browser.get(oneOf(chinese, only, 'remove'))
    assert.match(still.body, /这是您唯一的验证方式/)
    const second = await giveApp(app, 'li.wei', { name: 'Second' })
    const asked = await browser.get(oneOf(page, only, 'remove'))
    const removed = await browser.submit(asked, 'remove')
    assert.match(removed.body, /Second/)
    assert.match((await browser.get(oneOf(removed, second, 'remove'))).body, /您唯一/)
  })

  test('is asked to correct a name that is none', async () => {
    await using app = await openApp()
    const owned = await giveApp(app, 'li.wei')
    const { browser, page } = await manage(app, owned)
    const naming = await browser.get(oneOf(page, owned, 'rename'))
    for (const name of ['', '   ', 'x'.repeat(41), 'a\u202eb', 'a\nb', 'a\u0007b']) {
      const refused = await browser.submit(naming, 'rename', { name })
      assert.equal(refused.status, 422)
      assert.match(refused.body, /That name doesn’t work/)
      assert.match(refused.title, /^Error: |That name/)
    }
    const named = await browser.submit(naming, 'rename', { name: 'e\u0301'.repeat(40) })
    assert.match(named.body, new RegExp('\u00e9'.repeat(40)))
  })

  test('finds the same page after Back and Reload, and nothing twice after a double click', async () => {
    await using app = await openApp()
    const owned = await giveApp(app, 'li.wei')
    const { browser, pushed, page } = await manage(app, owned)
    assert.match((await browser.follow(app.party.authorizeUrl(pushed))).title, /Ways to confirm/)
    assert.match((await browser.get(page.url)).title, /Ways to confirm/)
    assert.match((await browser.follow(`${page.url}/rename`)).title, /Ways to confirm/)

    const adding = await browser.submit(page, 'add')
    const twice = await browser.submit(page, 'add')
    assert.equal(keyOn(twice), keyOn(adding))
    const code = otpAt(app, 0, keyOn(adding))
    const added = await Promise.all([
      browser.submit(adding, 'confirm', { code }),
      browser.submit(adding, 'confirm', { code }),
    ])
    assert.deepEqual(added.map(({ status }) => status).sort(), [200, 422])
    const [kept = page] = added
    const removing = await browser.get(oneOf(kept, owned, 'remove'))
    assert.equal((await browser.submit(removing, 'remove')).status, 200)
    assert.equal((await browser.submit(removing, 'remove')).status, 404)
    assert.equal((await browser.get(removing.url)).status, 404)
    const done = await browser.submit(kept, 'done')
    assert.equal(done.status, 200)
    assert.equal((await browser.submit(kept, 'done')).status, 200)
    assert.equal((await browser.submit(kept, 'add')).status, 200)
    assert.equal((await changes(app)).length, 2)
  })

  test('has five minutes from the proof, and then nothing more is changed', async () => {
    await using app = await openApp()
    const owned = await giveApp(app, 'li.wei')
    const { browser, page } = await manage(app, owned)
    app.clock.advance(299)
    const adding = await browser.submit(page, 'add')
    app.clock.advance(1)
    const code = otpAt(app, 0, keyOn(adding))
    assert.equal((await browser.submit(adding, 'confirm', { code })).status, 410)
    assert.equal((await browser.get(page.url)).status, 410)
    assert.deepEqual(await changes(app), [])
  })

  test('may cancel: what was changed stays, and the client hears that nothing was proven', async () => {
    await using app = await openApp()
    const owned = await giveApp(app, 'li.wei')
    const { browser, page } = await manage(app, owned)
    const naming = await browser.get(oneOf(page, owned, 'rename'))
    await browser.submit(naming, 'rename', { name: 'Work' })
    assert.match((await browser.submit(page, 'cancel')).title, /You stopped here/)
    const [kept] = await app.app.store.stepUps.apps(owned.account)
    assert.equal(kept?.name, 'Work')
  })
})

describe('the help desk', () => {
  test('takes one of several away, by its id or the name that it is shown, and no other', async () => {
    await using app = await openApp()
    await app.people.add('test', { username: 'mallory', emails: ['mallory@kestrel.example'] })
    const sallyport = createCommandLine(app)
    const reset = (name: string) => sallyport(['user', 'reset-factor', 'li.wei', '--app', name])
    const [hers, first, second, third] = [
      await giveApp(app, 'mallory'),
      await giveApp(app, 'li.wei'),
      await giveApp(app, 'li.wei', { name: 'Tablet' }),
      await giveApp(app, 'li.wei', { name: 'Tablet' }),
    ]
    const shown = JSON.parse((await sallyport(['user', 'show', 'li.wei', '--json'])).out)
    assert.deepEqual(
      shown.factors.map(({ id, name }: { id: string; name: string }) => [id, name]),
      [
        [first.id, 'OTP app'],
        [second.id, 'Tablet'],
        [third.id, 'Tablet'],
      ],
    )
    const { browser, page } = await begin(app, createUserAgent())
    const { url } = await browser.submit(page, 'choose', { factor: 'totp' })

    for (const [name, why] of [
      ['Tablet', /several OTP apps are called 'Tablet': name one by its id/],
      ['Phone', /there is no OTP app 'Phone'/],
      [hers.id, /there is no OTP app/],
    ] as const) {
      const { code, err } = await reset(name)
      assert.equal(code, 1)
      assert.match(err, why)
    }
    assert.match((await browser.get(url)).title, /Enter the code/)
    for (const name of [third.id, 'Tablet', 'OTP app']) assert.equal((await reset(name)).code, 0)
    assert.match((await browser.get(url)).title, /We closed this sign-in/)
    assert.deepEqual(await app.app.store.stepUps.apps(first.account), [])
    assert.equal((await app.app.store.stepUps.apps(hers.account)).length, 1)
    assert.deepEqual(
      (await app.events())
        .filter(({ event }) => event === 'factor.reset')
        .map(({ enrolment }) => enrolment),
      [third.id, second.id, first.id],
    )
    assert.equal((await sallyport(['user', 'reset-factor', 'li.wei'])).code, 1)
  })
})
