import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { parse, stringify } from 'yaml'
import type { Binding } from '../../src/kernel/index.ts'
import { openApp, type TestApp } from '../support/app.ts'
import { otpAt } from '../support/attack.ts'
import { createCommandLine } from '../support/command-line.ts'
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
  ['a factor is reset', (app) => app.people.resetFactor('desk', 'bob', null)],
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
  ['an operator revokes it', (app) => createCommandLine(app)(['trust', 'revoke', 'bob', '--all'])],
  [
    'their own settings were others for a moment',
    async (app) => {
      for (const period of ['0h', 'global'])
        await createCommandLine(app)(['user', 'set', 'bob', '--trust-hours', period])
    },
  ],
  [
    'the policy had no trust for a moment',
    async (app) => {
      for (const trustHours of ['0h', '12h']) await putPolicy(app, { trustHours })
    },
  ],
  [
    'the policy bound it to something else for a moment',
    async (app) => {
      const { trustBinding } = parse((await createCommandLine(app)(['policy', 'show'])).out)
      for (const binding of [trustBinding === 'ip' ? 'device' : 'ip', trustBinding])
        await putPolicy(app, { trustBinding: binding })
    },
  ],
  [
    'a rule or a factor of the policy changes',
    (app) => putPolicy(app, { factors: ['email', 'totp'] }),
  ],
]

async function putPolicy(app: TestApp, over: object) {
  app.clock.advance(1)
  const cli = createCommandLine(app)
  const document = { ...parse((await cli(['policy', 'show'])).out), ...over }
  assert.equal((await cli(['policy', 'apply', '-'], stringify(document))).code, 0)
}

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

  test('goes on where a policy is applied that says nothing else of it', async () => {
    await using app = await openTrusting('device')
    const bob = visitor()
    const at = await prove(app, bob)
    await putPolicy(app, { language: 'zh-CN', people: [] })
    assert.deepEqual(await visit(app, bob), passed(at))
  })

  test('is earned under no policy that was over before the answer', async () => {
    for (const edit of [{ trustHours: '0h' }, { trustBinding: 'ip' }, { factors: ['email'] }]) {
      await using app = await openTrusting('device')
      const bob = visitor()
      const { page } = await question(app, bob)
      await putPolicy(app, edit)
      const done = await bob.browser.submit(page, 'answer', { code: otpAt(app), trust: 'yes' })
      // The step-up goes on with what it was offered; what it earned counts only under a policy that has it.
      assert.equal(done.status, 200)
      assert.equal(await visit(app, bob), 'asked')
    }
  })

  test('is shorter at once where the policy is edited while a question is open', async () => {
    await using app = await openTrusting('device', '12h')
    const bob = visitor()
    const { page } = await question(app, bob)
    await putPolicy(app, { trustHours: '1h' })
    await bob.browser.submit(page, 'answer', { code: otpAt(app), trust: 'yes' })
    app.clock.advance(3599)
    assert.notEqual(await visit(app, bob), 'asked')
    app.clock.advance(1)
    assert.equal(await visit(app, bob), 'asked')
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
