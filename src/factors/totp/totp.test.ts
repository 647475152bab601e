import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { generateSync } from 'otplib'
import { createKeyRing, type Id, instantOf, later, Secret } from '../../kernel/index.ts'
import { createEnroller } from './enroller.ts'
import { matchingStep, parseCode } from './totp.ts'

const NOON = instantOf(Date.UTC(2030, 0, 1, 12))
const STEP = Math.floor(NOON / 1000 / 30)
const secret = new Secret<Uint8Array>(new Uint8Array(20).fill(3))
const enrolled = {
  secret,
  algorithm: 'sha1',
  digits: 6,
  periodSeconds: 30,
  usedTimeStep: 0,
} as const
const codeAt = (seconds: number) =>
  generateSync({ secret: secret.reveal(), epoch: NOON / 1000 + seconds, period: 30, digits: 6 })

describe('an OTP code', () => {
  test('is taken in its own step and the one after, and in no other', () => {
    const taken = [-60, -30, 0, 30, 60].map((age) => matchingStep(enrolled, codeAt(age), NOON))
    assert.deepEqual(taken, [undefined, STEP - 1, STEP, undefined, undefined])
  })

  test('is not taken again, nor is an older one', () => {
    const used = { ...enrolled, usedTimeStep: STEP }
    assert.equal(matchingStep(used, codeAt(0), NOON), undefined)
    assert.equal(matchingStep(used, codeAt(-30), NOON), undefined)
    assert.equal(matchingStep(used, codeAt(0), later(NOON, 30)), undefined)
    assert.equal(matchingStep(used, codeAt(30), later(NOON, 30)), STEP + 1)
  })

  test('is refused, not an error, when the clock has gone back', () =>
    assert.equal(matchingStep({ ...enrolled, usedTimeStep: STEP + 9 }, codeAt(0), NOON), undefined))

  test('is exactly its digits and nothing that looks like them', () => {
    const odd = [
      '',
      '12345',
      '1234567',
      ' 123456',
      '123456\n',
      '١٢٣٤٥٦',
      '１２３４５６',
      '+12345',
      '1e5000',
      '12345\0',
    ]
    for (const text of [...odd, 123456, null, ['123456'], { code: '123456' }, true, undefined])
      assert.equal(parseCode(text, 6), undefined)
    assert.equal(parseCode('012345', 6), '012345')
  })
})

describe('a new OTP app', () => {
  const keys = createKeyRing([{ id: 'k', secret: new Secret(new Uint8Array(32).fill(7)) }])
  const enroller = createEnroller({
    keys,
    random: { bytes: (count) => new Uint8Array(count).fill(1) },
  })
  const of = {
    stepUp: 'stp_AAAAAAAAAAAAAAAAAAAAAA' as Id<'stepUp'>,
    account: 'acc_AAAAAAAAAAAAAAAAAAAAAA' as Id<'account'>,
    pending: { ...enroller.begin(), provenance: 'open', credit: null } as const,
  }
  const { manualKey, uri } = enroller.show(of, { issuer: 'Kestrel', username: 'li.wei' })

  test('has a seed of 160 bits, written so that any app reads it', () => {
    assert.match(manualKey, /^[A-Z2-7]{32}$/)
    assert.match(uri, /^otpauth:\/\/totp\/Kestrel(:|%3A)li\.wei\?/)
    assert.equal(new URL(uri).searchParams.get('secret'), manualKey)
  })

  test('is confirmed by the code of its own seed, which is used up with it', () => {
    const code = generateSync({ secret: manualKey, epoch: NOON / 1000 })
    const made = enroller.confirm(of, code, NOON)
    assert.ok(made !== 'wrong')
    assert.equal(made.usedTimeStep, STEP)
    assert.equal(matchingStep(made, code, NOON), undefined)
  })

  test('is not confirmed for another person, step-up or enrolment', () => {
    const code = generateSync({ secret: manualKey, epoch: NOON / 1000 })
    const account = 'acc_BBBBBBBBBBBBBBBBBBBBBB' as Id<'account'>
    const stepUp = 'stp_BBBBBBBBBBBBBBBBBBBBBB' as Id<'stepUp'>
    assert.equal(enroller.confirm({ ...of, account }, code, NOON), 'wrong')
    assert.equal(enroller.confirm({ ...of, stepUp }, code, NOON), 'wrong')
  })

  test('is a fault where its key is not known, as to a replica that was not given it yet', () => {
    const pending = { ...of.pending, keyId: 'newer' }
    assert.throws(() => enroller.show({ ...of, pending }, { issuer: 'Kestrel', username: 'x' }), {
      ...{ name: 'Fault', code: 'store.unavailable' },
      message: "encryption.keys has no 'newer'",
    })
  })
})
