import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { withOtpApp } from '../support/attack.ts'
import { createCommandLine } from '../support/command-line.ts'
import { ANYBODYS, unsignedUrl } from '../support/outside.ts'
import {
  AWAY,
  copyOf,
  DEVICE_COOKIE,
  HOME,
  openTrusting,
  passed,
  prove,
  visit,
  visitor,
} from '../support/trust.ts'

describe('M34 trust that reaches further than it was given', () => {
  for (const binding of ['ip', 'device', 'ip+device'] as const)
    test(`by ${binding}: another person in the same browser at the same address is asked`, async () => {
      await using app = await openTrusting(binding)
      await withOtpApp(app, 'eve')
      const shared = visitor()
      const at = await prove(app, shared)
      assert.equal(await visit(app, shared, { login_hint: 'eve' }), 'asked')
      assert.deepEqual(await visit(app, shared), passed(at))
    })

  test('another browser behind the same address is asked where a device is in the binding', async () => {
    for (const binding of ['device', 'ip+device'] as const) {
      await using app = await openTrusting(binding)
      await prove(app, visitor())
      assert.equal(await visit(app, visitor()), 'asked')
    }
  })

  test('the cookie that names the browser alone trusts nobody', async () => {
    await using app = await openTrusting('device')
    const bob = visitor()
    await prove(app, bob)
    bob.browser.cookies.delete(DEVICE_COOKIE)
    assert.equal(await visit(app, bob), 'asked')
  })

  test('who takes the browser over by trusting it ends nobody else’s trust elsewhere', async () => {
    await using app = await openTrusting('device')
    await withOtpApp(app, 'eve')
    const [shared, own] = [visitor(), visitor()]
    await prove(app, shared)
    const at = await prove(app, own)
    await prove(app, shared, { over: { login_hint: 'eve' } })
    assert.equal(await visit(app, shared), 'asked')
    assert.deepEqual(await visit(app, own), passed(at))
  })

  test('what nobody signed is asked, in a browser that is trusted', async () => {
    await using app = await openTrusting('ip', '12h', {
      ...{ clients: [ANYBODYS], settings: { locks: { cap: 25 } } },
    })
    const bob = visitor()
    await prove(app, bob)
    const page = await copyOf(bob).browser.follow(unsignedUrl(app, 'bob'))
    assert.ok(page.forms.some(({ action }) => action === 'choose' || action === 'answer'))
    assert.doesNotMatch(page.body, /asked again for/)
    const line = ['explain', '--user', 'bob', '--client', ANYBODYS.id, '--ip', HOME]
    const { out } = await createCommandLine(app)(line)
    assert.match(out, /passes +by tru_.*: no, that client may say any name/)
  })

  test('a person’s own hours go before those of everybody, at 0 as well', async () => {
    await using app = await openTrusting('ip', '12h')
    await withOtpApp(app, 'eve')
    const cli = createCommandLine(app)
    await cli(['user', 'set', 'bob', '--trust-hours', '0h'])
    await prove(app, visitor())
    assert.equal(await visit(app, visitor()), 'asked')
    await cli(['user', 'set', 'bob', '--trust-hours', '2h'])
    await prove(app, visitor(), { over: { login_hint: 'eve' } })
    const at = await prove(app, visitor())
    app.clock.advance(2 * 3600 - 1)
    assert.deepEqual(await visit(app, visitor()), passed(at))
    app.clock.advance(1)
    assert.equal(await visit(app, visitor()), 'asked')
    assert.notEqual(await visit(app, visitor(), { login_hint: 'eve' }), 'asked')
  })

  test('a person’s own hours trust where nobody else is', async () => {
    await using app = await openTrusting('ip', '0h')
    await withOtpApp(app, 'eve')
    await createCommandLine(app)(['user', 'set', 'bob', '--trust-hours', '7d'])
    const at = await prove(app, visitor())
    await prove(app, visitor(), { over: { login_hint: 'eve' } })
    assert.deepEqual(await visit(app, visitor()), passed(at))
    assert.equal(await visit(app, visitor(), { login_hint: 'eve' }), 'asked')
  })

  test('a rule that gives another period holds where it holds, and nowhere else', async () => {
    const rules = [{ name: 'home', networks: [`${HOME}/32`], then: 'require', trustHours: '0h' }]
    await using app = await openTrusting('device', '12h', { rules })
    const bob = visitor()
    await prove(app, bob)
    assert.equal(await visit(app, bob), 'asked')
    bob.at['x-forwarded-for'] = AWAY
    const at = await prove(app, bob)
    assert.deepEqual(await visit(app, bob), passed(at))
    bob.at['x-forwarded-for'] = HOME
    assert.equal(await visit(app, bob), 'asked')
  })

  test('a box that is ticked where none was offered earns nothing', async () => {
    await using app = await openTrusting('device', '0h')
    const bob = visitor()
    await prove(app, bob)
    assert.equal(bob.browser.cookies.has(DEVICE_COOKIE), false)
  })
})
