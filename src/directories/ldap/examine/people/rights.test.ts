import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bindAs, openLdapSettings, windowsSettings } from '../../../../../test/support/fake-ldap.ts'
import { rightTo } from './rights.ts'

const bound = (dn: string) => ({ bind: bindAs(dn, () => 'secret') })

describe('a right to read', () => {
  for (const [who, names, settings, vendor, line] of [
    [
      'OpenLDAP',
      ['mail', 'mobile'],
      openLdapSettings(bound('cn=reader')),
      'OpenLDAP',
      'olcAccess: to dn.subtree="ou=people,dc=kestrel,dc=example" attrs=mail,mobile by dn.exact="cn=reader" read by * break',
    ],
    [
      '389 Directory Server',
      ['mail', 'mobile'],
      openLdapSettings(bound('cn=reader')),
      '389 Project 389-Directory/2.4',
      'aci: (targetattr="mail || mobile")(version 3.0; acl "Sallyport"; allow (read,search,compare) userdn="ldap:///cn=reader";)',
    ],
    ['nobody that we know', ['mail'], openLdapSettings(), null, null],
    [
      'Active Directory',
      ['mail', 'mobile'],
      windowsSettings(bound('svc@corp.example.com')),
      null,
      'dsacls "DC=corp,DC=example,DC=com" /I:S /G "svc@corp.example.com:RP;mail;user" "svc@corp.example.com:RP;mobile;user"',
    ],
    [
      'Active Directory, of an account that is known by its DN',
      ['mail'],
      windowsSettings(bound('CN=svc,DC=corp')),
      null,
      'dsacls "DC=corp,DC=example,DC=com" /I:S /G "CORP\\ACCOUNT:RP;mail;user"',
    ],
  ] as const)
    test(`is written as ${who} writes it`, () => {
      assert.equal(rightTo(names, settings, vendor).line, line)
    })
})
