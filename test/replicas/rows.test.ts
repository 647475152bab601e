import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import { guess, judgements, otherThan, otpAt, post, wrongOtp } from '../support/attack.ts'
import { begin, codeFrom, pass } from '../support/passage.ts'
import { startTrip, travel } from '../support/trip.ts'
import { createUserAgent } from '../support/user-agent.ts'
import { count, HERE, pairFor, type Seen } from './pair.ts'

const asked = (app: Seen, login_hint: string) => begin(app, createUserAgent(), { login_hint })

async function answer(app: Seen, who: string, code: string): Promise<number> {
  const { browser, page } = await asked(app, who)
  return (await browser.submit(page, 'answer', { code })).status
}

describe('with an OTP app, over two replicas', HERE, () => {
  const pair = pairFor({
    factors: ['totp'],
    withApp: ['m01', 'm02', 'm03', 'm03b', 'm05', 'm05b', 'round'],
  })

  test('M01: guesses of many step-ups at once are judged ten times and no more', async () => {
    const app = pair().of('m01')
    const open = await Promise.all(Array.from({ length: 8 }, () => asked(app, 'm01')))
    const code = wrongOtp(app)
    const before = pair().forwarder.counts()
    const answers = await Promise.all(
      open.flatMap(({ browser, page }) =>
        Array.from({ length: 5 }, () => post(browser, page, 'answer', { code })),
      ),
    )
    for (const { status } of answers) assert.ok([303, 409, 422, 403].includes(status), `${status}`)
    assert.deepEqual(
      pair()
        .forwarder.counts()
        .map((now, n) => now - (before[n] ?? 0)),
      [20, 20],
    )
    assert.equal(await count(app, 'answer.spent'), 10)
    assert.ok((await judgements(app)) <= 10)
    assert.equal(await count(app, 'factor.locked'), 1)
  })

  test('M02: one time step satisfies one of many step-ups that bring it at once', async () => {
    const app = pair().of('m02')
    const open = await Promise.all(Array.from({ length: 8 }, () => asked(app, 'm02')))
    const code = otpAt(app)
    const answers = await Promise.all(
      open.map(({ browser, page }) => post(browser, page, 'answer', { code })),
    )
    const resumed = answers.filter(({ headers }) => headers.get('location')?.includes('resume'))
    assert.equal(resumed.length, 1)
    assert.equal(await judgements(app, 'accepted'), 1)
    // The others came before it was used up, or heard that it was.
    const late = await Promise.all(['replayed', 'rejected'].map((as) => judgements(app, as)))
    assert.equal((late[0] ?? 0) + (late[1] ?? 0), 7)
    assert.equal(await count(app, 'step-up.satisfied'), 1)
  })

  test('M03: a time step is refused again at the other replica, after a restart as well', async () => {
    const app = pair().of('m03')
    const code = otpAt(app)
    assert.equal(await answer(app, 'm03', code), 200)
    for (const at of [0, 1]) {
      pair().forwarder.stay(at)
      assert.equal(await answer(app, 'm03', code), 422)
    }
    await Promise.all(pair().replicas.map((replica) => replica.kill()))
    await Promise.all(pair().replicas.map((replica) => replica.start()))
    for (const at of [0, 1]) {
      pair().forwarder.stay(at)
      assert.equal(await answer(app, 'm03', code), 422)
    }
    pair().forwarder.alternate()
    assert.equal(await judgements(app, 'accepted'), 1)
  })

  test('M03: an older time step is refused at the other replica after a newer one', async () => {
    const app = pair().of('m03b')
    const older = otpAt(app, -30)
    pair().forwarder.stay(0)
    assert.equal(await answer(app, 'm03b', otpAt(app)), 200)
    pair().forwarder.stay(1)
    assert.equal(await answer(app, 'm03b', older), 422)
    pair().forwarder.alternate()
    assert.equal(await judgements(app, 'accepted'), 1)
  })

  test('M05: new step-ups at the other replica give no fresh budget', async () => {
    const app = pair().of('m05')
    assert.equal(await guess(app, 30, 'm05'), 10)
    for (const at of [0, 1]) {
      pair().forwarder.stay(at)
      assert.match((await asked(app, 'm05')).page.title, /paused for 1[45] minutes/)
    }
    pair().forwarder.alternate()
  })

  test('M05: only a success makes the budget fresh, and then for both', async () => {
    const app = pair().of('m05b')
    assert.equal(await guess(app, 9, 'm05b'), 9)
    assert.equal(await answer(app, 'm05b', otpAt(app)), 200)
    assert.equal(await guess(app, 12, 'm05b'), 10)
  })

  test('a step-up goes through the balancer, which sends its requests to both', async () => {
    const { replicas, party, issuer, reach, forwarder } = { ...pair(), ...pair().of('round') }
    const handled = () =>
      Promise.all(
        replicas.map(async ({ management }) => {
          const metrics = await (await fetch(`${management}/metrics`)).text()
          const all = metrics.matchAll(/^http_server_requests_seconds_count\{.*\} (\d+)$/gm)
          return [...all].reduce((sum, [, n]) => sum + Number(n), 0)
        }),
      )
    assert.equal(issuer, forwarder.url)
    const before = await handled()
    reach(pair().issuer)
    const trip = startTrip('round', [() => otpAt(pair().of('round'))])
    assert.equal(await travel(trip, party), 'done')
    reach(forwarder.url)
    assert.deepEqual(trip.redeemed, [200])
    for (const [n, now] of (await handled()).entries())
      assert.ok(now - (before[n] ?? 0) >= 2, `replica ${n}`)
  })
})

describe('by email, over two replicas', HERE, () => {
  const pair = pairFor({ factors: ['email'], withAddress: ['m01', 'm02', 'm02b', 'm05', 'round'] })

  test('alternates: each request of a step-up goes to the other replica', async () => {
    const before = pair().forwarder.counts()
    await pass(pair().of('round'), createUserAgent(), { login_hint: 'round' })
    const [one = 0, other = 0] = pair()
      .forwarder.counts()
      .map((now, n) => now - (before[n] ?? 0))
    assert.ok(Math.abs(one - other) <= 1 && one + other >= 6, `${one} and ${other}`)
  })

  test('M01: parallel guesses on one challenge are judged five times and no more', async () => {
    const app = pair().of('m01')
    const { browser, page } = await asked(app, 'm01')
    const code = otherThan(app.mailbox.last().code)
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => post(browser, page, 'answer', { code })),
    )
    for (const { status } of answers) assert.ok([409, 422, 403].includes(status), `${status}`)
    assert.equal(await count(app, 'answer.spent'), 5)
    assert.equal(await judgements(app), 5)
  })

  test('M02: the right code many times at once satisfies the step-up once', async () => {
    const app = pair().of('m02')
    const { browser, page } = await asked(app, 'm02')
    const { code } = app.mailbox.last()
    await Promise.all(Array.from({ length: 10 }, () => post(browser, page, 'answer', { code })))
    assert.equal(await judgements(app, 'accepted'), 1)
    assert.equal(await count(app, 'step-up.satisfied'), 1)
  })

  test('M02: one authorization code many times at once gives one token', async () => {
    const app = pair().of('m02b')
    const { browser, page, pushed } = await asked(app, 'm02b')
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    const code = codeFrom(done, app.party.redirectUri, pushed)
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => app.party.redeem(pushed, code)),
    )
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    assert.equal(await count(app, 'authorization-code.redeemed'), 1)
  })

  test('M05: new codes and new step-ups go on with the count of the other replica', async () => {
    const app = pair().of('m05')
    for (let round = 0; round < 4; round++) {
      // As if the cool-down was over.
      await pair().query('DELETE FROM send_budgets')
      let { browser, page } = await asked(app, 'm05')
      for (let tried = 0; tried < 5; tried++) {
        if (page.forms.every(({ action }) => action !== 'answer')) break
        page = await browser.submit(page, 'answer', { code: otherThan(app.mailbox.last().code) })
      }
      browser = createUserAgent()
    }
    assert.equal(await judgements(app), 10)
    assert.equal(await count(app, 'factor.locked'), 1)
  })
})

describe('by two ways, over two replicas', HERE, () => {
  const pair = pairFor({ factors: ['totp', 'email'], withApp: ['m05'], withAddress: ['m05'] })

  test('M05: another factor and back, at another replica, gives no fresh budget', async () => {
    const app = pair().of('m05')
    for (let round = 0; round < 2; round++) {
      const { browser, page } = await asked(app, 'm05')
      let at = await browser.submit(page, 'choose', { factor: 'totp' })
      for (let tried = 0; tried < 5; tried++)
        at = await browser.submit(at, 'answer', { code: wrongOtp(app) })
    }
    const { browser, page } = await asked(app, 'm05')
    assert.match(page.title, /Enter the code we emailed you/)
    const done = await browser.submit(page, 'answer', { code: app.mailbox.last().code })
    assert.equal(done.status, 200)
    for (const at of [0, 1]) {
      pair().forwarder.stay(at)
      assert.doesNotMatch((await asked(app, 'm05')).page.body, /value="totp"/)
    }
    assert.equal(await judgements(app, 'rejected'), 10)
  })
})
