import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createKeyRing, type Id, instantOf, Secret } from '../kernel/index.ts'
import { createMarks, lastFirst } from './last-choice.ts'
import type { Offer } from './step-up.ts'

const ME = 'acc_AAAAAAAAAAAAAAAAAAAAAA' as Id<'account'>
const TOTP: Offer = { factor: 'totp', use: 'ask', to: [], app: null, acr: 'mfa' }
const SMS: Offer = { factor: 'sms', use: 'ask', to: ['+1', '+2', '+3'], app: null, acr: 'mfa' }
const EMAIL: Offer = { factor: 'email', use: 'ask', to: ['a@x'], app: null, acr: 'mfa' }
const KEY = Buffer.alloc(32, 1)
const MARKS = createMarks(createKeyRing([{ id: 'k1', secret: new Secret<Uint8Array>(KEY) }]))
const OFFERED = [TOTP, EMAIL, SMS]

const known = (at: number, factor: 'totp' | 'email' | 'sms' | null, to: string | null = null) => ({
  ...{ browser: `b${at}`, at: instantOf(at) },
  chosen: factor && { factor, to: to && MARKS.of(ME, to) },
})
const first = (offered: readonly Offer[], browsers: readonly ReturnType<typeof known>[]) =>
  lastFirst(offered, ME, browsers, MARKS)
const shown = (offered: readonly Offer[]) =>
  offered.map((offer) => [offer.factor, ...(offer.use === 'ask' ? offer.to : [])].join(' '))

describe('what was completed last', () => {
  test('comes first, and where its code went before its other places', () => {
    const after = first(OFFERED, [known(1, 'totp'), known(3, 'sms', '+2'), known(2, 'email')])
    assert.deepEqual(shown(after), ['sms +2 +1 +3', 'totp', 'email a@x'])
  })

  test('changes nothing where it is usable no more or was never kept', () => {
    assert.deepEqual(first(OFFERED, []), OFFERED)
    assert.deepEqual(first(OFFERED, [known(1, null)]), OFFERED)
    assert.deepEqual(first([TOTP, EMAIL], [known(1, 'sms', '+2')]), [TOTP, EMAIL])
    assert.deepEqual(shown(first([TOTP, SMS], [known(1, 'sms', '+9')])), ['sms +1 +2 +3', 'totp'])
  })

  test('is known by a mark that says nothing of another account, nor to who has no key', () => {
    const other = 'acc_BBBBBBBBBBBBBBBBBBBBBB' as Id<'account'>
    const mark = MARKS.of(ME, '+1')
    assert.equal(MARKS.isOf(ME, '+1', mark), true)
    assert.equal(MARKS.isOf(other, '+1', mark), false)
    assert.equal(MARKS.isOf(ME, '+2', mark), false)
    const secret = new Secret<Uint8Array>(Buffer.alloc(32, 2))
    assert.notEqual(createMarks(createKeyRing([{ id: 'k1', secret }])).of(ME, '+1'), mark)
  })

  test('never brings forward what would only be set up', () => {
    const enrol: Offer = {
      ...{ factor: 'totp', use: 'enrol', acr: 'mfa' },
      first: { channel: 'email', to: ['a@x'] },
    }
    assert.deepEqual(first([EMAIL, enrol], [known(1, 'totp')]), [EMAIL, enrol])
  })
})
