import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { networksOf } from '../kernel/index.ts'
import { clientIp } from './client-ip.ts'

describe('the address of the browser', () => {
  const trusted = networksOf(['10.0.0.0/8', '::1'])

  const table: readonly (readonly [
    string,
    string | undefined,
    string | undefined,
    string | null,
  ])[] = [
    ['is the peer where no proxy stands', '203.0.113.7', undefined, '203.0.113.7'],
    ['takes no header from a stranger', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['is what the nearest proxy saw', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['is read from the right', '10.0.0.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['passes through several proxies', '10.0.0.1', '198.51.100.1, 10.2.3.4', '198.51.100.1'],
    ['is unknown where a proxy wrote no address', '10.0.0.1', '198.51.100.1, a', null],
    ['does not skip an empty hop', '10.0.0.1', '198.51.100.1,', null],
    ['takes no port', '10.0.0.1', '198.51.100.1:80', null],
    ['takes no zone', '10.0.0.1', 'fe80::1%eth0', null],
    ['reads mapped IPv4 as IPv4', '::ffff:10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['has one spelling', '10.0.0.1', '2001:DB8:0:0::0:1', '2001:db8::1'],
    ['is the proxy itself where it says nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['is unknown without a peer', undefined, '198.51.100.1', null],
  ]
  for (const [promise, peer, header, address] of table)
    test(promise, () => assert.equal(clientIp(peer, header, trusted), address))
})
