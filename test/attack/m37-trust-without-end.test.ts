import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { configFrom } from '../support/app.ts'
import { openTrusting, passed, prove, visit, visitor } from '../support/trust.ts'

const SETTINGS = {
  issuer: 'https://2fa.example.com',
  store: { engine: 'sqlite', file: 'x.db' },
  encryption: { keys: [{ id: 'test', env: 'FIELD_KEY' }] },
  factors: ['totp'],
  firstEnrolment: 'open',
  clients: [
    {
      id: 'sso',
      auth: { method: 'client_secret_basic', secretEnv: 'CLIENT_SECRET' },
      redirectUris: ['https://sso.example.com/cb'],
      subject: { from: 'par' },
    },
  ],
}
const hoursOf = (hours: unknown): number =>
  configFrom({ ...SETTINGS, trust: { hours } }).trust.hours

const HOUR = 3600

describe('M37 trust that never ends', () => {
  test('takes 0 to 168 hours, or 0 to 7 days, and 0 where nothing is written', () => {
    assert.equal(configFrom(SETTINGS).trust.hours, 0)
    const good = [
      ...[
        [0, 0],
        [168, 168],
        ['0h', 0],
        ['24h', 24],
        ['168h', 168],
      ],
      ...[
        ['0d', 0],
        ['1d', 24],
        ['7d', 168],
      ],
    ]
    for (const [written, hours] of good) assert.equal(hoursOf(written), hours, `${written}`)
  })

  test('refuses every other period when it is configured', () => {
    const bad = [
      -1,
      169,
      1e9,
      1.5,
      '24',
      '169h',
      '8d',
      '-1h',
      '1e9h',
      '012h',
      '1h ',
      '1w',
      '',
      'NaN',
    ]
    for (const written of [...bad, null, true, [], {}])
      assert.throws(() => hoursOf(written), /trust\.hours/, JSON.stringify(written))
  })

  test('never slides: it is over so long after the factor, however often it was used', async () => {
    await using app = await openTrusting('device', '2h')
    const bob = visitor()
    const at = await prove(app, bob)
    for (let n = 0; n < 11; n++) {
      app.clock.advance(HOUR / 6)
      assert.deepEqual(await visit(app, bob), passed(at))
    }
    app.clock.advance(HOUR / 6 - 1)
    assert.deepEqual(await visit(app, bob), passed(at))
    app.clock.advance(1)
    assert.equal(await visit(app, bob), 'asked')
  })

  test('lasts 168 hours at most', async () => {
    await using app = await openTrusting('ip', '7d')
    const at = await prove(app, visitor())
    app.clock.advance(168 * HOUR - 1)
    assert.deepEqual(await visit(app, visitor()), passed(at))
    app.clock.advance(1)
    assert.equal(await visit(app, visitor()), 'asked')
  })

  test('lasts no longer for a clock that was set back', async () => {
    await using app = await openTrusting('ip', '2h')
    const at = await prove(app, visitor())
    app.clock.advance(-HOUR)
    assert.equal(await visit(app, visitor()), 'asked')
    app.clock.advance(HOUR)
    assert.deepEqual(await visit(app, visitor()), passed(at))
  })
})
