import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Binding } from '../../src/trust/index.ts'
import { openApp, type TestApp } from '../support/app.ts'
import { otpAt } from '../support/attack.ts'
import { openTestStore } from '../support/test-store.ts'
import {
  LOOPBACK,
  openTrusting,
  passed,
  prove,
  question,
  visit,
  visitor,
} from '../support/trust.ts'

const changes: readonly (readonly [string, (app: TestApp) => Promise<unknown>])[] = [
  ['a factor is reset', (app) => app.people.resetFactor('desk', 'bob', 'totp')],
  [
    'an address changes',
    (app) => app.people.set('desk', 'bob', { emails: ['new@kestrel.example'] }),
  ],
  ['a number changes', (app) => app.people.set('desk', 'bob', { phones: ['+8613800138000'] })],
  [
    'the person was disabled and enabled',
    async (app) => {
      await app.people.disable('desk', 'bob')
      await app.people.enable('desk', 'bob')
    },
  ],
]

describe('M36 trust that outlives a change', () => {
  for (const binding of ['ip', 'device', 'ip+device'] as const)
    for (const [what, change] of changes)
      test(`by ${binding}: is over at once where ${what}`, async () => {
        await using app = await openTrusting(binding)
        const bob = visitor()
        const at = await prove(app, bob)
        assert.deepEqual(await visit(app, bob), passed(at))
        await change(app)
        assert.equal(await visit(app, bob), 'asked')
      })

  test('is over where the period became 0, the binding another, or the factor is off', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-m36-'))
    await using stack = new AsyncDisposableStack()
    stack.defer(() => rmSync(folder, { recursive: true }))
    const kept = stack.use(await openTestStore(folder))
    const keep = { ...kept, [Symbol.asyncDispose]: async () => {} }
    const app = stack.use(await openTrusting('device', '12h', { kept: keep }))
    const bob = visitor()
    const at = await prove(app, bob)
    let seed = 2
    const under = async (hours: string, binding: Binding, factors = ['totp', 'email']) => {
      const listen = { port: 8080, trustedProxies: LOOPBACK }
      const settings = { trust: { hours, binding }, factors, listen }
      const other = await openApp({ kept: keep, people: 'none', settings, seed: seed++ })
      stack.use(other)
      other.clock.advance(120)
      return visit(other, bob)
    }
    assert.equal(await under('0h', 'device'), 'asked')
    assert.equal(await under('12h', 'ip'), 'asked')
    assert.equal(await under('12h', 'device', ['email']), 'asked')
    assert.deepEqual(await under('12h', 'device'), passed(at))
  })

  test('is not earned by an answer to a question that was ended by the change', async () => {
    await using app = await openTrusting('device')
    const bob = visitor()
    const { page } = await question(app, bob)
    await app.people.set('desk', 'bob', { emails: ['new@kestrel.example'] })
    await bob.browser.submit(page, 'answer', { code: otpAt(app), trust: 'yes' })
    assert.equal(await visit(app, bob), 'asked')
  })
})
