import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Directory, Person } from '../../src/directories/index.ts'
import type { LdapSettings } from '../../src/directories/ldap/settings.ts'
import type { Filter } from '../../src/directories/ldap/wire.ts'
import { NOBODY } from '../contract/directory.contract.ts'
import { openAccounts } from '../support/directory-local.ts'
import { slapdSettings } from '../support/directory-slapd.ts'
import { fakeLdap, openLdapSettings, windowsSettings } from '../support/fake-ldap.ts'
import { openCompany, openServers } from '../support/ldap-servers.ts'
import { needs } from '../support/needs.ts'
import { escapedRdn, ldifEntry } from '../support/population/ldif.ts'
import { startSlapd } from '../support/slapd.ts'
import { createFakeClock } from '../support/world.ts'

const always = new AbortController().signal
const PEOPLE = 'ou=people,dc=kestrel,dc=example'

/** Names that are patterns, filters, escapes and DNs if anybody reads them as such. */
const HOSTILE = [
  ...[
    '*',
    'a*',
    '*)(uid=*',
    'ann)(uid=*',
    'ann)(|(uid=*',
    '*))%00',
    '(&(uid=*))',
    '\\2a',
    '\\61nn',
  ],
  ...['ann\\', 'cn=*', 'uid=ann,ou=people', '(uid:dn:=ann)', 'ann)(!(uid=x', '&', '|', '!(uid=x)'],
]

const personOf = (uid: string, n: number, memberOf = '') =>
  ldifEntry(`cn=${escapedRdn(`${uid} ${n}`)},${PEOPLE}`, {
    ...{ objectClass: 'inetOrgPerson', cn: `${uid} ${n}`, sn: 'x', uid },
    ...(memberOf !== '' && { memberOf }),
  })

type Opened = AsyncDisposable & { directory(over?: Partial<LdapSettings>): Directory }

async function openDirectory(uids: readonly string[], groups = ''): Promise<Opened> {
  await using opening = new AsyncDisposableStack()
  const slapd = opening.use(
    await startSlapd({ ldif: uids.map((uid, n) => personOf(uid, n)).join(''), groups }),
  )
  const { accountOf } = opening.use(await openAccounts())
  const servers = opening.use(openServers(slapdSettings(slapd)))
  const clock = createFakeClock()
  const made = opening.move()
  return {
    directory: (over = {}) => {
      const settings = slapdSettings(slapd, over)
      return openCompany(settings, { servers, accountOf, clock })
    },
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  }
}

const find = (directory: Directory, value: string) => directory.find({ by: 'name', value }, always)

async function personNamed(directory: Directory, name: string): Promise<Person> {
  const answer = await find(directory, name)
  assert.ok(answer.found === 'person', `${name} is ${answer.found}`)
  return answer.person
}

describe('M49 LDAP injection', () => {
  test('finds nobody by a pattern or a filter', needs('slapd'), async () => {
    await using opened = await openDirectory(['ann', 'bob', 'lwei'])
    for (const match of [['uid'], ['uid', 'cn', 'mail']]) {
      const directory = opened.directory({ match })
      await personNamed(directory, 'ann')
      for (const name of [...HOSTILE, ...NOBODY]) {
        const answer = await find(directory, name)
        assert.deepEqual(answer, { found: 'not-found' }, JSON.stringify(name))
      }
    }
  })

  test('finds nobody by an id that is a pattern or a filter', needs('slapd'), async () => {
    await using opened = await openDirectory(['ann'])
    // By an attribute in which a pattern could be kept, too.
    const { attributes } = openLdapSettings()
    for (const id of ['entryUUID', 'uid']) {
      const directory = opened.directory({ attributes: { ...attributes, id } })
      for (const value of [...HOSTILE, ...NOBODY])
        assert.deepEqual(
          await directory.find({ by: 'immutableId', directory: directory.name, value }, always),
          { found: 'not-found' },
        )
    }
  })

  test('finds who is really called so, and nobody else', needs('slapd'), async () => {
    await using opened = await openDirectory(['ann', ...HOSTILE])
    const directory = opened.directory()
    const found = await Promise.all(HOSTILE.map((name) => personNamed(directory, name)))
    assert.deepEqual(
      found.map(({ username }) => username),
      HOSTILE,
    )
    assert.equal(new Set(found.map(({ account }) => account)).size, HOSTILE.length)
  })

  test('walks groups whose names are filters and DNs', needs('slapd'), async () => {
    const groupDn = (cn: string) => `cn=${escapedRdn(cn)},ou=groups,dc=kestrel,dc=example`
    const names = ['*)(cn=*', 'a,b+c\\d', '"quoted" <#>']
    const groups = names.map((cn, n) => {
      const below = names[n - 1]
      const member = below === undefined ? `cn=ann 0,${PEOPLE}` : groupDn(below)
      return ldifEntry(groupDn(cn), { objectClass: 'groupOfNames', cn, member })
    })
    await using opened = await openDirectory(['ann'], groups.join(''))
    const { groups: found } = await personNamed(opened.directory({ groups: 'nested' }), 'ann')
    // Each character escaped only where it has to be.
    const plain = names.map((name) => groupDn(name).replace('(cn\\=', '(cn='))
    assert.deepEqual(found, plain.toSorted())
  })

  test('asks with one filter, whatever the name: only its values are other ones', async () => {
    for (const settings of [
      openLdapSettings({ match: ['uid', 'mail'], filter: '(employeeType=staff)' }),
      windowsSettings(),
    ]) {
      const shapes = new Set<string>()
      const characters = fc.constantFrom(...'()&|!*=<>~\\/:,;+"#%\'{}[] abc0', '\0', '\n')
      const names = fc.string({ unit: characters, maxLength: 30 })
      const promise = fc.asyncProperty(names, async (value) => {
        const ldap = fakeLdap([])
        const deps = { servers: ldap, clock: createFakeClock(), accountOf: neverAsked }
        // What has a domain means something else in Active Directory, with a filter of its own.
        const name = settings.dialect === 'ldap' ? value : value.replaceAll('\\', '')
        await openCompany({ ...settings, filter: null }, deps).find(
          { by: 'name', value: name },
          always,
        )
        for (const { filter } of ldap.asked) shapes.add(JSON.stringify(shapeOf(filter)))
      })
      await fc.assert(promise, { seed: 1, numRuns: 1_000 })
      assert.equal(shapes.size, 1)
    }
  })
})

const neverAsked = () => Promise.reject(new Error('nobody is found here'))

/** A filter without what is looked for. What a name means never adds a part of another kind. */
function shapeOf(filter: Filter): unknown {
  switch (filter.is) {
    case 'and':
    case 'or':
      return [filter.is, ...filter.all.map(shapeOf)]
    case 'not':
      return [filter.is, shapeOf(filter.one)]
    case 'written':
      return filter
    case 'equal':
      return filter.attribute.startsWith('object') ? filter : [filter.is, filter.attribute]
    default:
      return filter.is
  }
}
