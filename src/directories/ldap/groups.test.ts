import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  entryOf,
  fakeLdap,
  openLdapSettings,
  windowsSettings,
} from '../../../test/support/fake-ldap.ts'
import { groupsOf } from './groups.ts'
import type { Entry } from './wire.ts'

const ldap = openLdapSettings({ groups: 'nested' })
const windows = windowsSettings({ groups: 'nested' })
const within = (dn: string, ...memberOf: readonly string[]) => entryOf(dn, { memberOf })

const LI = within('uid=li', 'cn=night', 'cn=oncall')
const TREE = [
  LI,
  within('cn=oncall', 'cn=ops'),
  within('cn=night', 'cn=ops'),
  within('cn=ops', 'cn=staff'),
  within('cn=staff'),
  within('cn=others'),
]
const ALL = ['cn=night', 'cn=oncall', 'cn=ops', 'cn=staff']

/** Each within the next. */
const ladder = (height: number): readonly Entry[] => [
  within('uid=li', 'cn=1'),
  ...Array.from({ length: height }, (_, n) =>
    n + 1 === height ? within(`cn=${n + 1}`) : within(`cn=${n + 1}`, `cn=${n + 2}`),
  ),
]

const isRefused = { name: 'Fault', code: 'directory.unavailable' }

describe('the groups of a person', () => {
  test('are none, and asked for nowhere, where they are not wanted', async () => {
    const { wire, asked } = fakeLdap(TREE)
    assert.deepEqual(await groupsOf(LI, openLdapSettings(), wire), [])
    assert.equal(asked.length, 0)
  })

  test('are those that the entry names', async () => {
    const { wire, asked } = fakeLdap(TREE)
    const settings = openLdapSettings({ groups: 'memberOf' })
    assert.deepEqual(await groupsOf(LI, settings, wire), ['cn=night', 'cn=oncall'])
    assert.equal(asked.length, 0)
  })

  test('are written in one way, whichever escapes a server prefers', async () => {
    const of = (dn: string) =>
      groupsOf(within('uid=li', dn), openLdapSettings({ groups: 'memberOf' }), fakeLdap([]).wire)
    assert.deepEqual(await of('cn=a\\2Cb'), await of('cn=a\\,b'))
  })

  test('within groups are asked of Active Directory in one search', async () => {
    const { wire, asked } = fakeLdap(TREE)
    assert.deepEqual(await groupsOf(LI, windows, wire), ALL)
    assert.deepEqual(
      asked.map(({ base, filter }) => [base, filter]),
      [
        [
          'DC=corp,DC=example,DC=com',
          {
            ...{ is: 'matches', attribute: 'member', value: 'uid=li' },
            rule: '1.2.840.113556.1.4.1941',
          },
        ],
      ],
    )
  })

  test('within groups are walked elsewhere, each once', async () => {
    const { wire, asked } = fakeLdap(TREE)
    assert.deepEqual(await groupsOf(LI, ldap, wire), ALL)
    assert.deepEqual(asked.map(({ base }) => base).toSorted(), ALL)
  })

  test('are found in spite of a circle, and of a group that is not there', async () => {
    const circle = [
      within('uid=li', 'cn=a', 'cn=gone'),
      within('cn=a', 'cn=B'),
      within('cn=b', 'CN=A'),
    ]
    const { wire } = fakeLdap(circle)
    assert.deepEqual(await groupsOf(circle[0] ?? LI, ldap, wire), ['cn=B', 'cn=a', 'cn=gone'])
  })

  test('are all of them ten deep, and a fault beyond', async () => {
    const ten = ladder(10)
    assert.equal((await groupsOf(ten[0] ?? LI, ldap, fakeLdap(ten).wire)).length, 10)
    const eleven = ladder(11)
    await assert.rejects(groupsOf(eleven[0] ?? LI, ldap, fakeLdap(eleven).wire), isRefused)
  })

  test('are never some of more than five hundred', async () => {
    const of = (count: number) =>
      within('uid=li', ...Array.from({ length: count }, (_, n) => `cn=${n}`))
    for (const settings of [ldap, openLdapSettings({ groups: 'memberOf' })]) {
      assert.equal((await groupsOf(of(500), settings, fakeLdap([]).wire)).length, 500)
      await assert.rejects(groupsOf(of(501), settings, fakeLdap([]).wire), isRefused)
    }
    const wide = [of(501), ...Array.from({ length: 501 }, (_, n) => within(`cn=${n}`))]
    await assert.rejects(groupsOf(of(501), windows, fakeLdap(wide).wire), isRefused)
  })

  test('are a fault where one can not be read', async () => {
    const odd = entryOf('uid=li', { memberOf: ['cn=a', new Uint8Array([0xff])] })
    await assert.rejects(groupsOf(odd, ldap, fakeLdap([]).wire), isRefused)
  })
})
