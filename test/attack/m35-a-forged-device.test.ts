import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { withOtpApp } from '../support/attack.ts'
import {
  AWAY,
  copyOf,
  DEVICE_COOKIE,
  namedEvents,
  openTrusting,
  passed,
  prove,
  visit,
  visitor,
} from '../support/trust.ts'

const cookieOf = (who: ReturnType<typeof visitor>): string =>
  who.browser.cookies.get(DEVICE_COOKIE) ?? assert.fail('a device cookie')

describe('M35 a device cookie that is forged, edited, moved or replayed', () => {
  test('one that was made up trusts nobody, and ends nobody’s trust', async () => {
    await using app = await openTrusting('device')
    const bob = visitor()
    const at = await prove(app, bob)
    const forged = [
      `${'A'.repeat(22)}.${'A'.repeat(43)}`,
      'eyJhbGciOiJub25lIn0.eyJzdWIiOiJib2IifQ.',
      '.',
      `${'A'.repeat(22)}.`,
      '%00',
    ]
    for (const value of forged) {
      const thief = visitor()
      thief.browser.cookies.set(DEVICE_COOKIE, value)
      assert.equal(await visit(app, thief), 'asked', value)
    }
    assert.deepEqual(await visit(app, bob), passed(at))
    assert.deepEqual(await namedEvents(app, 'trust.revoked'), [])
  })

  test('one that was edited trusts nobody', async () => {
    await using app = await openTrusting('device')
    const bob = visitor()
    await prove(app, bob)
    const value = cookieOf(bob)
    const flipped = value.endsWith('A') ? `${value.slice(0, -2)}BB` : `${value.slice(0, -2)}AA`
    bob.browser.cookies.set(DEVICE_COOKIE, flipped)
    assert.equal(await visit(app, bob), 'asked')
  })

  test('one that is moved to another account trusts nobody there', async () => {
    await using app = await openTrusting('device')
    await withOtpApp(app, 'eve')
    const eve = visitor()
    const at = await prove(app, eve, { over: { login_hint: 'eve' } })
    assert.equal(await visit(app, copyOf(eve)), 'asked')
    assert.deepEqual(await visit(app, eve, { login_hint: 'eve' }), passed(at))
  })

  test('one that was copied is taken at another address by no binding with an address', async () => {
    await using app = await openTrusting('ip+device')
    const bob = visitor()
    await prove(app, bob)
    assert.equal(await visit(app, copyOf(bob, AWAY)), 'asked')
  })

  test('one that was copied and comes after the owner’s next use ends the device for both', async () => {
    await using app = await openTrusting('device')
    const bob = visitor()
    await prove(app, bob)
    const thief = copyOf(bob, AWAY)
    assert.notEqual(await visit(app, bob), 'asked')
    assert.equal(await visit(app, thief), 'asked')
    assert.equal(await visit(app, bob), 'asked')
    const told = await namedEvents(app, 'trust.revoked')
    assert.deepEqual(
      told.map(({ actor, why }) => [actor, why]),
      [['system', 'replayed']],
    )
  })

  test('one that a thief used first is found out when the owner comes', async () => {
    await using app = await openTrusting('device')
    const bob = visitor()
    await prove(app, bob)
    const thief = copyOf(bob, AWAY)
    assert.notEqual(await visit(app, thief), 'asked')
    assert.equal(await visit(app, bob), 'asked')
    assert.equal(await visit(app, thief), 'asked')
  })

  test('the one before is taken for a minute and no longer, and an older one not at all', async () => {
    await using app = await openTrusting('device')
    const bob = visitor()
    await prove(app, bob)
    const first = copyOf(bob)
    await visit(app, bob)
    const second = copyOf(bob)
    app.clock.advance(60)
    assert.equal(await visit(app, first), 'asked')
    assert.equal(await visit(app, bob), 'asked')

    await prove(app, bob)
    const third = copyOf(bob)
    await visit(app, bob)
    await visit(app, bob)
    assert.equal(await visit(app, third), 'asked')
    assert.equal(await visit(app, second), 'asked')
    assert.equal((await namedEvents(app, 'trust.revoked')).length, 2)
  })

  test('two of them count as none', async () => {
    await using app = await openTrusting('device')
    const bob = visitor()
    await prove(app, bob)
    const value = cookieOf(bob)
    bob.browser.cookies.set(DEVICE_COOKIE, `${value}; ${DEVICE_COOKIE}=${value}`)
    assert.equal(await visit(app, bob), 'asked')
  })

  test('none stands in the store, and it is for our own pages alone', async () => {
    await using app = await openTrusting('device')
    const bob = visitor()
    await prove(app, bob)
    const [, secret = ''] = cookieOf(bob).split('.')
    assert.equal(secret.length, 43)
    const { account } = await app.app.store.people
      .find('local', { nameKey: 'bob' })
      .then((person) => person ?? assert.fail('bob'))
    const kept = JSON.stringify(await app.app.store.trust.list(account))
    assert.ok(kept.includes('"series"') && !kept.includes(secret))
    for (const line of app.logged) assert.ok(!line.includes(secret))
    assert.ok(!JSON.stringify(await app.events()).includes(secret))
  })
})
