import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openLdapSettings } from '../../../../../test/support/fake-ldap.ts'
import { instantOf } from '../../../../kernel/index.ts'
import type { TlsFacts } from '../tls-facts.ts'
import { blamedOnTls } from './tls.ts'

const SHOWN: TlsFacts = {
  ...{ version: 'TLSv1.3', subject: 'CN=dc1', issuer: 'CN=Corp CA', names: [] },
  ...{ validFrom: instantOf(0), validUntil: instantOf(0) },
}
const SERVER = {
  ...{ host: '10.0.0.5', port: 636, label: 'ldaps://10.0.0.5' },
  security: 'tls',
} as const
const codeOf = (code: string) => Object.assign(new Error(code), { code })

describe('a name that a certificate should be called by', () => {
  for (const [names, best] of [
    [['10.0.0.9', 'localhost', '*.corp.test', 'dc1.corp.test'], 'dc1.corp.test'],
    [['10.0.0.9', 'localhost'], '10.0.0.9'],
  ] as const)
    test(`is one that a host can have: of ${names.join(', ')}`, () => {
      const { says, key, wanted } = blamedOnTls(codeOf('ERR_TLS_CERT_ALTNAME_INVALID'), {
        ...{ server: SERVER, settings: openLdapSettings(), shown: { ...SHOWN, names } },
      })
      assert.equal(says, `shows a certificate for ${names.join(', ')}, and not for 10.0.0.5`)
      assert.equal(key, 'servers')
      assert.ok(
        wanted?.startsWith(`a URL with a name that the certificate is for, such as ${best}.`),
        `${wanted}`,
      )
    })

  test('is none where it is for any host of a domain', () => {
    const shown = { ...SHOWN, names: ['*.corp.test'] }
    const { wanted } = blamedOnTls(codeOf('ERR_TLS_CERT_ALTNAME_INVALID'), {
      ...{ server: SERVER, settings: openLdapSettings(), shown },
    })
    assert.match(
      wanted ?? '',
      /^a URL with a name that the certificate is for\. .*serverName: that name$/,
    )
  })
})
