import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LIMITS } from '../../test/support/limits.ts'
import type { Person } from '../directories/index.ts'
import { type Id, instantOf, later } from '../kernel/index.ts'
import { createLadder, type Effective } from '../policy/index.ts'
import { type Plan, planFor, quietly } from './plan.ts'
import type { Lane, Provenance, StepUpRequest } from './step-up.ts'
import type { Standing, Tally } from './step-up-store.ts'

const NOON = instantOf(Date.UTC(2030, 0, 1, 12))
const PROVEN = ['bind-code', 'operator', 'import', 'factor']
const ladder = createLadder(
  [
    { value: 'mfa', factors: ['email', 'totp'], enrolledBy: null },
    { value: 'mfa-app', factors: ['totp'], enrolledBy: PROVEN },
    { value: 'phr', factors: ['webauthn'], enrolledBy: PROVEN },
  ],
  ['totp', 'email'],
)
const person: Person = {
  ...{ account: 'acc_AAAAAAAAAAAAAAAAAAAAAA' as Id<'account'>, directory: 'local' },
  ...{ immutableId: 'x', username: 'li.wei', displayName: null, groups: [], locale: null },
  ...{ emails: ['li.wei@kestrel.example'], phones: [] },
}
const request: StepUpRequest = {
  ...{ client: 'iam', lane: 'signed', subject: 'u-1', directories: ['local'] },
  ...{ lookup: { by: 'name', value: 'li.wei' }, application: { id: null, name: 'Payroll' } },
  ...{ acr: { wanted: [], essential: false }, maxAgeSeconds: null, prompt: null },
  ...{ uiLocales: null, purpose: 'sign-in', upstream: null, signedIp: null },
}
const effective: Effective = {
  ...{ use: 'required', acr: null, language: null },
  factors: ['totp', 'email'],
  firstEnrolment: 'contact',
  ...{ delegatedAmr: [], sendAtOnce: false },
  ...{ trustHours: 0, trustBinding: 'ip+device', trustSince: null },
}
const none: Standing = {
  ...{ enrolled: [], codes: [], tallies: [], knownBrowsers: [], grants: [] },
  ...{ settings: null, policyVersion: 0 },
}
const app = (provenance: Provenance, end = 'A'): Standing['enrolled'][number] => ({
  enrolment: `enr_AAAAAAAAAAAAAAAAAAAAA${end}` as Id<'enrolment'>,
  ...{ factor: 'totp', provenance, digits: 8, periodSeconds: 60 },
})
const withApp = (provenance: Provenance): Standing => ({
  ...none,
  enrolled: [app(provenance)],
})

const lockRule = LIMITS.lock
const reach = { email: () => true, sms: () => false }
const marks = { isOf: () => false }
const known = { request, person, standing: none, effective, ladder }
const input = { ...known, reach, marks, lockRule, lane: 'signed' as const, now: NOON }
const offers = (plan: Plan) =>
  plan.plan === 'ask' ? plan.offered.map(({ factor, use }) => `${use} ${factor}`) : plan
const essential = (...wanted: string[]) => ({ ...request, acr: { wanted, essential: true } })

describe('the plan', () => {
  test('offers what a person has, in the order of the policy', () => {
    assert.deepEqual(offers(planFor({ ...input, standing: withApp('import') })), [
      'ask totp',
      'ask email',
    ])
  })

  test('texts those numbers alone that may be texted, and sends nothing where there is no channel', () => {
    const both = { ...person, phones: ['+19002345678', '+12025550123'] }
    const texting = {
      ...{
        ...input,
        person: both,
        reach: { ...reach, sms: (to: string) => to.startsWith('+1202') },
      },
      effective: { ...effective, factors: ['sms', 'email'] as const },
      ladder: createLadder(
        [{ value: 'mfa', factors: ['email', 'sms'], enrolledBy: null }],
        [...(['sms', 'email'] as const)],
      ),
    }
    const to = (plan: Plan) =>
      plan.plan === 'ask' && plan.offered.map((offer) => offer.use === 'ask' && offer.to)
    assert.deepEqual(to(planFor(texting)), [['+12025550123'], person.emails])
    assert.deepEqual(to(planFor({ ...texting, reach })), [person.emails])
    const mute = { email: () => false, sms: () => false }
    assert.equal(planFor({ ...texting, reach: mute }).plan, 'block')
  })

  test('texts the first proof where no address can be written to', () => {
    const phones = ['+12025550123']
    const ladderWithSms = createLadder(
      [{ value: 'mfa', factors: ['email', 'sms', 'totp'], enrolledBy: null }],
      ['totp', 'sms'],
    )
    const plan = planFor({
      ...{ ...input, person: { ...person, phones }, ladder: ladderWithSms },
      effective: { ...effective, factors: ['totp'] },
      reach: { email: () => false, sms: () => true },
    })
    assert.deepEqual(
      plan.plan === 'ask' && plan.offered.map((offer) => offer.use === 'enrol' && offer.first),
      [{ channel: 'sms', to: phones }],
    )
  })

  test('takes nothing for delegated where a rule asks for a rung', () => {
    const upstream = { amr: ['swk'], authTime: NOON / 1000 }
    const delegating = { ...effective, delegatedAmr: ['swk'] }
    const asked = { ...input, request: { ...request, upstream }, standing: withApp('import') }
    assert.equal(planFor({ ...asked, effective: delegating }).plan, 'delegated')
    const strict = { ...delegating, acr: 'mfa-app' }
    assert.deepEqual(offers(planFor({ ...asked, effective: strict })), ['ask totp'])
  })

  test('says what the codes of a person’s own app look like', () => {
    const plan = planFor({ ...input, standing: withApp('import') })
    assert.deepEqual(
      plan.plan === 'ask' && plan.offered.map((offer) => offer.use === 'ask' && offer.app),
      [{ enrolment: app('import').enrolment, digits: 8, periodSeconds: 60 }, null],
    )
  })

  test('takes a person without an OTP app through setting one up', () =>
    assert.deepEqual(offers(planFor(input)), ['enrol totp', 'ask email']))

  test('wants the contact proven before the first enrolment, unless that is open', () => {
    const first = (plan: Plan) =>
      plan.plan === 'ask' && plan.offered[0]?.use === 'enrol' ? plan.offered[0].first : plan
    assert.deepEqual(first(planFor(input)), { channel: 'email', to: person.emails })
    const open = { ...effective, firstEnrolment: 'open' as const }
    assert.equal(first(planFor({ ...input, effective: open })), null)
  })

  test('enrols nothing on an unsigned name', () => {
    const unsigned = { ...request, lane: 'unsigned' as const }
    assert.deepEqual(offers(planFor({ ...input, request: unsigned })), ['ask email'])
  })

  test('blocks who has neither contact nor app', () => {
    const plan = planFor({ ...input, person: { ...person, emails: [] } })
    assert.equal(plan.plan === 'block' && plan.why, 'no-contact')
  })

  test('leaves out what would not reach an essential acr', () => {
    const standing = withApp('import')
    const plan = planFor({ ...input, request: essential('mfa-app'), standing })
    assert.deepEqual(offers(plan), ['ask totp'])
  })

  test('asks anything that is worth a rung for an essential acr without a name', () => {
    assert.deepEqual(offers(planFor({ ...input, request: essential() })), [
      'enrol totp',
      'ask email',
    ])
  })

  test('refuses an essential acr that nobody, or not this person, can reach', () => {
    const unmet = { plan: 'refuse', reason: 'essential-acr-unmet' }
    assert.deepEqual(planFor({ ...input, request: essential('phr') }), unmet)
    assert.deepEqual(planFor({ ...input, request: essential('nonsense') }), unmet)
    const standing = withApp('contact:email')
    assert.deepEqual(planFor({ ...input, request: essential('mfa-app'), standing }), unmet)
  })

  test('offers no factor that is locked, and blocks when all are', () => {
    const locked = (factor: 'totp' | 'email') =>
      ({ factor, lane: 'signed', failures: 10, lockedUntil: later(NOON, 900) }) as const
    const one = { ...withApp('import'), tallies: [locked('totp')] }
    assert.deepEqual(offers(planFor({ ...input, standing: one })), ['ask email'])
    const all = { ...withApp('import'), tallies: [locked('totp'), locked('email')] }
    const plan = planFor({ ...input, standing: all })
    assert.equal(plan.plan === 'block' && plan.why, 'factor-locked')
  })

  test('counts the hard cap over all lanes but the unsigned one, which has a cap of its own', () => {
    const lane = (name: Lane, failures: number) =>
      ({ factor: 'totp', lane: name, failures, lockedUntil: null }) as const
    const offered = (...tallies: readonly Tally[]) =>
      offers(planFor({ ...input, standing: { ...withApp('import'), tallies } }))
    assert.deepEqual(offered(lane('signed', 25), lane('browser:1', 25)), ['ask email'])
    assert.deepEqual(offered(lane('signed', 25), lane('unsigned', 50)), ['ask totp', 'ask email'])
  })

  test('says login_required rather than show a page under prompt=none', () => {
    const quiet = { ...request, prompt: 'none' as const }
    const needed = { plan: 'refuse', reason: 'question-needed' }
    assert.deepEqual(quietly(planFor({ ...input, request: quiet }), quiet), needed)
    const nobody = planFor({ ...input, request: quiet, person: { ...person, emails: [] } })
    assert.deepEqual(quietly(nobody, quiet), needed)
    assert.equal(quietly(nobody, request), nobody)
  })

  describe('delegates to what the client saw itself', () => {
    const noonSeconds = NOON / 1000
    const day = noonSeconds - 12 * 3600
    const upstream = { amr: ['pwd', 'hwk'], authTime: noonSeconds - 60 }
    const delegating = { ...effective, delegatedAmr: ['hwk'] }
    const plan = (over: Partial<StepUpRequest>) =>
      planFor({ ...input, effective: delegating, request: { ...request, upstream, ...over } }).plan

    const table: readonly (readonly [string, Partial<StepUpRequest>, Plan['plan']])[] = [
      ['when its amr is one that counts', {}, 'delegated'],
      ['not for an essential acr', { acr: { wanted: ['mfa'], essential: true } }, 'ask'],
      ['not for an acr that is essential without a name', { acr: essential().acr }, 'ask'],
      ['not for who comes to enrol', { purpose: 'enrol' }, 'ask'],
      ['of this working day', { upstream: { ...upstream, authTime: day } }, 'delegated'],
      ['not of an earlier one', { upstream: { ...upstream, authTime: day - 1 } }, 'ask'],
      [
        'of an earlier one where max_age says so',
        { upstream: { ...upstream, authTime: day - 1 }, maxAgeSeconds: 86_400 },
        'delegated',
      ],
      ['not when asked to prove it afresh', { prompt: 'login' }, 'ask'],
      ['not when older than max_age', { maxAgeSeconds: 59 }, 'ask'],
      ['within max_age', { maxAgeSeconds: 60 }, 'delegated'],
      ['not without a time', { upstream: { ...upstream, authTime: null } }, 'ask'],
      ['not with a time to come', { upstream: { ...upstream, authTime: noonSeconds + 60 } }, 'ask'],
      ['not for other methods', { upstream: { ...upstream, amr: ['pwd'] } }, 'ask'],
      ['not without the client saying so', { upstream: null }, 'ask'],
    ]
    for (const [promise, over, expected] of table)
      test(promise, () => assert.equal(plan(over), expected))

    test('at a time that is never to come', () => {
      const ahead = { upstream: { ...upstream, authTime: noonSeconds + 9 } }
      const of = planFor({ ...input, effective: delegating, request: { ...request, ...ahead } })
      assert.equal(of.plan === 'delegated' && of.proof.at, NOON)
    })
  })

  describe('opens with', () => {
    const opens = (plan: Plan) => (plan.plan === 'ask' ? plan.opens : plan)
    const byEmail = { ...input, effective: { ...effective, factors: ['email'] as const } }
    const atOnce = { ...byEmail, effective: { ...byEmail.effective, sendAtOnce: true } }

    test('the choice where a code would be sent, though it is the only way', () => {
      assert.equal(opens(planFor(byEmail)), 'choice')
    })

    test('the question where the policy sends at once, to one contact and by one way alone', () => {
      assert.equal(opens(planFor(atOnce)), 'question')
      const two = { ...person, emails: [...person.emails, 'li@home.example'] }
      assert.equal(opens(planFor({ ...atOnce, person: two })), 'choice')
      const both = { ...atOnce.effective, factors: ['totp', 'email'] as const }
      const standing = withApp('import')
      assert.equal(opens(planFor({ ...atOnce, standing, effective: both })), 'choice')
    })

    test('the question of an app, for which nothing is sent', () => {
      const alone = { ...effective, factors: ['totp'] as const }
      const plan = planFor({ ...input, standing: withApp('import'), effective: alone })
      assert.equal(opens(plan), 'question')
    })
  })
  test('asks for the code of an operator before the first app, whether or not there is one', () => {
    const bound = { ...input, effective: { ...effective, firstEnrolment: 'bindCode' as const } }
    const [first] = offered(planFor(bound))
    assert.deepEqual(first, {
      ...{ factor: 'totp', use: 'enrol', acr: 'mfa-app', first: { channel: 'bind-code', to: [] } },
    })
    assert.deepEqual(planFor(bound), planFor({ ...bound, standing: withCode('bind-code') }))
    const unsigned = { ...bound, request: { ...request, lane: 'unsigned' as const } }
    assert.deepEqual(offers(planFor(unsigned)), ['ask email'])
  })

  test('lets a bypass code past whatever is enabled, last, while it lives', () => {
    const bypassing = { ...input, standing: withCode('bypass-code') }
    assert.deepEqual([offers(planFor(bypassing))].flat().slice(-1), ['ask bypass-code'])
    const none = { ...bypassing, effective: { ...effective, factors: [] } }
    assert.deepEqual(offers(planFor(none)), ['ask bypass-code'])
    for (const over of [{ expiresAt: NOON }, { answers: 5 }, { holder: 'b' }])
      assert.ok(!hasBypass({ ...input, standing: withCode('bypass-code', over) }))
    for (const over of [{ lane: 'unsigned' }, { purpose: 'enrol' }] as const)
      assert.ok(!hasBypass({ ...bypassing, request: { ...request, ...over } }))
    assert.ok(!hasBypass({ ...bypassing, request: essential('mfa-app') }))
    assert.ok(hasBypass({ ...bypassing, request: essential('mfa') }))
    assert.ok(!hasBypass({ ...bypassing, effective: { ...effective, acr: 'mfa-app' } }))
    const denied = { ...bypassing, effective: { ...effective, use: 'denied' as const } }
    assert.deepEqual(planFor(denied), { plan: 'refuse', reason: 'denied' })
  })
})

const offered = (plan: Plan) => (plan.plan === 'ask' ? plan.offered : [])
const hasBypass = (of: Parameters<typeof planFor>[0]): boolean =>
  offered(planFor(of)).some(({ factor }) => factor === 'bypass-code')

const withCode = (
  kind: 'bind-code' | 'bypass-code',
  over: Partial<Standing['codes'][number]> = {},
): Standing => ({
  ...none,
  codes: [
    {
      ...{ kind, madeAt: NOON, madeBy: 'operator:ada', expiresAt: later(NOON, 60) },
      ...{ answers: 0, holder: null, ...over },
    },
  ],
})
