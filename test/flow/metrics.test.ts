import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createMetrics } from '../../src/metrics/index.ts'
import { openApp } from '../support/app.ts'
import { needs } from '../support/needs.ts'
import { begin, pass } from '../support/passage.ts'
import { engine, spelled } from '../support/test-store.ts'
import { createUserAgent } from '../support/user-agent.ts'
import { createFakeClock } from '../support/world.ts'

const scrape = async (url: string) => (await fetch(`${url}/metrics`)).text()

describe('the metrics', () => {
  test('count a step-up where it belongs', async () => {
    await using app = await openApp({ settings: { factors: ['email'] } })
    await pass(app)
    const { browser, page } = await begin(app)
    await browser.submit(page, 'answer', { code: '000000' })
    await app.app.tend()
    const body = await scrape(app.managementUrl)
    const lines = [
      'sallyport_step_ups_total{client="iam",outcome="opened"} 2',
      'sallyport_step_ups_total{client="iam",outcome="satisfied"} 1',
      'sallyport_answers_total{factor="email",verdict="accepted"} 1',
      'sallyport_answers_total{factor="email",verdict="rejected"} 1',
      'sallyport_codes_sent_total{channel="email",provider="smtp",outcome="accepted"} 2',
      'sallyport_directory_lookups_total{directory="local",outcome="person"} 2',
      'sallyport_build_info{version="test"} 1',
      'sallyport_audit_unsealed_events 0',
    ]
    for (const line of lines) assert.ok(body.includes(`\n${line}\n`), `${line}\n${body}`)
    assert.match(body, /sallyport_signing_key_age_seconds\{alg="ES256",state="active"\} \d/)
    assert.match(
      body,
      /http_server_requests_seconds_count\{method="POST",route="\/par",status="201",outcome="SUCCESS"\} 2/,
    )
  })

  test('stand at 0 from the start, so that the first of anything is a rate', async () => {
    await using app = await openApp({ settings: { factors: ['totp', 'email'] } })
    const body = await scrape(app.managementUrl)
    const lines = [
      'sallyport_step_ups_total{client="iam",outcome="opened"} 0',
      'sallyport_step_ups_total{client="iam",outcome="blocked"} 0',
      'sallyport_answers_total{factor="totp",verdict="replayed"} 0',
      'sallyport_codes_sent_total{channel="email",provider="smtp",outcome="failed"} 0',
      'sallyport_lockouts_total{factor="email"} 0',
      'sallyport_enrolments_total{factor="totp",outcome="enrolled"} 0',
      'sallyport_directory_lookups_total{directory="local",outcome="fault"} 0',
    ]
    for (const line of lines) assert.ok(body.includes(`\n${line}\n`), `${line}\n${body}`)
  })

  test('time every operation of the store, and say which jobs are done here', async () => {
    await using app = await openApp({ settings: { factors: ['email'] } })
    const before = await scrape(app.managementUrl)
    await pass(app)
    await app.app.tend()
    const body = await scrape(app.managementUrl)
    const timed = new Set([...body.matchAll(/operation="([^"]*)"/g)].map(([, name]) => name))
    for (const operation of [
      ...['step-ups.open', 'requests.redeem', 'people.find', 'signing-keys.list'],
      ...['audit.seal', 'leases.claim', 'upkeep.sweep', 'people.eraseGone'],
    ])
      assert.ok(timed.has(operation), `${operation} in ${[...timed].join()}`)
    assert.ok(!timed.has('other'))
    for (const lease of ['sealer', 'sweeper', 'key-maker', 'notifier']) {
      assert.match(before, new RegExp(`^sallyport_lease_held\\{lease="${lease}"\\} 1$`, 'm'))
      assert.match(body, new RegExp(`^sallyport_lease_held\\{lease="${lease}"\\} 1$`, 'm'))
    }
    app.clock.advance(10)
    assert.match(await scrape(app.managementUrl), /^sallyport_lease_held\{lease="sealer"\} 0$/m)
    const ofServers = ['sallyport_store_connections{state="used"}', 'sallyport_store_waiting']
    for (const series of [...ofServers, 'sallyport_clock_skew_seconds'])
      assert.equal(body.includes(`\n${series} `), engine === 'postgres', series)
  })

  test('are taken by promtool as they are', needs('promtool'), async () => {
    await using app = await openApp({ settings: { factors: ['email'] } })
    await pass(app)
    const input = await scrape(app.managementUrl)
    const checked = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
    // promtool lints prom-client's own process metrics too; ours are what is held to it.
    const ours = checked.stderr.split('\n').filter((line) => /^(sallyport_|http_server)/.test(line))
    assert.deepEqual(ours, [])
    assert.ok(checked.status === 0 || checked.status === 3, checked.stderr)
  })

  test('grow by no series, whatever is asked of the server', async () => {
    await using app = await openApp({ settings: { factors: ['email'] } })
    const browser = createUserAgent()
    const odd = [
      '/x',
      '/par/',
      '/PAR',
      '/step-up/../jwks',
      '/jwks?x=1',
      '/%00',
      '/authorize?client_id=evil',
    ]
    for (const path of [...odd, ...odd.map((path) => `${path}/${Math.PI}`)])
      await browser.get(`${app.issuer}${path}`)
    await fetch(`${app.issuer}/jwks`, { method: 'PROPFIND' })
    await begin(app, browser, { login_hint: 'somebody "else"\\' })
    const body = await scrape(app.managementUrl)
    const routes = new Set([...body.matchAll(/route="([^"]*)"/g)].map(([, route]) => route))
    for (const route of routes)
      assert.match(route ?? '', /^(other|\/[a-z:./-]*)$/, `a route is a pattern: ${route}`)
    const methods = new Set([...body.matchAll(/method="([^"]*)"/g)].map(([, method]) => method))
    assert.ok(methods.isSubsetOf(new Set(['GET', 'POST', 'other'])), [...methods].join())
    assert.ok(!body.includes('else') && !body.includes('evil'))
  })

  test('count clients that are not believed, and the log says why', async () => {
    const client = { subject: { from: ['par', 'request_object'], claim: 'login_hint' } }
    await using app = await openApp({ settings: { factors: ['email'] }, client })
    const { party } = app
    await party.push({ client_assertion: await party.assertion({ aud: 'https://elsewhere' }) })
    await party.push({ client_assertion: await party.assertion({ iss: 'eve', sub: 'eve' }) })
    await party.push({ client_assertion: `${await party.assertion()}x` })
    await party.push({ client_assertion: undefined, client_assertion_type: undefined })
    const request = await party.requestObject({ client_id: 'iam' }, { kid: 'rp-2' })
    const query = new URLSearchParams({ client_id: 'iam', request })
    await fetch(`${app.issuer}/authorize?${query}`)
    const told = app.logged
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => /not verified|authentication failed/.test(msg))
      .map(({ level, msg, client, why }) => [level, msg, client, why])
    const failed = 'client authentication failed'
    assert.deepEqual(told, [
      ['warn', failed, 'iam', 'claims'],
      ['warn', failed, null, 'client-unknown'],
      ['warn', failed, 'iam', 'signature'],
      ['warn', failed, 'iam', 'nothing-given'],
      ['warn', 'request object not verified', 'iam', 'key-unknown'],
    ])
    const body = await scrape(app.managementUrl)
    for (const [client, why] of [
      ...[['iam', 'claims'] as const, ['other', 'client-unknown'] as const],
      ...[['iam', 'signature'] as const, ['iam', 'key-unknown'] as const],
    ])
      assert.ok(
        body.includes(
          `\nsallyport_client_authentication_failures_total{client="${client}",why="${why}"} 1\n`,
        ),
        `${client} ${why}`,
      )
    const replayed = await party.assertion()
    await party.push({ client_assertion: replayed })
    await party.push({ client_assertion: replayed })
    assert.match(await scrape(app.managementUrl), /client="iam",why="replayed"\} 1/)
  })

  test('take a label value from a closed set or call it other', async () => {
    const sets = {
      ...{ clients: ['iam'], factors: [], channels: [] },
      directories: ['local'],
      directoryServers: {},
      providers: ['smtp'],
      gateways: [],
      noticeKinds: ['locked'],
      chainStates: ['whole'],
      clientFailures: ['secret'],
      leases: ['sealer'],
      retryKinds: ['deadlock'],
    }
    const metrics = createMetrics(
      { ...sets, routes: ['/par'], operations: ['a.b'] },
      '1',
      createFakeClock(),
    )
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer(), (one, other, status) => {
        metrics.http(one, other, status, 0)
        metrics.channel(one, other, 0)
        metrics.directory(one, other, 0)
        metrics.store(one, 0)
        metrics.clientFailure(one, other)
        metrics.signingKeys([{ alg: one, state: other, ageSeconds: 1 }])
      }),
      { seed: 1, numRuns: 500 },
    )
    const { body } = await metrics.render()
    const series = body
      .split('\n')
      .filter((line) => /^(sallyport|http)_.*_(count|total)/.test(line))
    assert.ok(series.length < 60, `${series.length} series`)
  })
})

type Health = {
  readonly status: string
  readonly checks: readonly { readonly name: string; readonly status: string }[]
}

describe('the management port', () => {
  test('is ready while it serves and its store answers', async () => {
    await using app = await openApp()
    const health = async (kind: string): Promise<readonly [number, Health]> => {
      const response = await fetch(`${app.managementUrl}/health/${kind}`)
      return [response.status, JSON.parse(await response.text())]
    }
    assert.deepEqual(await health('live'), [200, { status: 'UP', checks: [] }])
    assert.equal((await health('ready'))[0], 503)
    await app.app.start()
    assert.equal((await health('started'))[0], 200)
    const [status, body] = await health('ready')
    assert.deepEqual([status, body.status], [200, 'UP'])
    // Where another machine keeps everything there are two clocks, and ours stands still.
    assert.deepEqual(
      body.checks.map(({ name, status }) => [name, status]),
      [
        ...[
          ['Serving', 'UP'],
          ['Store', 'UP'],
        ],
        ...spelled({ sqlite: [], postgres: [['Clock', 'UP']] }),
      ],
    )
    app.app.retire()
    assert.equal((await health('ready'))[0], 503)
  })

  test('says within a second that a store hangs, is alive meanwhile, and comes back by itself', async () => {
    await using app = await openApp()
    await app.app.start()
    const health = async (kind: string) => {
      const from = performance.now()
      const response = await fetch(`${app.managementUrl}/health/${kind}`)
      const body = await response.text()
      return { status: response.status, body, ms: performance.now() - from }
    }
    const { store } = app.app
    const real = store.health
    const hanging = Promise.withResolvers<'down'>()
    let asked = 0
    const hangs = () => {
      asked++
      return hanging.promise
    }
    Object.assign(store, { health: hangs })
    const all = await Promise.all([health('ready'), health('ready'), health('live')])
    const [ready, again, live] = all
    for (const { status, body, ms } of [ready, again]) {
      assert.equal(status, 503)
      assert.match(body, /"Serving","status":"UP"/)
      assert.match(body, /"Store","status":"DOWN"/)
      assert.ok(ms < 1_200, `${ms} ms`)
    }
    assert.equal(live.status, 200)
    assert.equal((await health('ready')).status, 503)
    assert.equal(asked, 1)
    Object.assign(store, { health: real })
    hanging.resolve('down')
    assert.equal((await health('ready')).status, 200)
  })

  test('is not on the main port', async () => {
    await using app = await openApp()
    for (const path of ['/metrics', '/health/ready', '/health'])
      assert.equal((await fetch(`${app.issuer}${path}`)).status, 404)
  })
})
