import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault } from '../../src/kernel/index.ts'
import { openApp, type TestApp } from '../support/app.ts'
import { ONLY_EMAIL, post } from '../support/attack.ts'
import { begin } from '../support/passage.ts'
import { underWay } from '../support/under-way.ts'
import { createUserAgent } from '../support/user-agent.ts'

/** From here on every call of a port that requests make fails as the store itself would. Before anything was asked for. */
function failing(app: TestApp): { set(isDown: boolean): void } {
  const { stepUps, requests, people, totp, signingKeys } = app.app.store
  let isDown = false
  for (const port of [stepUps, requests, people, totp, signingKeys])
    for (const [name, real] of Object.entries(port))
      Object.assign(port, {
        [name]: (...given: readonly unknown[]) =>
          isDown
            ? Promise.reject(new Fault('store.unavailable', 'secret words of the database'))
            : Reflect.apply(real, port, given),
      })
  return {
    set(to) {
      isDown = to
    },
  }
}

describe('a store that is not available', () => {
  test('is 503 with Retry-After at every door: a page for people, JSON for machines', async () => {
    await using app = await openApp(ONLY_EMAIL)
    const store = failing(app)
    for (const username of ['ann', 'bob'])
      await app.people.add('test', { username, emails: [`${username}@kestrel.example`] })
    const { asking } = await underWay(app)
    const { browser, page } = await begin(app, createUserAgent(), { login_hint: 'bob' })
    const pushed = await app.party.push()
    const done = await app.party.redeem(pushed, 'x'.repeat(43))
    assert.equal(done.status, 400)
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
    const own = (page.forms[0]?.url ?? '').replace(/\/[a-z]+$/, '')
    const shown = (view: string) =>
      fetch([own, ...(view === '' ? [] : [view])].join('/'), { headers: { cookie } })
    const { push, redeem, ...ofPeople } = asking
    const pages = {
      ...ofPeople,
      authorize: () => fetch(app.party.authorizeUrl(pushed), { redirect: 'manual' }),
      show: () => shown(''),
      ways: () => shown('ways'),
      cancel: () => post(browser, page, 'cancel', {}),
      resend: () => post(browser, page, 'resend', {}),
    }
    const bearer = { authorization: `Bearer ${'x'.repeat(43)}` }
    const userinfo = () => fetch(`${app.issuer}/userinfo`, { headers: bearer })
    const machines = { push, redeem, userinfo }

    store.set(true)
    for (const [name, ask] of Object.entries({ ...pages, ...machines })) {
      const answer = await ask()
      const body = await answer.text()
      assert.equal(answer.status, 503, `${name} ${body}`)
      assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d?$/, name)
      assert.match(answer.headers.get('cache-control') ?? '', /no-store/, name)
      assert.doesNotMatch(body, /secret words|store|at .*\.ts:/, name)
      const type = answer.headers.get('content-type') ?? ''
      assert.match(type, name in machines ? /^application\/json/ : /^text\/html/, name)
      if (name in machines) assert.deepEqual(JSON.parse(body), { error: 'temporarily_unavailable' })
    }
    // From memory, so that what was signed can be checked meanwhile.
    assert.equal((await fetch(`${app.issuer}/jwks`)).status, 200)
    assert.equal((await fetch(`${app.issuer}/.well-known/openid-configuration`)).status, 200)

    store.set(false)
    assert.equal((await asking.answer()).status, 303)
  })
})
