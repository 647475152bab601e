import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Id, instantOf } from '../kernel/index.ts'
import { destinationKey, lastFirst } from './last-choice.ts'
import type { Offer } from './step-up.ts'

const ME = 'acc_AAAAAAAAAAAAAAAAAAAAAA' as Id<'account'>
const TOTP: Offer = { factor: 'totp', use: 'ask', to: [], app: null, acr: 'mfa' }
const SMS: Offer = { factor: 'sms', use: 'ask', to: ['+1', '+2', '+3'], app: null, acr: 'mfa' }
const EMAIL: Offer = { factor: 'email', use: 'ask', to: ['a@x'], app: null, acr: 'mfa' }
const OFFERED = [TOTP, EMAIL, SMS]

const known = (at: number, factor: 'totp' | 'email' | 'sms' | null, to: string | null = null) => ({
  ...{ browser: `b${at}`, at: instantOf(at) },
  chosen: factor && { factor, to: to && destinationKey(ME, to) },
})
const shown = (offered: readonly Offer[]) =>
  offered.map((offer) => [offer.factor, ...(offer.use === 'ask' ? offer.to : [])].join(' '))

describe('what was completed last', () => {
  test('comes first, and where its code went before its other places', () => {
    const after = lastFirst(OFFERED, ME, [
      known(1, 'totp'),
      known(3, 'sms', '+2'),
      known(2, 'email'),
    ])
    assert.deepEqual(shown(after), ['sms +2 +1 +3', 'totp', 'email a@x'])
  })

  test('changes nothing where it is usable no more or was never kept', () => {
    assert.deepEqual(lastFirst(OFFERED, ME, []), OFFERED)
    assert.deepEqual(lastFirst(OFFERED, ME, [known(1, null)]), OFFERED)
    assert.deepEqual(lastFirst([TOTP, EMAIL], ME, [known(1, 'sms', '+2')]), [TOTP, EMAIL])
    assert.deepEqual(shown(lastFirst([TOTP, SMS], ME, [known(1, 'sms', '+9')])), [
      'sms +1 +2 +3',
      'totp',
    ])
  })

  test('is known by a key that says nothing of another account', () => {
    const other = 'acc_BBBBBBBBBBBBBBBBBBBBBB' as Id<'account'>
    assert.notEqual(destinationKey(ME, '+1'), destinationKey(other, '+1'))
  })

  test('never brings forward what would only be set up', () => {
    const enrol: Offer = {
      ...{ factor: 'totp', use: 'enrol', acr: 'mfa' },
      first: { channel: 'email', to: ['a@x'] },
    }
    assert.deepEqual(lastFirst([EMAIL, enrol], ME, [known(1, 'totp')]), [EMAIL, enrol])
  })
})
