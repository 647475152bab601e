import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  entryOf,
  fakeLdap,
  openLdapSettings,
  windowsSettings,
} from '../../../test/support/fake-ldap.ts'
import { openCompany } from '../../../test/support/ldap-servers.ts'
import { createFakeClock, NOON } from '../../../test/support/world.ts'
import type { Id } from '../../kernel/index.ts'
import type { Named } from '../account-store.ts'
import type { LdapSettings } from './settings.ts'
import type { Entry } from './wire.ts'

const UUID = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'
const LI = {
  ...{ uid: 'Li.Wei', entryUUID: UUID, displayName: '李伟', preferredLanguage: 'zh-CN' },
  ...{ mail: 'li@kestrel.example', mobile: ['+86 138 0013 8000', '12345'] },
}
const BASE = 'ou=people,dc=kestrel,dc=example'
const li = (over: Parameters<typeof entryOf>[1] = {}) =>
  entryOf(`uid=li,${BASE}`, { ...LI, ...over })
const guid = (last: number) => new Uint8Array(16).fill(last)

const aborting = new AbortController().signal
const named = (value: string) => ({ by: 'name', value }) as const

function directory(
  entries: readonly Entry[],
  settings: LdapSettings = openLdapSettings(),
  fake: Parameters<typeof fakeLdap>[1] = {},
) {
  const people: Named[] = []
  const heard: string[] = []
  const ldap = fakeLdap(entries, fake)
  const { find } = openCompany(settings, {
    servers: ldap,
    clock: createFakeClock(),
    async accountOf(person) {
      people.push(person)
      const account = `acc_${person.immutableId.slice(0, 8)}` as Id<'account'>
      return { account, contacts: { emails: [], phones: [] } }
    },
    onDropped: (contact, why) => heard.push(`${contact} ${why}`),
    onReferences: (count) => heard.push(`${count} references`),
  })
  return {
    ...{ people, heard, asked: ldap.asked },
    find: (query: Parameters<typeof find>[0]) => find(query, aborting),
    byName: async (value: string) => (await find(named(value), aborting)).found,
  }
}

const isConfiguration = { name: 'Fault', code: 'directory.unavailable' }

describe('a directory that speaks LDAP', () => {
  test('answers with the person and their account', async () => {
    const { find, people } = directory([li()])
    assert.deepEqual(await find(named(' LI.WEI ')), {
      found: 'person',
      person: {
        ...{ account: 'acc_6ba7b810', directory: 'ldap', immutableId: UUID, username: 'Li.Wei' },
        ...{ displayName: '李伟', locale: 'zh-CN', groups: [] },
        ...{ emails: ['li@kestrel.example'], phones: ['+8613800138000'] },
      },
    })
    assert.deepEqual(people, [{ directory: 'ldap', immutableId: UUID, nameKey: 'li.wei' }])
  })

  test('finds by immutable id, its own alone', async () => {
    const { find } = directory([li()])
    const of = async (over: { directory?: string; value?: string }) =>
      (await find({ by: 'immutableId', directory: 'ldap', value: UUID, ...over })).found
    assert.equal(await of({}), 'person')
    assert.equal(await of({ value: UUID.toUpperCase() }), 'person')
    assert.equal(await of({ directory: 'corp' }), 'not-found')
    assert.equal(await of({ value: '*' }), 'not-found')
  })

  test('finds nobody by an id that the server merely takes for another', async () => {
    const { attributes } = openLdapSettings()
    const settings = openLdapSettings({ attributes: { ...attributes, id: 'employeeNumber' } })
    const { find } = directory([li({ employeeNumber: 'Kx1' })], settings)
    const of = async (value: string) =>
      (await find({ by: 'immutableId', directory: 'ldap', value })).found
    assert.deepEqual([await of('Kx1'), await of('kX1')], ['person', 'not-found'])
  })

  test('asks no server about what can be nobody’s name or id', async () => {
    const { byName, find, asked } = directory([li()])
    assert.equal(await byName('li.wei\u200b'), 'not-found')
    await find({ by: 'immutableId', directory: 'corp', value: UUID })
    assert.equal(asked.length, 0)
  })

  test('finds nobody where the server takes another name for it', async () => {
    const fold = (text: string) => text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '')
    const { byName } = directory([li({ uid: 'ren\u00e9' })], openLdapSettings(), { fold })
    assert.equal(await byName('rene'), 'not-found')
    assert.equal(await byName('REN\u00c9'), 'person')
  })

  test('takes no first of two', async () => {
    const twins = [li(), entryOf(`uid=other,${BASE}`, { ...LI, uid: 'other' })]
    const settings = openLdapSettings({ match: ['uid', 'mail'] })
    const { byName } = directory(twins, settings)
    assert.equal(await byName('li@kestrel.example'), 'ambiguous')
    assert.equal(await byName('other'), 'person')
    // One is disabled, and still it can't be known who is meant.
    const disabled = [li(), entryOf('uid=x', { ...LI, uid: 'x', nsAccountLock: 'TRUE' })]
    assert.equal(await directory(disabled, settings).byName('li@kestrel.example'), 'ambiguous')
  })

  test('does not choose among those that a server had no room for', async () => {
    const crowd = Array.from({ length: 21 }, (_, n) =>
      entryOf(`cn=${n}`, { ...LI, uid: `li.wei${n}` }),
    )
    const { byName } = directory(crowd, openLdapSettings(), { fold: () => '' })
    assert.equal(await byName('li.wei3'), 'ambiguous')
    assert.equal(await directory(crowd.slice(0, 20)).byName('li.wei3'), 'person')
  })

  test('says which way somebody may not sign in, and makes no account of them', async () => {
    const states: readonly (readonly [Record<string, string>, string])[] = [
      [{ userAccountControl: '514' }, 'disabled'],
      [{ userAccountControl: '512', accountExpires: '1' }, 'expired'],
      [{ userAccountControl: '512', 'msDS-User-Account-Control-Computed': '16' }, 'locked'],
      [{ userAccountControl: '512', lockoutTime: '116444736000000000' }, 'locked'],
    ]
    for (const [values, reason] of states) {
      const entry = entryOf('CN=Li,DC=corp,DC=example,DC=com', {
        ...{ sAMAccountName: 'li', objectGUID: guid(1), objectCategory: 'person' },
        ...{ objectClass: 'user', ...values },
      })
      const { find, people } = directory([entry], windowsSettings())
      assert.deepEqual(await find(named('li')), { found: 'disabled', reason })
      assert.deepEqual(people, [])
    }
  })

  test('lets a lock run out as the domain of the person says', async () => {
    const ticks = (at: number) => `${(BigInt(at) + 11_644_473_600_000n) * 10_000n}`
    const locked = entryOf('CN=Li,DC=corp,DC=example,DC=com', {
      ...{ sAMAccountName: 'li', objectGUID: guid(1), objectCategory: 'person' },
      ...{ objectClass: 'user', userAccountControl: '512', lockoutTime: ticks(NOON - 60_000) },
    })
    const domain = (lockoutDuration: string) =>
      entryOf('DC=corp,DC=example,DC=com', { lockoutDuration, sAMAccountName: '' })
    const of = (duration: string) => directory([locked, domain(duration)], windowsSettings())
    assert.equal(await of('-600000000').byName('li'), 'person')
    assert.equal(await of('-600000001').byName('li'), 'person')
    assert.equal(await of('-600010000').byName('li'), 'disabled')
    assert.equal(await of('0').byName('li'), 'disabled')
  })

  test('takes no computer for a person', async () => {
    const computer = entryOf('CN=PC1,DC=corp,DC=example,DC=com', {
      ...{ sAMAccountName: 'PC1$', objectGUID: guid(1), userAccountControl: '4096' },
      ...{ objectClass: ['top', 'person', 'user', 'computer'], objectCategory: 'person' },
    })
    assert.equal(await directory([computer], windowsSettings()).byName('PC1$'), 'not-found')
  })

  test('is a fault where somebody is there and can’t be told from others', async () => {
    const base = openLdapSettings()
    const settings = { ...base, attributes: { ...base.attributes, username: 'cn' } }
    for (const over of [
      { entryUUID: [], cn: 'Li' },
      { entryUUID: [UUID, UUID], cn: 'Li' },
      { cn: [] },
      { cn: '\u200b' },
      { cn: 'a'.repeat(2_000) },
    ])
      await assert.rejects(directory([li(over)], settings).byName('li.wei'), isConfiguration)
    assert.equal(await directory([li({ cn: 'Li' })], settings).byName('li.wei'), 'person')
  })

  test('is a fault where it finds somebody by what it does not show', async () => {
    const { byName } = directory([li()], openLdapSettings(), { hidden: ['uid'] })
    await assert.rejects(byName('li.wei'), isConfiguration)
  })

  test('shows nobody a name with something invisible in it', async () => {
    for (const displayName of ['\u202eeW iL', 'Li\nWei', 'x'.repeat(201)]) {
      const answer = await directory([li({ displayName })]).find(named('li.wei'))
      assert.equal(answer.found === 'person' && answer.person.displayName, null)
    }
  })

  test('shows one name of several, whatever their order', async () => {
    for (const displayName of [
      ['Wei', 'Li', '\u202eA'],
      ['\u202eA', 'Li', 'Wei'],
    ]) {
      const answer = await directory([li({ displayName })]).find(named('li.wei'))
      assert.equal(answer.found === 'person' && answer.person.displayName, 'Li')
    }
  })

  test('has one username of several, whatever their order', async () => {
    for (const uid of [
      ['li', 'Li.Wei'],
      ['Li.Wei', 'li'],
    ]) {
      const answer = await directory([li({ uid })]).find(named('li'))
      assert.equal(answer.found === 'person' && answer.person.username, 'Li.Wei')
    }
  })

  test('tells of contacts that are none, and of references that nobody followed', async () => {
    const { byName, heard } = directory([li()], openLdapSettings(), { references: 2 })
    await byName('li.wei')
    assert.deepEqual(heard, ['2 references', 'phone unparseable'])
  })

  test('adds the operator’s own filter to what is asked', async () => {
    const filter = '(employeeType=staff)'
    const { byName, asked } = directory([], openLdapSettings({ filter }), {})
    await byName('a')
    assert.deepEqual(asked[0]?.filter, {
      is: 'and',
      all: [
        { is: 'equal', attribute: 'uid', value: 'a' },
        { is: 'written', text: filter },
      ],
    })
  })
})
