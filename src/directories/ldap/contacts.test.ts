import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { entryOf, openLdapSettings } from '../../../test/support/fake-ldap.ts'
import { readContacts, takenOf } from './contacts.ts'

const settings = openLdapSettings({ defaultCountry: 'CN' })
const LATIN1 = Uint8Array.from([0xfc])
const entry = entryOf('', {
  telephoneNumber: ['+49 30 901820', '13800138000'],
  mobile: ['138 0013 8000', 'see the wiki', '110', LATIN1],
  mail: ['Li.Wei@Kestrel.example', 'li.wei@kestrel.example', 'Li Wei <li@kestrel.example>'],
})

describe('the contacts of a person', () => {
  test('are all that can be read, in the order of the attributes', () => {
    const reads = readContacts(entry, settings)
    assert.deepEqual(takenOf(reads, 'phone'), ['+8613800138000', '+4930901820'])
    assert.deepEqual(takenOf(reads, 'email'), ['Li.Wei@kestrel.example', 'li.wei@kestrel.example'])
  })

  test('tell of each value what it was read as, or why it is none', () => {
    const phones = readContacts(entry, settings).filter(({ contact }) => contact === 'phone')
    assert.deepEqual(
      phones.map(({ attribute, written, read }) => [attribute, written, read]),
      [
        ['mobile', '138 0013 8000', 'taken'],
        ['mobile', 'see the wiki', 'unparseable'],
        ['mobile', '110', 'unparseable'],
        ['mobile', null, 'no-text'],
        ['telephoneNumber', '+49 30 901820', 'taken'],
        ['telephoneNumber', '13800138000', 'same-as-another'],
      ],
    )
  })

  test('are no numbers of a country that nobody named', () => {
    const reads = readContacts(entry, openLdapSettings())
    assert.deepEqual(takenOf(reads, 'phone'), ['+4930901820'])
  })

  test('are looked at up to twenty of a kind', () => {
    const mail = Array.from({ length: 30 }, (_, n) => `a${n}@kestrel.example`)
    const reads = readContacts(entryOf('', { mail }), settings)
    assert.deepEqual(takenOf(reads, 'email'), mail.slice(0, 20))
    assert.equal(reads.filter(({ read }) => read === 'too-many').length, 10)
  })
})
