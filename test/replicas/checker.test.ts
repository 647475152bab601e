import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/index.ts'
import { type FactorKind, type Id, instantOf, later } from '../../src/kernel/index.ts'
import { createSampler } from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import { whatBroke } from './checker.ts'
import type { Asked, Evidence, Heard, Operation, Proof } from './history.ts'

const sampler = createSampler('checker')
const ANN = sampler.id('account')
const FIRST = sampler.id('stepUp')
const SECOND = sampler.id('stepUp')
const WHOLE = 'The chain is whole: 9 links checked, 0 events not yet sealed.\n'

type Draft = {
  -readonly [K in keyof Evidence]: Evidence[K] extends readonly (infer T)[] ? T[] : Evidence[K]
}

let clock = 0

function did(stepUp: Id<'stepUp'>, asked: Asked, heard: Heard): Operation {
  clock += 10
  return { startedAt: clock, endedAt: clock + 5, who: 'ann', stepUp, ...asked, ...heard }
}

function answered(
  stepUp: Id<'stepUp'>,
  proof: Proof | null,
  heard: Heard['heard'] & ('accepted' | 'wrong' | 'lost'),
): Operation {
  const challenge = `of ${stepUp}`
  return did(stepUp, { asked: 'answer', factor: 'totp', challenge, proof }, { heard })
}

const atStep = (timeStep: number): Proof => ({ of: 'app', who: 'ann', timeStep })

type Told = {
  readonly at?: number
  readonly verdict?: 'accepted' | 'rejected'
  readonly failures?: number
  readonly until?: 'operator' | number
}

/** An event as the audit has it; `at` in seconds after noon. */
function told(
  stepUp: Id<'stepUp'>,
  event: AuditEvent['event'],
  { at = 0, verdict = 'accepted', failures = 0, until = 900 }: Told = {},
) {
  const about = {
    at: later(NOON, at),
    actor: 'person',
    stepUp,
    client: 'iam',
    account: ANN,
  } as const
  const factor: FactorKind = 'totp'
  const end = until === 'operator' ? until : instantOf(later(NOON, until))
  const each: Record<string, AuditEvent> = {
    'answer.judged': { ...about, factor, event: 'answer.judged', verdict },
    'answer.spent': { ...about, factor, event: 'answer.spent' },
    'step-up.challenged': { ...about, factor, event: 'step-up.challenged' },
    'factor.locked': {
      ...{ ...about, factor, event: 'factor.locked', lane: 'signed' },
      ...{ failures, until: end },
    },
    'step-up.opened': {
      ...{ ...about, event: 'step-up.opened', lane: 'signed', offered: [], purpose: 'sign-in' },
      ...{ ip: null, signedIp: null },
    },
    'step-up.satisfied': {
      ...{ ...about, event: 'step-up.satisfied', how: 'factor', factor, acr: 'mfa', seconds: 1 },
    },
    'authorization-code.issued': { ...about, event: 'authorization-code.issued' },
    'authorization-code.redeemed': { ...about, event: 'authorization-code.redeemed' },
  }
  const found = each[event]
  assert.ok(found !== undefined, event)
  return { id: sampler.id('event'), event: found }
}

/** Somebody who mistypes once, is let in, and whose client redeems the code. */
function passage(stepUp: Id<'stepUp'>, timeStep: number): Pick<Draft, 'history' | 'audit'> {
  return {
    history: [
      did(stepUp, { asked: 'open' }, { heard: 'page' }),
      answered(stepUp, null, 'wrong'),
      answered(stepUp, atStep(timeStep), 'accepted'),
      did(stepUp, { asked: 'resume' }, { heard: 'code', code: `code of ${stepUp}` }),
      did(
        stepUp,
        { asked: 'redeem', code: `code of ${stepUp}` },
        { heard: 'token', idToken: `token of ${stepUp}` },
      ),
    ],
    audit: [
      told(stepUp, 'step-up.opened'),
      told(stepUp, 'step-up.challenged'),
      told(stepUp, 'answer.spent'),
      told(stepUp, 'answer.judged', { verdict: 'rejected' }),
      told(stepUp, 'answer.spent'),
      told(stepUp, 'answer.judged'),
      told(stepUp, 'step-up.satisfied'),
      told(stepUp, 'authorization-code.issued'),
      told(stepUp, 'authorization-code.redeemed'),
    ],
  }
}

function good(): Draft {
  const [first, second] = [passage(FIRST, 100), passage(SECOND, 101)]
  return {
    history: [...first.history, ...second.history],
    audit: [...first.audit, ...second.audit],
    ...{ mails: [], chain: WHOLE, before: [], after: [] },
  }
}

/** So many wrong answers in step-ups of their own, with the locks that belong to them unless left out. */
function guesses(count: number, lock: 'locked' | 'unlocked' = 'locked', from = 0) {
  return Array.from({ length: count }, (_, n) => {
    const stepUp = sampler.id('stepUp')
    const failures = from + n + 1
    // Each pause was waited for.
    const at = Math.floor((failures - 1) / 10) * 900
    const spent = [
      told(stepUp, 'step-up.challenged', { at }),
      told(stepUp, 'answer.spent', { at }),
      told(stepUp, 'answer.judged', { at, verdict: 'rejected' }),
    ]
    const until = failures >= 50 ? 'operator' : at + 900
    const isDue = lock === 'locked' && failures % 10 === 0
    return isDue ? [...spent, told(stepUp, 'factor.locked', { at, failures, until })] : spent
  }).flat()
}

const counted = (failures: number) => [{ account: ANN, factor: 'totp', failures }]

describe('the checker', () => {
  test('finds nothing where everything held', () => {
    assert.deepEqual(whatBroke(good()), [])
    const guessed = { ...good(), audit: [...good().audit, ...guesses(50)], after: counted(50) }
    assert.deepEqual(whatBroke(guessed), [])
    const known = { ...good(), audit: guesses(5, 'locked', 45), history: [] }
    assert.deepEqual(whatBroke({ ...known, before: counted(45), after: counted(50) }), [])
  })

  test('lets an answer that was lost have been accepted or not', () => {
    const accepted = good()
    accepted.history = accepted.history.map((one) =>
      one.asked === 'answer' && one.heard === 'accepted' ? { ...one, heard: 'lost' } : one,
    )
    assert.deepEqual(whatBroke(accepted), [])
    const never = good()
    never.history.push(answered(FIRST, atStep(102), 'lost'))
    assert.deepEqual(whatBroke(never), [])
  })

  const VIOLATIONS: Readonly<Record<string, readonly [RegExp, (draft: Draft) => void]>> = {
    'a code is accepted in two step-ups': [
      /time step 100 of ann was accepted in stp_/,
      (draft) => Object.assign(draft, twoWith(100, 100)),
    ],
    'a code is accepted twice, and one of the answers was lost': [
      /time step 100 of ann was accepted in stp_/,
      (draft) => {
        Object.assign(draft, twoWith(100, 100))
        const at = draft.history.findLastIndex((one) => one.heard === 'accepted')
        draft.history.splice(at, 1, answered(SECOND, atStep(100), 'lost'))
      },
    ],
    'an older time step comes after a newer one': [
      /ann: 99 was accepted after 100/,
      (draft) => Object.assign(draft, twoWith(100, 99)),
    ],
    'a wrong code is accepted': [
      /that nobody ever had/,
      (draft) => void draft.history.push(answered(FIRST, null, 'accepted')),
    ],
    'somebody is accepted who typed nothing': [
      /accepted without an answer that could be right/,
      (draft) => {
        draft.history = draft.history.filter((one) => one.asked !== 'answer')
      },
    ],
    'the mailed code of another step-up is accepted': [
      /the code of stp_.* was accepted/,
      (draft) => {
        const code = '123456'
        draft.mails.push({ stepUp: SECOND, code })
        draft.history.push(answered(FIRST, { of: 'mail', stepUp: SECOND, code }, 'accepted'))
      },
    ],
    'a code gives two tokens': [
      /a code gave two tokens/,
      (draft) => {
        const code = { asked: 'redeem', code: `code of ${FIRST}` } as const
        draft.history.push(did(FIRST, code, { heard: 'token', idToken: 'another' }))
      },
    ],
    'a step-up is redeemed twice by two codes': [
      /stp_.* gave two tokens/,
      (draft) => {
        const code = { asked: 'redeem', code: 'another' } as const
        draft.history.push(did(FIRST, code, { heard: 'token', idToken: 'another' }))
      },
    ],
    'six answers to one challenge are taken': [
      /6 answers to one challenge/,
      (draft) => {
        const six = Array.from({ length: 4 }, () => told(FIRST, 'answer.spent'))
        draft.audit.splice(5, 0, ...six)
      },
    ],
    'six answers to one challenge are called wrong': [
      /6 times a page said that it was wrong/,
      (draft) => {
        for (let n = 0; n < 5; n++) draft.history.push(answered(FIRST, null, 'wrong'))
      },
    ],
    'an eleventh answer in a row is taken without a pause': [
      /no pause after 10 in a row/,
      (draft) => {
        draft.audit.push(...guesses(11, 'unlocked'))
        draft.after = counted(11)
      },
    ],
    'an answer is taken during a pause': [
      /taken during the pause/,
      (draft) => {
        draft.audit.push(...guesses(10), told(sampler.id('stepUp'), 'answer.spent', { at: 899 }))
        draft.after = counted(11)
      },
    ],
    'a fifty-first answer in a row is taken': [
      /taken during the pause/,
      (draft) => {
        const late = told(sampler.id('stepUp'), 'answer.spent', { at: 1_000_000 })
        draft.audit.push(...guesses(50), late)
        draft.after = counted(51)
      },
    ],
    'a pause begins at another count': [
      /paused after 10, and there were 9 in a row/,
      (draft) => {
        const [, ...others] = guesses(10).filter(
          ({ event }) => event.event !== 'step-up.challenged',
        )
        draft.audit.push(...others)
        draft.after = counted(9)
      },
    ],
    'the database counts fewer than were judged': [
      /2 are counted of 3 in a row/,
      (draft) => {
        draft.audit.push(...guesses(3))
        draft.after = counted(2)
      },
    ],
    'an acknowledged success is not in the audit': [
      /told "accepted" of answer, and the audit has no accepted/,
      (draft) => without(draft, 'answer.judged'),
    ],
    'an acknowledged sign-in is not in the audit': [
      /told "page" of open, and the audit has no step-up.opened/,
      (draft) => without(draft, 'step-up.opened'),
    ],
    'an acknowledged token is not in the audit': [
      /told "token" of redeem, and the audit has no authorization-code.redeemed/,
      (draft) => without(draft, 'authorization-code.redeemed'),
    ],
    'an acknowledged wrong answer is not in the audit': [
      /told 2 times that it was wrong, recorded 1/,
      (draft) => void draft.history.push(answered(FIRST, null, 'wrong')),
    ],
    'an event stands twice in the audit': [
      /event evt_.* came twice/,
      (draft) => void draft.audit.push(...draft.audit.slice(0, 1)),
    ],
    'a success stands twice in the audit': [
      /2 step-up.satisfied/,
      (draft) => void draft.audit.push(told(FIRST, 'step-up.satisfied')),
    ],
    'a step-up is satisfied by no answer': [
      /satisfied by nothing/,
      (draft) => void draft.audit.push(told(sampler.id('stepUp'), 'step-up.satisfied')),
    ],
    'an answer is judged that was never spent': [
      /more verdicts than answers/,
      (draft) => without(draft, 'answer.spent'),
    ],
    'a token is given for what was never satisfied': [
      /redeemed and never satisfied/,
      (draft) => without(draft, 'step-up.satisfied'),
    ],
    'the chain is broken': [
      /audit: The chain is broken/,
      (draft) => Object.assign(draft, { chain: 'The chain is broken at 4: …' }),
    ],
    'something is never sealed': [
      /audit: The chain is whole: 8 links checked, 1 events not yet sealed/,
      (draft) => {
        draft.chain = 'The chain is whole: 8 links checked, 1 events not yet sealed.'
      },
    ],
  }
  for (const [what, [says, doctor]] of Object.entries(VIOLATIONS))
    test(`finds that ${what}`, () => {
      const draft = good()
      doctor(draft)
      assert.match(whatBroke(draft).join('\n'), says)
    })
})

function twoWith(first: number, second: number): Pick<Draft, 'history' | 'audit'> {
  const [one, other] = [passage(FIRST, first), passage(SECOND, second)]
  return {
    history: [...one.history, ...other.history],
    audit: [...one.audit, ...other.audit],
  }
}

function without(draft: Draft, event: AuditEvent['event']): void {
  draft.audit = draft.audit.filter((one) => one.event.event !== event)
}
