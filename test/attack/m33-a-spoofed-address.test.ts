import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  HOME,
  LOOPBACK,
  namedEvents,
  openTrusting,
  passed,
  prove,
  visit,
  visitor,
} from '../support/trust.ts'

/** What somebody who is not there writes to look as if they were. */
const SPOOFS: readonly Record<string, string>[] = [
  { 'x-forwarded-for': `${HOME}, 198.51.100.9` },
  { 'x-forwarded-for': `${HOME},${HOME},${HOME},${HOME},198.51.100.9` },
  { 'x-forwarded-for': '198.51.100.9', 'x-real-ip': HOME, forwarded: `for=${HOME}` },
  { 'x-real-ip': HOME },
  { forwarded: `for=${HOME}` },
  { 'x-forwarded-for': `${HOME}:443` },
  { 'x-forwarded-for': `"${HOME}"` },
  { 'x-forwarded-for': `${HOME}, a` },
  { 'x-forwarded-for': `${HOME}, ` },
  { 'x-forwarded-for': '' },
  { 'x-forwarded-for': 'a' },
  { 'x-forwarded-for': '127.0.0.1' },
  { 'x-forwarded-for': `fe80::1%eth0` },
  { 'x-forwarded-for': `203.0.113.007` },
  { 'x-forwarded-for': '3405803783' },
]

describe('M33 an address that is not the browser’s', () => {
  test('no odd header makes somebody come from where the owner is trusted', async () => {
    await using app = await openTrusting('ip')
    const at = await prove(app, visitor())
    assert.deepEqual(await visit(app, visitor()), passed(at))
    for (const headers of SPOOFS) {
      const thief = visitor(null)
      Object.assign(thief.at, headers)
      assert.equal(await visit(app, thief), 'asked', JSON.stringify(headers))
    }
  })

  test('what a listed proxy adds at the right is believed, whatever stands before it', async () => {
    await using app = await openTrusting('ip')
    const at = await prove(app, visitor())
    for (const chain of [
      `9.9.9.9, ${HOME}`,
      `junk, ${HOME}`,
      `::ffff:${HOME}`,
      `${HOME}, 127.0.0.1`,
    ])
      assert.deepEqual(await visit(app, visitor(chain)), passed(at), chain)
  })

  test('nothing is earned for an address that is unknown, or is the proxy’s own', async () => {
    await using app = await openTrusting('ip')
    for (const ip of ['a', '', '127.0.0.1', null]) {
      await prove(app, visitor(ip))
      assert.equal(await visit(app, visitor(ip)), 'asked', `${ip}`)
    }
    assert.deepEqual(await namedEvents(app, 'trust.'), [])
  })

  test('behind a proxy that is not listed nobody is trusted by address, and log and metrics say so', async () => {
    await using app = await openTrusting('ip', '12h', { proxies: [] })
    for (const ip of [HOME, '198.51.100.9']) {
      await prove(app, visitor(ip))
      assert.equal(await visit(app, visitor(ip)), 'asked')
    }
    const warned = app.logged.filter((line) => line.includes('none of listen.trustedProxies'))
    assert.equal(warned.length, 1)
    const metrics = await (await fetch(`${app.managementUrl}/metrics`)).text()
    assert.match(metrics, /sallyport_forwarded_by_unlisted_total [1-9]/)
    // Who comes without any proxy is somebody with an address of their own.
    const at = await prove(app, visitor(null))
    assert.deepEqual(await visit(app, visitor(null)), passed(at))
  })

  test('a device is trusted wherever it is, also behind a proxy that is not listed', async () => {
    await using app = await openTrusting('device', '12h', { proxies: [] })
    const bob = visitor(HOME)
    const at = await prove(app, bob)
    assert.deepEqual(await visit(app, bob), passed(at))
  })

  test('of IPv6 the whole address counts, or its /64 where that is set', async () => {
    const [one, other, elsewhere] = ['2001:db8:1:2::1', '2001:db8:1:2::2', '2001:db8:1:3::1']
    await using exact = await openTrusting('ip', '12h', { proxies: LOOPBACK })
    await prove(exact, visitor(one))
    assert.notEqual(await visit(exact, visitor(one)), 'asked')
    assert.notEqual(await visit(exact, visitor('2001:DB8:1:2:0::1')), 'asked')
    assert.equal(await visit(exact, visitor(other)), 'asked')

    await using wide = await openTrusting('ip', '12h', { ipv6Prefix: 64 })
    await prove(wide, visitor(one))
    assert.notEqual(await visit(wide, visitor(other)), 'asked')
    assert.equal(await visit(wide, visitor(elsewhere)), 'asked')
  })
})
