import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { judgements, otherThan, otpAt, post, wrongOtp } from '../support/attack.ts'
import { createDice } from '../support/dice.ts'
import { begin, codeFrom } from '../support/passage.ts'
import { startTrip, type Trip, travel } from '../support/trip.ts'
import { underWay } from '../support/under-way.ts'
import { createUserAgent } from '../support/user-agent.ts'
import { count, HERE, type Pair, pairFor, type Seen } from './pair.ts'

const asked = (app: Seen, login_hint: string) => begin(app, createUserAgent(), { login_hint })

/** Every deadline along the way of one request, and time for a slow machine. */
const ANSWER_MS_MAX = 20_000
const RECOVERY_LOOKS = 600

/** What becomes of the database, and how it comes back. */
const OUTAGES: Readonly<Record<string, (pair: Pair) => Promise<() => Promise<void>>>> = {
  'is killed': async ({ primary }) => {
    await primary.kill()
    return () => primary.start()
  },
  'refuses connections': async ({ proxy }) => {
    await proxy.refuse()
    proxy.cut()
    return () => proxy.heal()
  },
  'never answers': async ({ proxy }) => {
    proxy.swallow()
    return async () => {
      await proxy.heal()
      proxy.cut()
    }
  },
  'takes no writes': async ({ primary }) => {
    await primary.query('ALTER SYSTEM SET default_transaction_read_only = on')
    await primary.query('SELECT pg_reload_conf()')
    return async () => {
      await primary.query('ALTER SYSTEM RESET default_transaction_read_only')
      await primary.query('SELECT pg_reload_conf()')
    }
  },
  'has no room left on its disk': async ({ query }) => {
    const onEachTable = async (sql: (table: string) => string) => {
      for (const { tablename } of await query<{ tablename: string }>(TABLES))
        await query(sql(tablename))
    }
    await query(NO_ROOM)
    await onEachTable(
      (table) => `CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION no_room()`,
    )
    return () => onEachTable((table) => `DROP TRIGGER no_room ON ${table}`)
  },
}

const TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"

/** In the words of the server; to fill a real disk needs one of its own. */
const NO_ROOM = `CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
END $$`

const readiness = async ({ management }: Pair['replicas'][number]) => {
  const answered = await fetch(`${management}/health/ready`)
  return `${answered.status} ${await answered.text()}`
}

/** Nobody tells a replica that the database is back. */
async function comeBack({ replicas }: Pair): Promise<void> {
  for (const replica of replicas) {
    let said = ''
    for (let look = 0; look < RECOVERY_LOOKS && !said.startsWith('200'); look++) {
      said = await readiness(replica)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.match(said, /^200 .*"Store","status":"UP"/)
  }
}

describe('M60: a database that both replicas miss', HERE, () => {
  const pair = pairFor({ factors: ['email'], withAddress: ['li.wei', 'ann'] })

  for (const [what, strike] of Object.entries(OUTAGES))
    test(`and that ${what}: nothing passes, every door says 503, and all comes back by itself`, async () => {
      const app = pair().of('li.wei')
      const { asking, answer, redeem } = await underWay(app)
      const [satisfied, redeemed] = await both()
      for (const replica of pair().replicas) assert.match(await readiness(replica), /^200 /)

      const heal = await strike(pair())
      try {
        for (const at of pair().replicas.keys()) {
          pair().forwarder.stay(at)
          await Promise.all(Object.entries(asking).map(([door, ask]) => refused(door, ask)))
        }
        for (const replica of pair().replicas) {
          assert.match(await readiness(replica), /^503 .*"Store","status":"DOWN"/)
          assert.equal((await fetch(`${replica.management}/health/live`)).status, 200)
        }
      } finally {
        await heal()
        pair().forwarder.alternate()
      }

      await comeBack(pair())
      assert.deepEqual(await both(), [satisfied, redeemed])
      assert.equal((await answer()).status, 303)
      const tokens = await Promise.all([redeem(), redeem(), redeem()])
      assert.deepEqual(tokens.map(({ status }) => status).sort(), [200, 400, 400])
      assert.deepEqual(await both(), [(satisfied ?? 0) + 1, (redeemed ?? 0) + 1])

      async function both() {
        const names = ['step-up.satisfied', 'authorization-code.redeemed']
        return Promise.all(names.map((name) => count(app, name)))
      }
    })

  async function refused(door: string, ask: () => Promise<Response>): Promise<void> {
    const from = performance.now()
    const answered = await ask()
    const took = performance.now() - from
    const body = await answered.text()
    assert.equal(answered.status, 503, `${door}: ${body}`)
    assert.ok(Number(answered.headers.get('retry-after')) > 0, door)
    assert.doesNotMatch(body, /id_token|[?&]code=|request_uri|postgres|127\.0\.0\.1:/i, door)
    assert.ok(took < ANSWER_MS_MAX, `${door} took ${took} ms`)
  }
})

const SEED = 64
/** Pushed, authorized, begun, answered wrong, answered right, resumed, redeemed. */
const REQUESTS = 7
const ROUNDS = 2
const KILL_MS_MAX = 25
const victims = Array.from({ length: REQUESTS * ROUNDS }, (_, n) => `m64-${n}`)

describe('M64: a replica that is killed in the middle of a step-up', HERE, () => {
  const pair = pairFor({ factors: ['totp'], withApp: victims })

  test(`leaves it to the other one, which goes on with it (seed ${SEED})`, async () => {
    const dice = createDice(SEED)
    for (const [n, who] of victims.entries()) {
      const app = pair().of(who)
      // Read off the app when it is typed: between two tries may be longer than a code is good.
      const trip = startTrip(who, [() => wrongOtp(app), () => otpAt(app)])
      await killedAt(trip, { nth: 1 + (n % REQUESTS), ms: dice.below(KILL_MS_MAX), at: n % 2 })

      for (const once of ['step-up.satisfied', 'authorization-code.redeemed'])
        assert.equal(await count(app, once), 1, `${who}: ${once}`)
      assert.equal(await judgements(app, 'accepted'), 1, who)
      const failed = await judgements(app, 'rejected')
      assert.ok(failed >= trip.toldWrong && failed <= 2, `${who}: ${failed} of ${trip.toldWrong}`)
      const [row] = await pair().query<{ total: number }>(TALLY, [who])
      assert.equal(row?.total ?? 0, 0, `${who}: a success ends the count`)
      // A second token is refused also where the first was lost on its way. That may be so after any request but the first few:
      // until the replica is dead the trip goes on.
      const [status] = trip.redeemed
      assert.ok(status === 200 || (trip.unheard > 0 && status === 400), `${who}: ${status}`)

      const again = await asked(app, who)
      const { status: replayed } = await again.browser.submit(again.page, 'answer', {
        code: trip.typed.at(-1) ?? '',
      })
      assert.equal(replayed, 422, who)
    }
  })

  async function killedAt(
    trip: Trip,
    { nth, ms, at }: { readonly nth: number; readonly ms: number; readonly at: number },
  ): Promise<void> {
    const { forwarder, replicas, party } = { ...pair(), ...pair().of(trip.who) }
    const victim = replicas[at]
    assert.ok(victim !== undefined)
    const killed = Promise.withResolvers<void>()
    forwarder.stay(at)
    forwarder.onRequest((heard) => {
      if (heard === nth) setTimeout(() => killed.resolve(victim.kill()), ms)
    })
    let ended = await travel(trip, party)
    await killed.promise
    forwarder.onRequest(() => {})
    forwarder.stay(1 - at)
    const restarted = victim.start()
    // Heard of below, whatever it is.
    restarted.catch(() => {})
    for (let tries = 0; ended !== 'done' && tries < 3; tries++) {
      // The cookie was lost with the first page: the provider sends them anew.
      if (ended === 'elsewhere') trip.pushed = null
      ended = await travel(trip, party)
    }
    assert.equal(ended, 'done', trip.who)
    await restarted
    forwarder.alternate()
  }
})

const TALLY = `SELECT total FROM counters
  WHERE account = (SELECT account FROM people WHERE username = $1)`

/** More than a code by email lives, less than a step-up. */
const AHEAD_SECONDS = 330

describe('M65: a replica whose clock is minutes ahead', HERE, () => {
  const shifted = `${new URL('./shifted-clock.ts', import.meta.url)}?seconds=${AHEAD_SECONDS}`
  const pair = pairFor({
    factors: ['totp', 'email'],
    withApp: ['app', 'locked'],
    withAddress: ['mail'],
    nodeOptions: (n) => (n === 1 ? ['--import', shifted] : []),
  })
  const [RIGHT, AHEAD] = [0, 1] as const
  const to = (at: number) => pair().forwarder.stay(at)

  /** As somebody whose page came from the one and whose answer goes to the other. */
  async function answer(who: string, at: number, code: (app: Seen) => string) {
    const app = pair().of(who)
    to(RIGHT)
    const { browser, page: first, pushed } = await asked(app, who)
    const offers = (page: typeof first) => page.forms.some(({ action }) => action === 'answer')
    const factor = who === 'mail' ? 'email' : 'totp'
    const page = offers(first) ? first : await browser.submit(first, 'choose', { factor })
    to(at)
    return {
      app,
      browser,
      page,
      pushed,
      done: await browser.submit(page, 'answer', { code: code(app) }),
    }
  }

  test('says so in its health and its metrics, and the other does not', async () => {
    const [right = '', ahead = ''] = await Promise.all(pair().replicas.map(readiness))
    assert.doesNotMatch(right, /warning/)
    assert.match(ahead, /^200 .*"skewSeconds":-3[23]\d.*"warning"/)
    const metrics = await (await fetch(`${pair().replicas[AHEAD]?.management}/metrics`)).text()
    assert.match(metrics, /^sallyport_clock_skew_seconds -3[23]\d/m)
  })

  test('takes no time step twice, and none older than one that either has taken', async () => {
    const accepted: string[] = []
    const type = async (at: number, seconds: number) => {
      const { app, done } = await answer('app', at, (app) => otpAt(app, seconds))
      if (done.status === 200) accepted.push(otpAt(app, seconds))
      return done.status
    }
    assert.equal(await type(RIGHT, 0), 200)
    assert.equal(await type(AHEAD, 0), 422)
    assert.equal(await type(AHEAD, AHEAD_SECONDS), 200)
    assert.equal(await type(RIGHT, AHEAD_SECONDS), 422)
    assert.equal(await type(RIGHT, 0), 422)
    assert.equal(await type(AHEAD, AHEAD_SECONDS), 422)
    assert.equal(new Set(accepted).size, 2)
  })

  test('takes a code by email no longer than the one that sent it', async () => {
    const { app, browser, page, done } = await answer(
      'mail',
      AHEAD,
      ({ mailbox }) => mailbox.last().code,
    )
    assert.equal(done.status, 422)
    assert.equal(await count(app, 'answer.spent'), 0)
    to(RIGHT)
    const again = await post(browser, page, 'answer', { code: app.mailbox.last().code })
    assert.equal(again.status, 303)
  })

  test('redeems no authorization code that is over by its clock', async () => {
    await pair().query('DELETE FROM send_budgets')
    const { app, pushed, done } = await answer('mail', RIGHT, ({ mailbox }) => mailbox.last().code)
    const code = codeFrom(done, app.party.redirectUri, pushed)
    const exp = Math.floor(Date.now() / 1000) + AHEAD_SECONDS + 60
    to(AHEAD)
    const late = await app.party.redeem(pushed, code, {
      client_assertion: await app.party.assertion({ exp }),
    })
    assert.equal(late.status, 400)
    assert.match(await late.text(), /invalid_grant/)
  })

  test('keeps the pause that the other began, and counts on', async () => {
    for (let round = 0; round < 2; round++) {
      const { app, browser, page } = await answer('locked', round, wrongOtp)
      for (let more = 0; more < 4; more++) {
        to(more % 2)
        await post(browser, page, 'answer', { code: otherThan(wrongOtp(app)) })
      }
    }
    const app = pair().of('locked')
    assert.equal(await count(app, 'answer.spent'), 10)
    for (const at of [RIGHT, AHEAD]) {
      to(RIGHT)
      const pushed = await app.party.push({ login_hint: 'locked' })
      const browser = createUserAgent()
      await browser.follow(app.party.authorizeUrl(pushed))
      to(at)
      const page = await browser.follow(app.party.authorizeUrl(pushed))
      assert.ok(
        page.forms.every(({ action }) => action !== 'answer'),
        `${at}: ${page.title}`,
      )
    }
    assert.equal(await count(app, 'answer.spent'), 10)
  })
})
