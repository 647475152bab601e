import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  challengedSample,
  createSampler,
  heldSample,
  SAMPLE_REQUEST,
} from '../../test/support/step-up.ts'
import { NOON } from '../../test/support/world.ts'
import { type Instant, later } from '../kernel/index.ts'
import { decide } from './decide.ts'
import type { Move } from './move.ts'
import type { Held, Pending, Proof, Proven, StepUp } from './step-up.ts'

const sampler = createSampler('manage')
const enrolment = sampler.id('enrolment')
const proof: Proof = { acr: 'mfa-app', amr: ['otp'], at: NOON }
const proven: Proven = { factor: 'totp', provenance: 'import', proof }
const request = { ...SAMPLE_REQUEST, purpose: 'enrol' } as const
const held: Held = heldSample(sampler, { request })
const pending: Pending = {
  ...{ enrolment, keyId: 'k', provenance: 'factor:totp' },
  credit: { factor: 'totp', proof },
}
const managing: StepUp = { ...held, state: 'managing', proven }
const adding: StepUp = { ...held, state: 'enrolling', pending, proven }
const first: StepUp = {
  ...held,
  state: 'enrolling',
  pending: { ...pending, provenance: 'contact:email', credit: { factor: 'email', proof } },
  proven: null,
}

const MOVES: readonly Move[] = [
  { move: 'add', pending },
  { move: 'back' },
  { move: 'rename', enrolment },
  { move: 'remove', enrolment },
  { move: 'done' },
]
const confirmed = (how: 'right' | 'wrong'): Move => ({
  ...{ move: 'confirm', enrolment, confirmed: how, proof, earns: null },
})

function moved(stepUp: StepUp, move: Move, now: Instant = NOON) {
  const step = decide(now, stepUp, move)
  assert.equal(step.step, 'moved', `${move.move} in ${stepUp.state}`)
  return step.step === 'moved' ? step : assert.fail()
}
const after = (stepUp: StepUp, move: Move, now: Instant = NOON) => moved(stepUp, move, now).next
const told = (stepUp: StepUp, move: Move) => moved(stepUp, move).events.map(({ event }) => event)

describe('who looks after their own factors', () => {
  test('has proven one: nothing of it is done in any other state', () => {
    const others: readonly StepUp[] = [
      { ...held, state: 'choosing' },
      challengedSample(sampler, { request }),
      { ...held, state: 'blocked', why: 'no-contact', factor: null },
      { ...held, state: 'satisfied', how: 'factor', factor: 'totp', proof, at: NOON },
      first,
    ]
    for (const stepUp of others)
      for (const move of MOVES) assert.equal(decide(NOON, stepUp, move).step, 'illegal', move.move)
  })

  test('adds one, or goes back with nothing added', () => {
    const shown = after(managing, { move: 'add', pending })
    assert.deepEqual(shown.state === 'enrolling' && [shown.pending, shown.proven], [
      pending,
      proven,
    ])
    assert.equal(after(shown, { move: 'back' }).state, 'managing')
    assert.equal(after(shown, confirmed('wrong')).state, 'enrolling')
    const kept = after(shown, confirmed('right'))
    assert.deepEqual(kept.state === 'managing' && kept.proven, proven)
    assert.deepEqual(told(shown, confirmed('right')), ['factor.enrolled'])
    // While one is shown the others are left alone.
    for (const move of MOVES.filter((one) => one.move !== 'back'))
      assert.equal(decide(NOON, adding, move).step, 'illegal', move.move)
  })

  test('is asked nothing and sent nothing any more', () => {
    const [offer] = held.offered
    assert.ok(offer !== undefined)
    const moves: readonly Move[] = [
      { move: 'choose', offer, challenge: sampler.id('challenge'), sent: null },
      { move: 'enrol', pending },
      { move: 'lock', factor: 'totp' },
    ]
    for (const stepUp of [managing, adding])
      for (const move of moves) assert.equal(decide(NOON, stepUp, move).step, 'illegal', move.move)
  })

  test('is credited with what was proven at its beginning, whatever was changed', () => {
    const [added, renamed] = [after(adding, confirmed('right')), MOVES[2]]
    assert.ok(renamed !== undefined)
    const done = after(after(added, renamed), { move: 'done' })
    assert.deepEqual(done.state === 'satisfied' && [done.proof, done.factor], [proof, 'totp'])
  })

  test('after a first one has no more than the contact before it', () => {
    const kept = after(first, confirmed('right'))
    assert.ok(kept.state === 'managing')
    assert.deepEqual(kept.proven, { factor: 'email', provenance: 'contact:email', proof })
  })

  test('has five minutes from the proof, and never more than the step-up', () => {
    const kept = after(first, confirmed('right'), later(NOON, 60))
    assert.equal(kept.expiresAt, later(NOON, 360))
    const late = after(first, confirmed('right'), later(NOON, 590))
    assert.equal(late.expiresAt, held.expiresAt)
    for (const move of MOVES) assert.equal(after(kept, move, later(NOON, 360)).state, 'expired')
    // What is added is no new proof, and gives no more time.
    assert.equal(
      after({ ...adding, expiresAt: later(NOON, 300) }, confirmed('right'), later(NOON, 200))
        .expiresAt,
      later(NOON, 300),
    )
  })

  test('changes as often as a step-up takes answers', () => {
    const spent = { answersLeft: 0 }
    for (const move of MOVES.filter(({ move: name }) => name !== 'back' && name !== 'done'))
      assert.equal(after({ ...managing, ...spent }, move).state, 'refused', move.move)
    assert.equal(after({ ...managing, ...spent }, { move: 'done' }).state, 'satisfied')
    assert.equal(after({ ...adding, ...spent }, confirmed('right')).state, 'refused')
    const once = after({ ...managing, answersLeft: 1 }, { move: 'rename', enrolment })
    assert.equal(once.answersLeft, 0)
  })

  test('is told of in the audit, without the name', () => {
    assert.deepEqual(told(managing, { move: 'rename', enrolment }), ['factor.renamed'])
    assert.deepEqual(told(managing, { move: 'remove', enrolment }), ['factor.removed'])
    assert.deepEqual(told(managing, { move: 'add', pending }), [])
  })
})
