import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Id, type Instant, instantOf, later } from '../kernel/index.ts'
import { decide } from './decide.ts'
import { type Judged, rejected } from './factor.ts'
import type { Move } from './move.ts'
import type { Held, Offer, Pending, Proof, Sent, StepUp } from './step-up.ts'

const NOON = instantOf(Date.UTC(2030, 0, 1, 12))
const ids = {
  stepUp: 'stp_AAAAAAAAAAAAAAAAAAAAAA' as Id<'stepUp'>,
  account: 'acc_AAAAAAAAAAAAAAAAAAAAAA' as Id<'account'>,
  first: 'chl_AAAAAAAAAAAAAAAAAAAAAA' as Id<'challenge'>,
  second: 'chl_BBBBBBBBBBBBBBBBBBBBBB' as Id<'challenge'>,
  enrolment: 'enr_AAAAAAAAAAAAAAAAAAAAAA' as Id<'enrolment'>,
}

const TOTP: Offer = {
  factor: 'totp',
  use: 'ask',
  acr: 'mfa-app',
  to: [],
  app: { enrolment: 'enr_AAAAAAAAAAAAAAAAAAAAAA' as Id<'enrolment'>, digits: 6, periodSeconds: 30 },
}
const EMAIL: Offer = {
  factor: 'email',
  use: 'ask',
  acr: 'mfa',
  to: ['li.wei@kestrel.example'],
  app: null,
}
const held: Held = {
  id: ids.stepUp,
  trust: null,
  request: {
    client: 'iam',
    lane: 'signed',
    subject: 'u-1',
    lookup: { by: 'name', value: 'li.wei' },
    directories: ['local'],
    application: { id: null, name: 'Payroll' },
    acr: { wanted: [], essential: false },
    maxAgeSeconds: null,
    prompt: null,
    uiLocales: null,
    purpose: 'sign-in',
    upstream: null,
    signedIp: null,
  },
  browser: 'b',
  ip: null,
  userAgent: null,
  account: ids.account,
  isOurs: true,
  isTheirs: false,
  username: 'li.wei',
  lane: 'signed',
  locale: 'en',
  offered: [TOTP, EMAIL],
  attemptsMax: 5,
  answersLeft: 30,
  replansLeft: 5,
  openedAt: NOON,
  expiresAt: later(NOON, 600),
}
const choosing: StepUp = { ...held, state: 'choosing' }
const blocked: StepUp = { ...held, offered: [], state: 'blocked', why: 'no-contact', factor: null }

const proof: Proof = { acr: 'mfa', amr: ['otp'], at: NOON }
const sent: Sent = {
  ...{ to: 'li.wei@kestrel.example', keyId: 'k', generation: 0, messages: 1 },
  ...{ sentAt: NOON, expiresAt: later(NOON, 300), resendAt: later(NOON, 30) },
}
const accepted: Judged = {
  verdict: 'accepted',
  consumption: { source: 's', part: 1 },
  enrolledBy: 'operator',
}
const pending: Pending = {
  ...{ enrolment: ids.enrolment, keyId: 'k', provenance: 'contact:email' },
  credit: { factor: 'email', proof },
}

const totp = { factor: 'totp', challenge: ids.first } as const
const email = { factor: 'email', challenge: ids.second } as const
const chooseTotp: Move = { move: 'choose', offer: TOTP, challenge: ids.first, sent: null }
const chooseEmail: Move = { move: 'choose', offer: EMAIL, challenge: ids.second, sent }
const spend = (asked: typeof totp | typeof email): Move => ({ move: 'spend', ...asked })
const judge = (asked: typeof totp | typeof email, judged: Judged): Move => ({
  ...{ move: 'judge', judged, to: null, ...asked },
  lead: judged.verdict === 'accepted' ? { leadsTo: 'satisfied', proof, earns: null } : null,
})

function play(now: Instant, from: StepUp, ...moves: readonly Move[]): StepUp {
  return moves.reduce((at, move) => {
    const step = decide(now, at, move)
    return step.step === 'moved' ? step.next : at
  }, from)
}

const wrong = (asked: typeof totp | typeof email) => [spend(asked), judge(asked, rejected)]

describe('a step-up', () => {
  test('is satisfied by a right answer that was spent first', () => {
    const end = play(NOON, choosing, chooseTotp, spend(totp), judge(totp, accepted))
    assert.equal(end.state, 'satisfied')
  })

  test('takes no verdict on an answer that was not spent', () => {
    const asked = play(NOON, choosing, chooseTotp)
    assert.deepEqual(decide(NOON, asked, judge(totp, accepted)), { step: 'illegal' })
  })

  test('goes back to choosing after five wrong answers', () => {
    const end = play(NOON, choosing, chooseTotp, ...Array(5).fill(wrong(totp)).flat())
    assert.equal(end.state, 'choosing')
  })

  test('takes no verdict on a factor the person has switched away from', () => {
    // Without the last spend, the count of unjudged answers would refuse.
    const moves = [chooseTotp, spend(totp), chooseEmail, spend(email)]
    const switched = play(NOON, choosing, ...moves)
    assert.deepEqual(decide(NOON, switched, judge(totp, accepted)), { step: 'illegal' })
  })

  test('asks nothing that was not offered', () => {
    const only: StepUp = { ...held, state: 'choosing', offered: [EMAIL] }
    assert.deepEqual(decide(NOON, only, chooseTotp), { step: 'illegal' })
  })

  test('offers the other ways when a message could not be sent', () => {
    const failed = { move: 'deliver', outcome: 'failed', provider: 'smtp', to: 'l' } as const
    const end = play(NOON, choosing, chooseEmail, { ...failed, ...email })
    assert.deepEqual([end.state, end.offered], ['blocked', [TOTP]])
    assert.equal(play(NOON, end, chooseTotp).state, 'challenged')
  })

  describe('hears what came of a message', () => {
    const failed = { move: 'deliver', outcome: 'failed', provider: 'smtp', to: 'l' } as const
    const delivered: Move = { ...failed, ...email, outcome: 'accepted' }
    const asked = play(NOON, choosing, chooseEmail)
    const meanwhile: readonly (readonly [string, StepUp])[] = [
      ['switched ways', play(NOON, asked, chooseTotp)],
      ['was asked again', play(NOON, asked, { ...chooseEmail, challenge: ids.first })],
      ['cancelled', play(NOON, asked, { move: 'cancel' })],
      ['proved the other way', play(NOON, asked, chooseTotp, spend(totp), judge(totp, accepted))],
      ['was locked out', play(NOON, asked, { move: 'lock', factor: 'email' })],
    ]
    for (const [promise, at] of meanwhile)
      test(`after the person ${promise}, and stays as it is`, () => {
        for (const move of [delivered, { ...failed, ...email }]) {
          const step = decide(NOON, at, move)
          assert.ok(step.step === 'moved')
          assert.deepEqual(step.next, at)
          assert.deepEqual(
            step.events.map(({ event }) => event),
            ['code.sent'],
          )
        }
      })

    test('after its time was over, with the end', () => {
      const step = decide(held.expiresAt, asked, delivered)
      assert.ok(step.step === 'moved')
      assert.equal(step.next.state, 'expired')
      assert.deepEqual(
        step.events.map(({ event }) => event),
        ['code.sent', 'step-up.expired'],
      )
    })
  })

  test('takes a locked factor off the list, with every way that begins with it', () => {
    const enrol: Offer = {
      factor: 'totp',
      use: 'enrol',
      acr: 'mfa',
      first: { channel: 'email', to: ['a@b.c'] },
    }
    const from: StepUp = { ...held, state: 'choosing', offered: [enrol, EMAIL] }
    const end = play(NOON, from, { move: 'lock', factor: 'email' })
    assert.deepEqual([end.state, end.offered], ['blocked', []])
  })

  test('ends when its time is over, whatever is asked of it', () => {
    const step = decide(held.expiresAt, choosing, chooseTotp)
    assert.equal(step.step === 'moved' && step.next.state, 'expired')
  })

  test('refuses the answer after the thirtieth, right or wrong', () => {
    const malformed: Move = { move: 'malformed' }
    const end = play(NOON, choosing, chooseTotp, ...Array(30).fill(malformed), spend(totp))
    assert.equal(end.state, 'refused')
  })

  test('plans anew five times and no more', () => {
    const again: Move = {
      move: 'replan',
      planned: {
        ...{
          account: null,
          isOurs: false,
          isTheirs: false,
          lane: 'signed',
          trust: null,
          username: 'x',
          offered: [],
        },
        outcome: { plan: 'block', why: 'no-contact', reason: 'r', factor: null },
      },
    }
    assert.equal(play(NOON, blocked, ...Array(5).fill(again)).state, 'blocked')
    assert.equal(play(NOON, blocked, ...Array(6).fill(again)).state, 'refused')
  })

  test('enrols after the contact was proven, and is worth that proof', () => {
    const enrol: Offer = {
      factor: 'totp',
      use: 'enrol',
      acr: 'mfa',
      first: { channel: 'email', to: ['a@b.c'] },
    }
    const from: StepUp = { ...held, state: 'choosing', offered: [enrol] }
    const confirm: Move = {
      ...{ move: 'confirm', enrolment: ids.enrolment, confirmed: 'right', earns: null },
      proof: { acr: 'mfa-app', amr: ['otp'], at: NOON },
    }
    const enrolling = play(
      ...([NOON, from, { ...chooseEmail, offer: enrol }, spend(email)] as const),
      {
        ...{ ...email, move: 'judge', judged: accepted, to: null },
        lead: { leadsTo: 'enrolling', pending },
      },
    )
    assert.equal(enrolling.state, 'enrolling')
    const end = play(NOON, enrolling, confirm)
    assert.ok(end.state === 'satisfied')
    assert.deepEqual([end.factor, end.proof.acr], ['email', 'mfa'])
  })

  test('does not enrol before the contact is proven', () => {
    const enrol: Offer = {
      factor: 'totp',
      use: 'enrol',
      acr: 'mfa',
      first: { channel: 'email', to: ['a@b.c'] },
    }
    const from: StepUp = { ...held, state: 'choosing', offered: [enrol] }
    assert.deepEqual(decide(NOON, from, { move: 'enrol', pending }), { step: 'illegal' })
    const asked = play(NOON, from, { ...chooseEmail, offer: enrol })
    assert.deepEqual(decide(NOON, asked, { move: 'enrol', pending }), { step: 'illegal' })
  })

  test('holds its promises under any sequence of moves', () => {
    const MOVES: readonly Move[] = [
      ...[chooseTotp, chooseEmail, spend(totp), spend(email)],
      ...[judge(totp, accepted), judge(totp, rejected), judge(email, rejected)],
      ...[{ move: 'malformed' } as const, { move: 'lock', factor: 'totp' } as const],
      { move: 'replayed', ...totp },
      { move: 'deliver', outcome: 'accepted', provider: 'smtp', to: 'l', ...email },
      { move: 'cancel' },
    ]
    const sequences = fc.array(fc.constantFrom(...MOVES), { minLength: 40 })
    const promises = fc.property(sequences, (moves) => {
      let at: StepUp = choosing
      let spent = 0
      let answers = 0
      for (const move of moves) {
        const before: StepUp = at
        at = play(NOON, before, move)
        if (at === before) continue
        assert.ok(!('at' in before)) // ends are final
        if (move.move === 'deliver') assert.equal(at.state, before.state)
        if (move.move === 'choose') spent = 0
        if (move.move === 'spend' && at.state === 'challenged') spent++
        if (move.move === 'spend' || move.move === 'malformed') answers++
        assert.ok(spent <= held.attemptsMax && answers <= held.answersLeft + 1)
        if (move.move === 'judge') assert.ok(spent > 0)
        const isProven = move.move === 'judge' && move.judged.verdict === 'accepted'
        assert.equal(at.state === 'satisfied', isProven)
      }
    })
    fc.assert(promises, { seed: 1, numRuns: 2_000 })
  })
})
