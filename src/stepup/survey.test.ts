import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSampler, heldSample, SAMPLE_REQUEST } from '../../test/support/step-up.ts'
import { NOON } from '../../test/support/world.ts'
import type { Answer, Person } from '../directories/index.ts'
import { type Id, later } from '../kernel/index.ts'
import { createPolicy, type PolicySettings, type Rule } from '../policy/index.ts'
import type { OperatorCodeFacts } from './operator-code.ts'
import type { Provenance, StepUp } from './step-up.ts'
import type { Standing } from './step-up-store.ts'
import { createSurvey } from './survey.ts'

const sampler = createSampler('survey')
const account = sampler.id('account')
const PROVEN = ['bind-code', 'operator', 'import', 'factor']
const LADDER: PolicySettings['acr'] = [
  { value: 'mfa', factors: ['email', 'totp'], enrolledBy: null },
  { value: 'mfa-app', factors: ['totp'], enrolledBy: PROVEN },
]
const person: Person = {
  ...{ account, directory: 'local', immutableId: account, username: 'li.wei', displayName: null },
  ...{ groups: [], locale: null, emails: ['li.wei@kestrel.example'], phones: [] },
}
const none: Standing = {
  ...{ enrolled: [], codes: [], tallies: [], knownBrowsers: [], grants: [] },
  ...{ settings: null, policyVersion: 0 },
}
const [weak, strong, other] = [
  sampler.id('enrolment'),
  sampler.id('enrolment'),
  sampler.id('enrolment'),
] as const
const app = (enrolment: Id<'enrolment'> = strong, provenance: Provenance = 'import') => ({
  enrolment,
  ...({ factor: 'totp', provenance, digits: 6, periodSeconds: 30 } as const),
})
const request = { ...SAMPLE_REQUEST, purpose: 'enrol' } as const
const stepUp: StepUp = { ...heldSample(sampler, { account, request }), state: 'choosing' }

const REQUIRE: Rule = {
  ...{ name: 'strong', clients: null, directories: null, groups: null, networks: null, time: null },
  ...{ then: 'require', factors: null, acr: 'mfa-app', trustHours: null },
}

type Given = {
  readonly standing?: Partial<Standing>
  readonly answer?: Answer
  readonly over?: Partial<PolicySettings>
}

function surveyOf({ standing, answer, over }: Given) {
  const policy = createPolicy({
    settings: {
      ...{ enabled: true, factors: ['totp', 'email'], firstEnrolment: 'contact', language: 'en' },
      ...{ sendAtOnce: false, acr: LADDER, rules: [] },
      ...{ trustHours: 0, trustBinding: 'ip+device', trustSince: null },
      ...over,
    },
    ...{ delegatedAmr: new Map(), timeZone: 'UTC', askable: ['totp', 'email'] },
  })
  const survey = createSurvey({
    reach: { email: () => true, sms: () => false },
    clock: { now: () => NOON },
    lookUp: async () => ({
      ...{ answer: answer ?? { found: 'person', person }, standing: { ...none, ...standing } },
      policy,
      effectiveFor: ({ directory, groups }, now) =>
        policy.effective({ client: 'iam', directory, groups, ip: null, now }, null),
    }),
  })
  return survey(stepUp)
}

async function looked(of: Given) {
  const found = await surveyOf(of)
  assert.ok(found !== 'off')
  return found
}

describe('what may become of the factors of a person', () => {
  test('is nothing where they are gone, somebody else by now, denied, or without OTP apps', async () => {
    const another: Person = { ...person, account: sampler.id('account') }
    const denied: Rule = { ...REQUIRE, then: 'deny', acr: null }
    for (const of of [
      { answer: { found: 'not-found' } },
      { answer: { found: 'disabled', reason: 'disabled' } },
      { answer: { found: 'ambiguous' } },
      { answer: { found: 'person', person: another } },
      { over: { rules: [denied] } },
      { over: { factors: ['email'] } },
    ] satisfies readonly Given[])
      assert.equal(await surveyOf(of), 'off')
  })

  test('is that an app is taken away where a contact will do', async () => {
    const { instead } = await looked({ standing: { enrolled: [app(strong)] } })
    assert.equal(instead(strong), null)
  })

  test('is that one of the others has to stay where nothing but apps will do', async () => {
    const enrolled = [app(weak, 'contact:email'), app(strong), app(other)]
    const { instead } = await looked({ standing: { enrolled }, over: { factors: ['totp'] } })
    assert.deepEqual(instead(strong), [weak, other])
    const alone = await looked({ standing: { enrolled: [app()] }, over: { factors: ['totp'] } })
    assert.deepEqual(alone.instead(strong), [])
  })

  test('counts no app and no contact that does not reach what a rule demands', async () => {
    const enrolled = [app(weak, 'contact:email'), app(strong)]
    const { instead } = await looked({ standing: { enrolled }, over: { rules: [REQUIRE] } })
    assert.deepEqual(instead(strong), [])
    assert.deepEqual(instead(weak), [strong])
  })

  test('counts no code that an operator handed out, which is gone after one sign-in', async () => {
    const code: OperatorCodeFacts = {
      ...({ kind: 'bypass-code', madeAt: NOON, madeBy: 'operator:ada', answers: 0 } as const),
      ...{ expiresAt: later(NOON, 900), holder: null },
    }
    const standing = { enrolled: [app()], codes: [code] }
    const { instead } = await looked({ standing, over: { factors: ['totp'] } })
    assert.deepEqual(instead(strong), [])
  })

  test('is that an added app is worth what it was added by, and never more', async () => {
    const { added } = await looked({ standing: { enrolled: [app()] } })
    const by = (provenance: Provenance, factor: 'totp' | 'email' = 'totp') =>
      added({ factor, provenance, proof: { acr: 'mfa', amr: ['otp'], at: NOON } })
    assert.equal(by('import'), 'factor:totp')
    assert.equal(by('factor:totp'), 'factor:totp')
    assert.equal(by('contact:email'), 'contact:email')
    assert.equal(by('contact:email', 'email'), 'contact:email')
    assert.equal(by('open'), 'open')
  })

  test('is that what a password or a mailbox brought in brings in nothing better, whatever the ladder', async () => {
    const { added } = await looked({
      standing: { enrolled: [app()] },
      over: { acr: LADDER.slice(0, 1) },
    })
    const proof = { acr: 'mfa', amr: ['otp'], at: NOON }
    for (const provenance of ['open', 'contact:email', 'contact:sms'] as const)
      assert.equal(added({ factor: 'totp', provenance, proof }), provenance)
    assert.equal(added({ factor: 'totp', provenance: 'import', proof }), 'factor:totp')
  })

  test('goes by the ladder as it is, also where an added app alone would reach the highest rung', async () => {
    const acr = LADDER.map((rung) =>
      rung.value === 'mfa-app' ? { ...rung, enrolledBy: ['factor'] } : rung,
    )
    const { added } = await looked({ standing: { enrolled: [app()] }, over: { acr } })
    const proof = { acr: 'mfa', amr: ['otp'], at: NOON }
    for (const provenance of ['bind-code', 'operator', 'import'] as const)
      assert.equal(added({ factor: 'totp', provenance, proof }), provenance)
  })
})
