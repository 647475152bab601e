import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { entryOf, openLdapSettings, windowsSettings } from '../../../test/support/fake-ldap.ts'
import { askedById, immutableIdOf } from './immutable-id.ts'

const UUID = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'
const GUID_BYTES = Uint8Array.from(Buffer.from('10b8a76bad9dd11180b400c04fd430c8', 'hex'))
const ldap = openLdapSettings()
const windows = windowsSettings()
const withId = (id: string) => openLdapSettings({ attributes: { ...ldap.attributes, id } })

describe('an immutable id', () => {
  test('is one text in each kind of directory', () => {
    const of = (entryUUID: string) => immutableIdOf(entryOf('', { entryUUID }), ldap)
    assert.equal(of(UUID), UUID)
    assert.equal(of(UUID.toUpperCase()), UUID)
    assert.equal(immutableIdOf(entryOf('', { objectGUID: GUID_BYTES }), windows), UUID)
  })

  test('keeps its case where that may tell two people apart', () => {
    const of = (uid: string) =>
      immutableIdOf(entryOf('', { employeeNumber: uid }), withId('employeeNumber'))
    assert.equal(of('Kx1'), 'Kx1')
    assert.notEqual(of('Kx1'), of('kX1'))
  })

  test('is none where it is missing, twofold, no GUID, or holds what no id holds', () => {
    const of = (entryUUID: string | string[]) => immutableIdOf(entryOf('', { entryUUID }), ldap)
    for (const value of [[], [UUID, UUID], '', 'a b', 'a\0', 'é', 'x'.repeat(129)])
      assert.equal(of(value), undefined)
    for (const objectGUID of [UUID, GUID_BYTES.slice(1), [GUID_BYTES, GUID_BYTES]])
      assert.equal(immutableIdOf(entryOf('', { objectGUID }), windows), undefined)
  })

  test('is asked for by its bytes where it is bytes', () => {
    assert.deepEqual(askedById(`{${UUID.toUpperCase()}}`, windows), {
      id: UUID,
      filter: { is: 'equal', attribute: 'objectGUID', value: GUID_BYTES },
    })
    assert.equal(askedById('*', windows), undefined)
    assert.equal(askedById('acc_AAAAAAAAAAAAAAAAAAAAAA', windows), undefined)
  })
})
