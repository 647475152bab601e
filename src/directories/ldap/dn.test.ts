import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { domainOf, plainDn } from './dn.ts'

describe('the domain of a DN', () => {
  const DOMAINS: readonly (readonly [string, string | undefined])[] = [
    ['CN=Li Wei,OU=People,DC=Corp,DC=example,DC=com', 'corp.example.com'],
    ['DC=corp,DC=example', 'corp.example'],
    ['cn=a , dc = corp , dc = example', 'corp.example'],
    ['uid=a,o=kestrel', undefined],
    ['', undefined],
    ['DC=corp,OU=People,O=kestrel', undefined],
  ]
  for (const [dn, dns] of DOMAINS)
    test(`is ${dns} of ${JSON.stringify(dn)}`, () => assert.equal(domainOf(dn)?.dns, dns))

  test('is none that a value merely looks like', () => {
    assert.equal(domainOf('CN=a\\,DC=evil,DC=corp')?.dns, 'corp')
    assert.equal(domainOf('CN=a\\,DC=evil'), undefined)
  })

  test('is a DN itself', () => {
    assert.equal(domainOf('CN=a, DC=corp, DC=com')?.dn, 'DC=corp,DC=com')
  })
})

describe('a DN', () => {
  const SAME: readonly (readonly [string, string])[] = [
    ['cn=On Call\\2C Europe,ou=x', 'cn=On Call\\, Europe,ou=x'],
    ['cn=a\\2ca', 'cn=a\\,a'],
    [
      'CN=Back\\\\Slash \\"and\\" \\<q\\>\\3B \\+\\3D\\#',
      'CN=Back\\\\Slash \\"and\\" \\<q\\>\\; \\+=#',
    ],
    [
      'cn=Back\\5CSlash \\22and\\22 \\3Cq\\3E\\3B \\2B\\3D#',
      'cn=Back\\\\Slash \\"and\\" \\<q\\>\\; \\+=#',
    ],
    ['cn=\\231 Fan,ou=x', 'cn=\\#1 Fan,ou=x'],
    ['cn=\\#1 Fan,ou=x', 'cn=\\#1 Fan,ou=x'],
    ['cn=\\20a\\20', 'cn=\\ a\\ '],
    ['cn=li\\C3\\A9', 'cn=li\\c3\\a9'],
    ['cn=plain,ou=x', 'cn=plain,ou=x'],
  ]
  for (const [written, plain] of SAME)
    test(`is written in one way: ${written}`, () => {
      assert.equal(plainDn(written), plain)
      assert.equal(plainDn(plain), plain)
    })
})
