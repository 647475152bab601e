import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TestApp } from '../support/app.ts'
import { ONLY_APP, otpAt } from '../support/attack.ts'
import { createCommandLine } from '../support/command-line.ts'
import { keyOn, storeCalls } from '../support/outside.ts'
import { begin } from '../support/passage.ts'
import { createRelyingParty } from '../support/relying-party.ts'
import {
  AWAY,
  copyOf,
  DEVICE_COOKIE,
  HOME,
  LOOPBACK,
  namedEvents,
  openTrusting,
  passed,
  prove,
  question,
  type Visitor,
  visit,
  visitor,
} from '../support/trust.ts'
import { NOON } from '../support/world.ts'

const HOUR = 3600
const ENROLLING = { factors: ['totp'], firstEnrolment: 'contact' }

/** `li.wei`, who has proven an address and sees the key of a new app. */
async function enrolling(app: TestApp, { browser }: Visitor) {
  const { page } = await begin(app, browser)
  const asked = page.forms.some(({ action }) => action === 'answer')
    ? page
    : await browser.submit(page, 'choose', { factor: 'totp' })
  assert.doesNotMatch(asked.body, /type="checkbox"|asked again/)
  return browser.submit(asked, 'answer', { code: app.mailbox.last().code })
}

describe('trust', () => {
  test('of device and address needs both, and repeats what was proven with its own time', async () => {
    await using app = await openTrusting('ip+device')
    const bob = visitor()
    const at = await prove(app, bob)
    app.clock.advance(HOUR)
    assert.deepEqual(await visit(app, bob), passed(at))
    assert.equal(await visit(app, visitor()), 'asked')
    bob.at['x-forwarded-for'] = AWAY
    assert.equal(await visit(app, bob), 'asked')
    bob.at['x-forwarded-for'] = HOME
    assert.deepEqual(await visit(app, bob), passed(at))
    const told = await namedEvents(app, 'trust.')
    assert.deepEqual(
      told.map(({ event, binding, hours, earnedAt }) => [event, binding ?? earnedAt, hours]),
      [
        ['trust.granted', 'ip+device', 12],
        ['trust.used', app.clock.now() - HOUR * 1000, undefined],
        ['trust.used', app.clock.now() - HOUR * 1000, undefined],
      ],
    )
    const metrics = await (await fetch(`${app.managementUrl}/metrics`)).text()
    assert.match(metrics, /sallyport_step_ups_total\{client="iam",outcome="trust"\} 2/)
  })

  test('of a device alone holds wherever that browser is', async () => {
    await using app = await openTrusting('device')
    const bob = visitor(null)
    const at = await prove(app, bob)
    bob.at['x-forwarded-for'] = AWAY
    assert.deepEqual(await visit(app, bob), passed(at))
    assert.equal(await visit(app, visitor(AWAY)), 'asked')
  })

  test('of an address alone holds in any browser there, for that person, and says so before', async () => {
    await using app = await openTrusting('ip', '8h')
    const bob = visitor()
    const { page } = await question(app, bob)
    assert.match(page.body, /From this network, you won’t be asked again for 8 hours\./)
    assert.doesNotMatch(page.body, /type="checkbox"/)
    const at = await prove(app, bob, { tick: false })
    assert.deepEqual(await visit(app, visitor()), passed(at))
    assert.equal(await visit(app, visitor(AWAY)), 'asked')
    assert.equal(await visit(app, visitor(), { login_hint: 'li.wei' }), 'asked')
  })

  test('is offered by a box that nobody ticks but the person, and that stays as they left it', async () => {
    await using app = await openTrusting('ip+device', '7d')
    const bob = visitor()
    const { page } = await question(app, bob)
    assert.match(page.body, /Don’t ask here again for 7 days/)
    assert.match(page.body, /Only on a device that nobody else uses\./)
    assert.doesNotMatch(page.body, /<input[^>]*checkbox[^>]*checked/)
    const wrong = await bob.browser.submit(page, 'answer', { code: '12', trust: 'yes' })
    assert.match(wrong.body, /<input[^>]*checkbox[^>]*checked/)
    await prove(app, bob, { tick: false })
    assert.equal(bob.browser.cookies.has(DEVICE_COOKIE), false)
    assert.equal(await visit(app, bob), 'asked')
    assert.deepEqual(await namedEvents(app, 'trust.'), [])
  })

  test('is not offered by a box where a factor is set up, and a box that is sent is not heard', async () => {
    await using app = await openTrusting('ip+device', '7d', { settings: ENROLLING })
    const li = visitor()
    const enrol = await enrolling(app, li)
    assert.doesNotMatch(enrol.body, /type="checkbox"|asked again/)
    const fields = { code: otpAt(app, 0, keyOn(enrol)), trust: 'yes' }
    assert.equal((await li.browser.submit(enrol, 'confirm', fields)).status, 200)
    assert.equal(li.browser.cookies.has(DEVICE_COOKIE), false)
    assert.deepEqual(await namedEvents(app, 'trust.'), [])
  })

  test('of an address is earned by who sets up a factor too, and the page says so', async () => {
    await using app = await openTrusting('ip', '8h', { settings: ENROLLING })
    const li = visitor()
    const enrol = await enrolling(app, li)
    assert.match(enrol.body, /From this network, you won’t be asked again for 8 hours\./)
    const done = await li.browser.submit(enrol, 'confirm', { code: otpAt(app, 0, keyOn(enrol)) })
    assert.equal(done.status, 200)
    const at = Math.floor(app.clock.now() / 1000)
    assert.deepEqual(await visit(app, visitor(), { login_hint: 'li.wei' }), passed(at, 'mfa'))
  })

  test('passes with eight calls to the store, where a question takes twelve', async () => {
    for (const binding of ['ip', 'device', 'ip+device'] as const) {
      await using app = await openTrusting(binding, '12h', { settings: ONLY_APP.settings })
      const bob = visitor()
      await prove(app, bob)
      const before = await storeCalls(app)
      assert.notEqual(await visit(app, bob), 'asked')
      const made = [...(await storeCalls(app))].flatMap(([operation, count]) =>
        Array<string>(count - (before.get(operation) ?? 0)).fill(operation),
      )
      assert.equal(made.length, 8, made.join(', '))
    }
  })

  test('of addresses with no proxy in front is warned of at the start, by the policy in force', async () => {
    for (const [binding, hours, proxies, lines] of [
      ['ip', '12h', [], 1],
      ['ip+device', '12h', [], 1],
      ['device', '12h', [], 0],
      ['ip', '0h', [], 0],
      ['ip', '12h', LOOPBACK, 0],
    ] as const) {
      await using app = await openTrusting(binding, hours, { proxies: [...proxies] })
      await app.app.start()
      const warned = app.logged.filter((line) => line.includes('names no proxy'))
      assert.equal(warned.length, lines, `${binding} ${hours} ${proxies.length}`)
    }
  })

  test('is explained: whether it would let the person pass from there, and why not', async () => {
    await using app = await openTrusting('ip+device', '12h')
    const cli = createCommandLine(app)
    const said = async (...line: string[]) =>
      (await cli(['explain', '--user', 'bob', '--client', 'iam', ...line])).out
    assert.match(
      await said('--ip', HOME),
      /trust +12 hours, by the configuration\n +bound to +ip\+device, by the configuration/,
    )
    assert.match(await said('--ip', HOME), /passes +by no trust: nothing was earned/)
    await prove(app, visitor())
    const good = await said('--ip', HOME)
    assert.match(good, /^Passes by trust in the browser in which they ticked the box, until 2030-/m)
    assert.match(good, /passes +by tru_\S+ \(totp of 2030-\S+\): yes/)
    for (const [line, why] of [
      [['--ip', AWAY], 'no, it is for another address'],
      [[], 'no, it is for another address'],
      [['--ip', '127.0.0.1'], 'no, it is for another address'],
      [['--ip', HOME, '--acr', 'mfa'], 'no, the client insists on another acr'],
      [['--ip', HOME, '--at', '2030-01-02T12:00:00Z'], 'no, its time is over'],
      [['--ip', HOME, '--at', '2030-01-01T11:00:00Z'], 'no, it is of a time to come'],
    ] as const) {
      const out = await said(...line)
      assert.ok(out.includes(why), `${line.join(' ')}: ${out}`)
      assert.doesNotMatch(out, /^Passes by trust/m)
    }
    const json = JSON.parse(await said('--ip', HOME, '--json'))
    assert.deepEqual([json.trust.binding, json.trust.grants[0].is], ['ip+device', 'holds'])
    await cli(['user', 'set', 'bob', '--trust-hours', '3h'])
    assert.match(
      await said('--ip', HOME),
      /trust +3 hours, by their own settings.+\n +bound to +ip\+device, by the c/,
    )
  })

  test('is that of the older proof where the newer one is worth less than the client insists on', async () => {
    await using app = await openTrusting('device')
    const bob = visitor()
    const at = await prove(app, bob)
    bob.at['x-forwarded-for'] = AWAY
    app.clock.advance(60)
    const anew = { login_hint: 'bob', prompt: 'login' }
    const { page } = await begin(app, bob.browser, anew)
    const asked = await bob.browser.submit(page, 'choose', { factor: 'email' })
    const { code } = app.mailbox.last()
    assert.equal((await bob.browser.submit(asked, 'answer', { code, trust: 'yes' })).status, 200)
    assert.deepEqual(await visit(app, bob), { ...passed(at, 'mfa'), auth_time: at + 60 })
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'mfa-app' } } })
    const line = ['explain', '--user', 'bob', '--client', 'iam', '--ip', AWAY, '--acr', 'mfa-app']
    assert.match((await createCommandLine(app)(line)).out, /^Passes by trust in the browser/m)
    assert.deepEqual(await visit(app, bob, { claims }), passed(at))
  })

  test('is in the person’s language', async () => {
    await using app = await openTrusting('ip+device', '1d')
    const bob = visitor()
    const { page } = await begin(app, bob.browser, { login_hint: 'bob', ui_locales: 'zh-CN' })
    const asked = await bob.browser.submit(page, 'choose', { factor: 'totp' })
    assert.match(asked.body, /1 天内在此设备上不再要求验证码/)
  })

  test('is not offered at 0 hours, nor to who comes to set up a factor', async () => {
    await using app = await openTrusting('ip+device', '0h')
    const { page } = await question(app, visitor())
    assert.doesNotMatch(page.body, /type="checkbox"/)
    await using other = await openTrusting('device')
    const context = JSON.stringify({ purpose: 'enrol' })
    const enrol = await question(other, visitor(), { sallyport_context: context })
    assert.doesNotMatch(enrol.page.body, /type="checkbox"/)
  })

  test('is overridden by max_age, prompt=login, an essential acr and who comes to set up', async () => {
    await using app = await openTrusting('device')
    const bob = visitor()
    const at = await prove(app, bob, { over: { acr_values: 'mfa' } })
    app.clock.advance(600)
    assert.equal(await visit(app, bob, { max_age: '599' }), 'asked')
    assert.deepEqual(await visit(app, bob, { max_age: '600' }), passed(at, 'mfa'))
    assert.equal(await visit(app, bob, { prompt: 'login' }), 'asked')
    assert.deepEqual(await visit(app, bob, { prompt: 'none' }), passed(at, 'mfa'))
    const insisting = (value: string) =>
      JSON.stringify({ id_token: { acr: { essential: true, values: [value] } } })
    assert.equal(await visit(app, bob, { claims: insisting('mfa-app') }), 'asked')
    assert.deepEqual(await visit(app, bob, { claims: insisting('mfa') }), passed(at, 'mfa'))
    const context = JSON.stringify({ purpose: 'enrol' })
    assert.equal(await visit(app, bob, { sallyport_context: context }), 'asked')
  })

  test('is earned anew by a factor that was asked for all the same', async () => {
    await using app = await openTrusting('device')
    const bob = visitor()
    await prove(app, bob)
    app.clock.advance(11 * HOUR)
    const at = await prove(app, bob, { over: { prompt: 'login' } })
    app.clock.advance(11 * HOUR)
    assert.deepEqual(await visit(app, bob), passed(at))
    const cli = createCommandLine(app)
    assert.equal((await cli(['trust', 'list', 'bob'])).out.trim().split('\n').length, 1)
  })

  test('gives a device another cookie at each use, and takes the one before for a minute', async () => {
    await using app = await openTrusting('device')
    const bob = visitor()
    const at = await prove(app, bob)
    const before = copyOf(bob)
    const first = bob.browser.cookies.get(DEVICE_COOKIE)
    assert.deepEqual(await visit(app, bob), passed(at))
    const second = bob.browser.cookies.get(DEVICE_COOKIE)
    assert.notEqual(second, first)
    // The other tab, or the answer that never came: it is handed what the first one was.
    app.clock.advance(59)
    assert.deepEqual(await visit(app, before), passed(at))
    assert.equal(before.browser.cookies.get(DEVICE_COOKIE), second)
    app.clock.advance(HOUR)
    assert.deepEqual(await visit(app, before), passed(at))
  })

  test('passes in two tabs at once', async () => {
    await using app = await openTrusting('ip+device')
    const bob = visitor()
    const at = await prove(app, bob)
    const tabs = [copyOf(bob), copyOf(bob), copyOf(bob)]
    const answers = await Promise.all(tabs.map((tab) => visit(app, tab)))
    assert.deepEqual(answers, [passed(at), passed(at), passed(at)])
    const cookies = tabs.map(({ browser }) => browser.cookies.get(DEVICE_COOKIE))
    assert.equal(new Set(cookies).size, 1)
  })

  test('is shared by the clients of a group, and by no others', async () => {
    const like = (id: string, group: object, jwks: unknown) => ({
      ...{ id, auth: { method: 'private_key_jwt', jwks }, ...group },
      redirectUris: ['https://iam.example/callback'],
      subject: { from: 'par', claim: 'login_hint', directories: ['local'] },
    })
    let issuer = ''
    let now = () => NOON
    const [same, other] = await Promise.all(
      ['same', 'other'].map((clientId) =>
        createRelyingParty({ issuer: () => issuer, now: () => now(), clientId }),
      ),
    )
    assert.ok(same && other)
    await using app = await openTrusting('device', '12h', {
      client: { trustGroup: 'staff' },
      clients: [like('same', { trustGroup: 'staff' }, same.jwks), like('other', {}, other.jwks)],
    })
    issuer = app.issuer
    now = app.clock.now
    const bob = visitor()
    const at = await prove(app, bob)
    assert.deepEqual(await visit({ ...app, party: same }, bob), passed(at))
    assert.equal(await visit({ ...app, party: other }, bob), 'asked')
    // What the other earns joins the device; both go on.
    const later = await prove({ ...app, party: other }, bob)
    assert.deepEqual(await visit({ ...app, party: other }, bob), passed(later))
    assert.deepEqual(await visit(app, bob), passed(at))
  })

  test('is listed and revoked by operators, who are named in the audit', async () => {
    await using app = await openTrusting('ip+device')
    const cli = createCommandLine(app)
    assert.match((await cli(['trust', 'list', 'bob'])).out, /None: they are asked each time/)
    const [desk, home] = [visitor(), visitor(AWAY)]
    await prove(app, desk)
    await prove(app, home)
    const listed = await cli(['trust', 'list', 'bob', '--json'])
    const lines = JSON.parse(listed.out) as { id: string; ip: string; until: string }[]
    assert.deepEqual(
      lines.map(({ ip }) => ip),
      [AWAY, HOME],
    )
    assert.match((await cli(['trust', 'list', 'bob'])).out, /, until \S+Z at the latest$/m)
    const [newest] = lines
    assert.equal((await cli(['trust', 'revoke', 'bob', '--id', newest?.id ?? ''])).code, 0)
    assert.equal(await visit(app, home), 'asked')
    assert.notEqual(await visit(app, desk), 'asked')
    assert.match((await cli(['trust', 'revoke', 'bob', '--all'])).out, /1 piece of trust ended/)
    assert.match((await cli(['trust', 'revoke', 'bob', '--all'])).out, /was not trusted anywhere/)
    assert.equal(await visit(app, desk), 'asked')
    const told = await namedEvents(app, 'trust.revoked')
    assert.deepEqual(
      told.map(({ actor, why, which }) => [actor, why, which]),
      [
        ['operator:ann', 'operator', newest?.id],
        ['operator:ann', 'operator', 'all'],
      ],
    )
    assert.notEqual((await cli(['trust', 'revoke', 'bob', '--id', newest?.id ?? ''])).code, 0)
    for (const line of [[], ['--all', '--id', newest?.id ?? ''], ['--id', 'x']])
      assert.notEqual((await cli(['trust', 'revoke', 'bob', ...line])).code, 0)
  })
})
