import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { entryOf, openLdapSettings, windowsSettings } from '../../../test/support/fake-ldap.ts'
import { askedByName } from './names.ts'
import type { LdapSettings } from './settings.ts'
import type { Filter } from './wire.ts'

const windows = windowsSettings()
const ldap = openLdapSettings()

/** `attribute=value` of everything that is looked for. */
function lookedFor(name: string, settings: LdapSettings): readonly string[] {
  const asked = askedByName(name, settings)
  return asked === undefined ? [] : equalsIn(asked.filter)
}

function equalsIn(filter: Filter): readonly string[] {
  if (filter.is === 'equal') return [`${filter.attribute}=${filter.value}`]
  assert.ok(filter.is === 'or')
  return filter.all.flatMap(equalsIn)
}

const LI = entryOf('CN=Li Wei,OU=People,DC=corp,DC=example,DC=com', {
  ...{ sAMAccountName: 'lwei', userPrincipalName: 'li.wei@example.com' },
  mail: 'li.wei@mail.example',
})
const isLi = (name: string, settings: LdapSettings = windows) =>
  askedByName(name, settings)?.isMeant(LI) ?? 'nobody'

describe('a name in Active Directory', () => {
  const MEANT = [
    ...['lwei', 'LWEI', ' lwei ', 'ｌｗｅｉ', 'CORP\\lwei', 'corp\\LWei', 'corp＼lwei'],
    ...['li.wei@example.com', 'LI.WEI@EXAMPLE.COM', 'lwei@example.com', 'lwei@corp.example.com'],
    ...['lwei＠example.com', 'corp.example.com\\lwei'],
  ]
  for (const name of MEANT)
    test(`means the same person: ${name}`, () => assert.equal(isLi(name), 'meant'))

  const NOBODY = [
    ...['', ' ', 'OTHER\\lwei', '\\lwei', 'CORP\\', 'CORP\\other\\lwei', 'lwe\u200bi', 'lwei\0'],
    ...['CORP\\l\u00adwei', '\u24dbwei'],
  ]
  for (const name of NOBODY)
    test(`is asked about nowhere: ${JSON.stringify(name)}`, () =>
      assert.equal(askedByName(name, windows), undefined))

  const ANOTHER = [
    'lwei@other.example',
    'li.wei@mail.example',
    'li.wei',
    'lwe1',
    'lweı',
    'CORP\\li.wei',
  ]
  for (const name of ANOTHER)
    test(`means somebody else: ${name}`, () => assert.equal(isLi(name), 'another'))

  test('is a mail address only where `match` lists that', () => {
    const match = [...windows.match, 'mail']
    assert.equal(isLi('li.wei@mail.example', { ...windows, match }), 'meant')
  })

  test('is nothing but what `match` lists', () => {
    const byUpn = { ...windows, match: ['userPrincipalName'] }
    assert.equal(isLi('li.wei@example.com', byUpn), 'meant')
    assert.equal(isLi('lwei', byUpn), 'another')
    assert.equal(isLi('lwei@example.com', byUpn), 'another')
    assert.equal(askedByName('CORP\\lwei', byUpn), undefined)
  })

  test('is looked for as a UPN and as a sAMAccountName of the domain', () => {
    assert.deepEqual(lookedFor('a@corp.example.com', windows), [
      'sAMAccountName=a@corp.example.com',
      'userPrincipalName=a@corp.example.com',
      'sAMAccountName=a',
    ])
    assert.deepEqual(lookedFor('CORP\\a', windows), ['sAMAccountName=a'])
    assert.deepEqual(lookedFor('CORP\\a', { ...windows, domain: null }), [])
  })

  test('is nobody’s of another domain in a Global Catalog', () => {
    const forest = { ...windows, globalCatalog: true }
    const there = entryOf('CN=Li,DC=sales,DC=example,DC=com', { sAMAccountName: 'lwei' })
    for (const name of ['CORP\\lwei', 'lwei@corp.example.com', 'lwei@example.com']) {
      assert.equal(askedByName(name, forest)?.isMeant(there), 'another', name)
      assert.equal(askedByName(name, windows)?.isMeant(there), 'meant', name)
    }
    assert.equal(askedByName('CORP\\lwei', forest)?.isMeant(LI), 'meant')
    assert.equal(askedByName('lwei@corp.example.com', forest)?.isMeant(LI), 'meant')
  })
})

describe('a name in LDAP', () => {
  test('is looked for in each attribute of `match`, and in no other', () => {
    assert.deepEqual(lookedFor('CORP\\a@b', ldap), ['uid=CORP\\a@b'])
    assert.deepEqual(lookedFor('a', { ...ldap, match: ['uid', 'mail'] }), ['uid=a', 'mail=a'])
  })

  test('is looked for in the ways in which it may be kept', () => {
    assert.deepEqual(lookedFor('Ren\u00e9', ldap), [
      ...['uid=Ren\u00e9', 'uid=Rene\u0301', 'uid=ren\u00e9', 'uid=rene\u0301'],
    ])
    assert.deepEqual(lookedFor('RENE', ldap), ['uid=RENE'])
  })

  test('is a value and never a filter', () => {
    const name = '*)(uid=*))(|(uid=*'
    assert.deepEqual(lookedFor(name, ldap), [`uid=${name}`])
  })
})

describe('an entry that came back', () => {
  const isMeant = (name: string, uid: string | string[]) =>
    askedByName(name, ldap)?.isMeant(entryOf('uid=x', { uid }))

  test('is whom the name means in spite of case, spaces and form', () => {
    for (const uid of ['ren\u00e9', 'RENE\u0301', ' ren\u00e9 ', 'ｒｅｎé'])
      assert.equal(isMeant('René', uid), 'meant', uid)
    assert.equal(isMeant('li  wei', 'Li Wei'), 'meant')
    assert.equal(isMeant('b', ['a', 'B']), 'meant')
  })

  test('is somebody else where the server merely folded more than we do', () => {
    for (const uid of ['rene', 'r\u0435n\u00e9', 'ren\u00e9\u200b', 'ren\u00e9e'])
      assert.equal(isMeant('ren\u00e9', uid), 'another', uid)
    assert.equal(isMeant('strasse', 'straße'), 'another')
    assert.equal(isMeant('irmak', '\u0131rmak'), 'another')
  })

  test('is unreadable where it shows nothing of what it was found by', () => {
    assert.equal(isMeant('a', []), 'unreadable')
    assert.equal(
      askedByName('a', { ...ldap, match: ['uid', 'mail'] })?.isMeant(entryOf('', { mail: 'b' })),
      'another',
    )
  })

  test('is never meant by two names that are not one', () => {
    const word = fc.string({ unit: fc.constantFrom(...'aAbBéeÉ\u0301@\\.ıİißs '), maxLength: 6 })
    const names = fc.tuple(word, word)
    const promise = fc.property(names, ([asked, held]) => {
      const entry = entryOf('', { uid: held })
      if (askedByName(asked, ldap)?.isMeant(entry) !== 'meant') return
      // What was found is found by itself too, and by nothing that the first does not mean.
      assert.equal(askedByName(held, ldap)?.isMeant(entryOf('', { uid: asked })), 'meant')
      assert.equal(
        asked.normalize('NFC').trim().toLowerCase().replace(/ +/g, ' ').normalize('NFC'),
        held.normalize('NFC').trim().toLowerCase().replace(/ +/g, ' ').normalize('NFC'),
      )
    })
    fc.assert(promise, { seed: 1, numRuns: 5_000 })
  })
})
