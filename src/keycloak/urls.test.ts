import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { registrationOf } from './registration.ts'
import { parseRealmUrl, parseServerUrl } from './urls.ts'

const BAD_REALMS: readonly (readonly [string, RegExp])[] = [
  ['acme', /is no URL/],
  ['http://sso.example.com/realms/acme', /neither https nor http on loopback/],
  ['https://sso.example.com/realms/acme/', /ends with a slash/],
  ['https://sso.example.com', /does not end with \/realms\/NAME/],
  ['https://sso.example.com/realms/acme/account', /does not end with/],
  ['https://sso.example.com/realms/acme?x=1', /query or a fragment/],
  ['https://ann:pw-9@sso.example.com/realms/acme', /user name or password/],
  ['https://sso.example.com/realms/%zz', /a % that begins no character/],
  ['https://SSO.example.com/realms/acme', /https:\/\/sso\.example\.com\/realms\/acme$/],
  ['https://sso.example.com:443/realms/acme', /https:\/\/sso\.example\.com\/realms\/acme$/],
  ['https://sso.example.com/auth/admin/master/console/#/acme/clients', /auth\/realms\/acme$/],
]

describe('the URL of a realm', () => {
  test('is taken as it is written', () => {
    for (const url of [
      'https://sso.example.com/realms/acme',
      'http://127.0.0.1:8080/auth/realms/My%20Corp',
    ])
      assert.deepEqual(parseRealmUrl(url), { ok: true, value: url })
  })

  for (const [url, says] of BAD_REALMS)
    test(`is not ${url}`, () => {
      const parsed = parseRealmUrl(url)
      assert.ok(!parsed.ok)
      assert.match(parsed.error, says)
      assert.doesNotMatch(parsed.error, /pw-9/)
    })
})

describe('the URL of a server', () => {
  test('may end with a slash', () => {
    for (const url of ['https://sso.example.com', 'https://sso.example.com/'])
      assert.deepEqual(parseServerUrl(url), { ok: true, value: 'https://sso.example.com' })
  })

  test('is no realm and no console', () => {
    for (const [url, says] of [
      [
        'https://sso.example.com/realms/acme',
        /server is at https:\/\/sso\.example\.com, and --realm says acme/,
      ],
      [
        'https://sso.example.com/admin/master/console/',
        /server is at https:\/\/sso\.example\.com$/,
      ],
      ['http://sso.example.com', /neither https/],
    ] as const) {
      const parsed = parseServerUrl(url)
      assert.ok(!parsed.ok)
      assert.match(parsed.error, says)
    }
  })
})

describe('the client that a realm is', () => {
  test('has an id that a client may have', () => {
    const url = `https://sso.example.com/realms/${encodeURIComponent('My Corp, Ltd.'.repeat(20))}`
    const made = registrationOf(url, { claim: 'email', directories: ['local'] })
    assert.match(made.id, /^keycloak-My-Corp-Ltd\.[A-Za-z0-9._~-]{1,}$/)
    assert.equal(made.id.length, 100)
    assert.equal(made.name.length, 60)
    assert.equal(made.redirectUris[0], `${url}/sallyport/callback`)
  })
})
