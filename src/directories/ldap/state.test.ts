import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { entryOf, openLdapSettings, windowsSettings } from '../../../test/support/fake-ldap.ts'
import { NOON } from '../../../test/support/world.ts'
import { instantOf, later } from '../../kernel/index.ts'
import { isStillLocked, stateOf } from './state.ts'

const ldap = openLdapSettings()
const windows = windowsSettings()

/** Hundreds of nanoseconds since 1601. */
const ticks = (at: number) => `${(BigInt(at) + 11_644_473_600_000n) * 10_000n}`

const windowsState = (values: Record<string, string>) =>
  stateOf(entryOf('', { userAccountControl: '512', ...values }), windows, NOON)
const ldapState = (values: Record<string, string | string[]>) =>
  stateOf(entryOf('', values), ldap, NOON).is

const isConfiguration = { name: 'Fault', code: 'directory.unavailable' }

describe('the state of an account in Active Directory', () => {
  test('is enabled, whatever else its flags say', () => {
    for (const userAccountControl of ['512', '66048', '8388608', '-2147483136'])
      assert.deepEqual(windowsState({ userAccountControl }), { is: 'enabled' })
  })

  test('is disabled by the flag', () => {
    for (const userAccountControl of ['514', '2', '66050', '-2147483134'])
      assert.deepEqual(windowsState({ userAccountControl }), { is: 'disabled' })
  })

  test('is expired from the very moment on', () => {
    const at = (ms: number) => windowsState({ accountExpires: ticks(NOON + ms) }).is
    assert.deepEqual([at(-1), at(0), at(1)], ['expired', 'expired', 'enabled'])
  })

  test('never expires where it says so in either way', () => {
    for (const accountExpires of ['0', '9223372036854775807'])
      assert.equal(windowsState({ accountExpires }).is, 'enabled')
  })

  test('is locked as the domain controller computes it, whatever lockoutTime still says', () => {
    const computed = (value: string) =>
      windowsState({ 'msDS-User-Account-Control-Computed': value, lockoutTime: ticks(NOON) }).is
    assert.deepEqual(
      [computed('16'), computed('0'), computed('8388608')],
      ['locked', 'enabled', 'enabled'],
    )
  })

  test('is for the domain to tell where nothing is computed', () => {
    assert.deepEqual(windowsState({ lockoutTime: ticks(NOON) }), {
      is: 'maybe-locked',
      since: NOON,
    })
    assert.deepEqual(windowsState({ lockoutTime: '0' }), { is: 'enabled' })
  })

  test('lets nothing be said where its flags are not shown or are no number', () => {
    assert.throws(() => stateOf(entryOf('', {}), windows, NOON), isConfiguration)
    for (const userAccountControl of ['', 'x', '512 ', '0x200'])
      assert.throws(() => windowsState({ userAccountControl }), isConfiguration)
    assert.throws(() => windowsState({ accountExpires: 'soon' }), isConfiguration)
  })

  test('lasts as long as the domain locks, and for ever where that is not told', () => {
    const minute = -600_000_000n
    assert.equal(isStillLocked(NOON, minute, later(NOON, 59)), true)
    assert.equal(isStillLocked(NOON, minute, later(NOON, 60)), false)
    for (const duration of [undefined, 0n, -0x7fff_ffff_ffff_ffffn, -0x8000_0000_0000_0000n])
      assert.equal(isStillLocked(NOON, duration, instantOf(8e15)), true)
  })
})

describe('the state of an account in LDAP', () => {
  test('is enabled where nothing says otherwise', () => assert.equal(ldapState({}), 'enabled'))

  test('is locked while there is a time at which it was', () => {
    for (const pwdAccountLockedTime of ['000001010000Z', '20300101110000Z', 'whenever'])
      assert.equal(ldapState({ pwdAccountLockedTime }), 'locked')
    assert.equal(
      ldapState({ pwdAccountLockedTime: ['20300101110000Z', '000001010000Z'] }),
      'locked',
    )
  })

  test('is disabled by nsAccountLock, unless that says false', () => {
    for (const nsAccountLock of ['TRUE', 'true', '1', 'cn=role'])
      assert.equal(ldapState({ nsAccountLock }), 'disabled')
    assert.equal(ldapState({ nsAccountLock: 'FALSE' }), 'enabled')
  })

  test('is disabled where the attribute of the operator is there and says anything else', () => {
    const enabled = { name: 'employeeType', values: ['active', 'External'] }
    const settings = openLdapSettings({ attributes: { ...ldap.attributes, enabled } })
    const of = (...values: readonly (string | Uint8Array)[]) =>
      stateOf(entryOf('', { employeeType: values }), settings, NOON).is
    assert.deepEqual(
      [
        of(),
        of('Active '),
        of('external'),
        of('left'),
        of('active', 'left'),
        of(new Uint8Array([0xff])),
      ],
      ['enabled', 'enabled', 'enabled', 'disabled', 'disabled', 'disabled'],
    )
  })
})
