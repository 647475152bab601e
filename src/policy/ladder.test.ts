import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLadder, type Rung } from './ladder.ts'

const PROVEN = ['bind-code', 'operator', 'import', 'factor']
const RUNGS: readonly Rung[] = [
  { value: 'mfa', factors: ['email', 'totp', 'webauthn'], enrolledBy: null },
  { value: 'mfa-app', factors: ['totp', 'webauthn'], enrolledBy: PROVEN },
  { value: 'phr', factors: ['webauthn'], enrolledBy: PROVEN },
]
const ladder = createLadder(RUNGS, ['totp', 'email'])

describe('the acr ladder', () => {
  test('names only the rungs that an enabled factor can meet', () =>
    assert.deepEqual(ladder.values, ['mfa', 'mfa-app']))

  test('gives the first wanted value that was met', () =>
    assert.equal(ladder.choose(['phr', 'mfa'], 'totp', 'import'), 'mfa'))

  test('gives the strongest met where nothing wanted was', () => {
    assert.equal(ladder.choose(['phr'], 'totp', 'import'), 'mfa-app')
    assert.equal(ladder.choose([], 'email', 'operator'), 'mfa')
  })

  test('never lifts a factor that came to be by less than the rung asks', () => {
    assert.equal(ladder.choose(['mfa-app'], 'totp', 'contact:email'), 'mfa')
    assert.equal(ladder.choose(['mfa-app'], 'totp', 'open'), 'mfa')
    assert.equal(ladder.choose(['mfa-app'], 'totp', 'factor:totp'), 'mfa-app')
  })

  test('gives nothing for a factor on no rung', () =>
    assert.equal(ladder.choose(['mfa'], 'sms', 'operator'), undefined))
})
