import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Binding, type Id, instantOf, later } from '../kernel/index.ts'
import type { Device, Grant } from './grant.ts'
import { type Asked, judgeDevice, judgeTrust } from './judge-trust.ts'
import { networkOf } from './network.ts'

const NOW = instantOf(1_893_499_200_000)
const HOUR = 3600
const device: Device = {
  ...{ series: 's', generation: 4, hash: 'present', keyId: 'k', before: 'former' },
  ...{ rotatedAt: NOW, rotatedIp: '192.0.2.7' },
}
const grant = (over: Partial<Grant> = {}): Grant => ({
  ...{ id: 'tru_AAAAAAAAAAAAAAAAAAAAAA' as Id<'trust'>, group: 'iam', factor: 'totp' },
  ...{ binding: 'ip+device', acr: 'mfa', amr: ['otp'], at: NOW, contacts: 'mine' },
  ...{ ip: '192.0.2.7', device, ...over },
})
const asked: Asked = {
  ...{ group: 'iam', ip: '192.0.2.7', device: { is: 'current', device } },
  ...{ factors: ['totp'], acrs: ['mfa'], since: null },
  isReached: (contacts) => contacts === 'mine',
}
const judged = (
  one: Grant,
  over: Partial<Asked> = {},
  { hours = 24, binding = one.binding, seconds = 0 } = {},
) => {
  const now = later(NOW, seconds)
  return judgeTrust(now, [one], { ...asked, ...over }, { hours, binding }) === one
}

describe('trust', () => {
  test('is absolute: so many hours from the factor, to the second', () => {
    for (const hours of [1, 24, 168]) {
      assert.ok(judged(grant(), {}, { hours, seconds: hours * HOUR - 1 }))
      assert.ok(!judged(grant(), {}, { hours, seconds: hours * HOUR }))
    }
  })

  test('is none for a period that no configuration may have', () => {
    for (const hours of [0, -1, Number.NaN, 169, 1e9, Number.POSITIVE_INFINITY])
      assert.ok(!judged(grant(), {}, { hours }), `${hours}`)
  })

  test('lasts no longer for a clock that is set back, but for what replicas may differ', () => {
    assert.ok(judged(grant(), {}, { seconds: -10 }))
    assert.ok(!judged(grant(), {}, { seconds: -11 }))
  })

  const bindings: readonly (readonly [Binding, boolean, boolean])[] = [
    ['ip', true, false],
    ['device', false, true],
    ['ip+device', true, true],
  ]
  for (const [binding, byIp, byDevice] of bindings)
    test(`of ${binding} looks at ${binding}, and at nothing else`, () => {
      const one = grant({ binding })
      assert.ok(judged(one))
      for (const ip of ['192.0.2.8', null]) assert.equal(judged(one, { ip }), !byIp)
      assert.equal(judged(one, { device: { is: 'nobody' } }), !byDevice)
      const other = { is: 'current', device: { ...device, series: 'other' } } as const
      assert.equal(judged(one, { device: other }), !byDevice)
      assert.equal(judged(one, { device: { is: 'replayed', series: 's' } }), !byDevice)
    })

  test('never takes one unknown address for another, nor one that has no device for any', () => {
    assert.ok(!judged(grant({ ip: null, binding: 'ip' }), { ip: null }))
    assert.ok(!judged(grant({ device: null, binding: 'device' }), { device: { is: 'nobody' } }))
  })

  test('ends with another policy: binding, factor or rung, and with how the person is reached', () => {
    assert.ok(!judged(grant(), {}, { binding: 'ip' }))
    assert.ok(!judged(grant(), { factors: ['email'] }))
    assert.ok(!judged(grant(), { acrs: ['phr'] }))
    assert.ok(!judged(grant({ contacts: 'of another time' })))
    assert.ok(!judged(grant({ group: 'other' })))
  })

  test('goes by the newest of several that hold', () => {
    const old = grant({ at: later(NOW, -60) })
    const settings = { hours: 24, binding: 'ip+device' } as const
    for (const all of [
      [old, grant()],
      [grant(), old],
    ])
      assert.deepEqual(judgeTrust(NOW, all, asked, settings), grant())
  })
})

describe('a device', () => {
  const isOf = (hash: string, { seconds = 0, ip = '192.0.2.7', series = 's' } = {}) =>
    judgeDevice(later(NOW, seconds), [grant()], { series, hash }, ip).is

  test('is known by its present secret, wherever it is', () => {
    assert.equal(isOf('present', { seconds: 6000, ip: '192.0.2.8' }), 'current')
    assert.equal(judgeDevice(NOW, [grant()], null, null).is, 'nobody')
    assert.equal(isOf('present', { series: 'unheard of' }), 'nobody')
  })

  test('is known by the secret before for a minute, and from the same address alone', () => {
    assert.equal(isOf('former', { seconds: 59 }), 'before')
    assert.equal(isOf('former', { seconds: 60 }), 'replayed')
    assert.equal(isOf('former', { seconds: 1, ip: '192.0.2.8' }), 'replayed')
  })

  test('is replayed by any other secret of its series', () => {
    assert.equal(isOf('older'), 'replayed')
  })
})

describe('a network', () => {
  test('is an address, or its /64 where that is asked for', () => {
    assert.equal(networkOf('192.0.2.7', 64), '192.0.2.7')
    assert.equal(networkOf('2001:db8::7', 128), '2001:db8::7')
    assert.equal(networkOf('2001:db8::7', 64), '2001:db8:0:0::/64')
    assert.equal(networkOf('2001:db8:1:2:3:4:5:6', 64), '2001:db8:1:2::/64')
    assert.equal(networkOf('2001:db8:1:2::6', 64), '2001:db8:1:2::/64')
    assert.equal(networkOf('::1', 64), '0:0:0:0::/64')
    assert.equal(networkOf('64:ff9b::192.0.2.7', 64), '64:ff9b:0:0::/64')
    for (const none of [null, '', 'a', '192.0.2.7:80', '192.0.2'])
      assert.equal(networkOf(none, 64), null)
  })
})
