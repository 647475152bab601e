import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LIMITS } from '../../test/support/limits.ts'
import type { Person } from '../directories/index.ts'
import { type Id, type Instant, instantOf, later } from '../kernel/index.ts'
import { createPolicy } from '../policy/index.ts'
import type { Grant, Trust, TrustLook } from '../trust/index.ts'
import { createLookUpPerson } from './look-up-person.ts'
import { createOpen } from './open.ts'
import type { StepUp, StepUpRequest } from './step-up.ts'
import type { StepUpStore } from './step-up-store.ts'

const NOON = instantOf(Date.UTC(2030, 0, 1, 12))
const person: Person = {
  ...{ account: 'acc_AAAAAAAAAAAAAAAAAAAAAA' as Id<'account'>, directory: 'local' },
  ...{ immutableId: 'x', username: 'Li.Wei', displayName: null, groups: [], locale: null },
  ...{ emails: ['li.wei@kestrel.example'], phones: [] },
}
const request: StepUpRequest = {
  ...{ client: 'iam', lane: 'signed', subject: 'u-1', directories: ['local'] },
  ...{ lookup: { by: 'name', value: 'li.wei' }, application: { id: null, name: 'Payroll' } },
  ...{ acr: { wanted: [], essential: false }, maxAgeSeconds: null, prompt: null },
  ...{ uiLocales: null, purpose: 'sign-in', upstream: null, signedIp: null },
}
const browser = {
  ...{ hash: 'b', ip: '192.0.2.7', userAgent: null, acceptLanguage: null },
  place: { ip: '192.0.2.7', device: null },
}
const proof = { acr: 'mfa', amr: ['otp'], at: later(NOON, -3600) }
const grant: Grant = {
  ...{ id: 'tru_AAAAAAAAAAAAAAAAAAAAAA' as Id<'trust'>, group: 'iam', factor: 'totp', ...proof },
  ...{ binding: 'ip', contacts: 'k.mac', ip: '192.0.2.7', device: null },
}
const looking = (trusted: TrustLook['trusted']): Trust => ({
  look: () => ({ trusted, replayed: null, offer: null }),
  earn: () => null,
  explain: () => [],
})
const use = { account: person.account, grant: grant.id, device: null }
const trusting = looking({ grant, use, cookie: 'next' })
const noTrust = looking(null)

/** Two ways, nothing enrolled, nobody locked, and a store that keeps whatever is opened. */
async function opened(
  over: Partial<StepUpRequest>,
  { trust = noTrust, isThere = true } = {},
): Promise<StepUp> {
  const rungs = [{ value: 'mfa', factors: ['email', 'totp'] as const, enrolledBy: null }]
  const policy = createPolicy({
    settings: {
      ...{ enabled: true, factors: ['totp', 'email'], firstEnrolment: 'open', language: 'en' },
      ...{ acr: rungs, rules: [], sendAtOnce: false },
      ...{ trustHours: 12, trustBinding: 'ip', trustSince: null },
    },
    ...{ delegatedAmr: new Map(), timeZone: 'UTC', askable: ['totp', 'email'] },
  })
  const notHere = () => Promise.reject(new Error('nothing but opening happens here'))
  const store: StepUpStore = {
    open: (value) => Promise.resolve({ heard: 'opened', at: { version: 1, value, tallies: [] } }),
    openTrusted: (value) =>
      Promise.resolve({ heard: 'opened', at: { version: 1, value, tallies: [] } }),
    standing: () =>
      Promise.resolve({
        ...{ enrolled: [], codes: [], tallies: [], settings: null, policyVersion: 0 },
        ...{ knownBrowsers: [], grants: [] },
      }),
    ...{ find: notHere, replace: notHere, replan: notHere, send: notHere, spend: notHere },
    ...{ settle: notHere, enrol: notHere },
    ...{ apps: notHere, renameApp: notHere, removeApp: notHere },
  }
  const { open } = createOpen({
    reach: { email: () => true, sms: () => false },
    marks: { isOf: () => false },
    ...{ trust, trustStore: { revoke: notHere }, store, senders: new Map() },
    ...{ deliver: notHere, heard: () => {} },
    lookUp: createLookUpPerson({
      store,
      resolve: () =>
        Promise.resolve(isThere ? { found: 'person', person } : { found: 'not-found' as const }),
      policies: { at: async () => policy },
    }),
    negotiate: () => 'en',
    settings: { lifetimeSeconds: 600, attemptsMax: 5, codeSeconds: 300 },
    limits: LIMITS,
    clock: { now: (): Instant => NOON },
    random: { bytes: (count) => new Uint8Array(count) },
  })
  const answer = await open(
    { ...request, ...over },
    'stp_AAAAAAAAAAAAAAAAAAAAAA' as Id<'stepUp'>,
    browser,
  )
  assert.ok(answer.opened === 'here')
  return answer.at.value
}

const states = (stepUp: StepUp) =>
  stepUp.state === 'satisfied' ? `${stepUp.state} by ${stepUp.how}` : stepUp.state

describe('a step-up that is opened', () => {
  test('lets a trusted person pass without a word, also under prompt=none', async () => {
    for (const prompt of [null, 'none'] as const) {
      const stepUp = await opened({ prompt }, { trust: trusting })
      assert.equal(states(stepUp), 'satisfied by trust')
      assert.deepEqual(stepUp.state === 'satisfied' && stepUp.proof, proof)
    }
  })

  test('asks who is not trusted, and under prompt=none refuses instead', async () => {
    assert.equal(states(await opened({})), 'choosing')
    const quiet = await opened({ prompt: 'none' })
    assert.equal(quiet.state === 'refused' && quiet.reason, 'question-needed')
  })

  test('says under prompt=none no more of who is there than of who is not', async () => {
    const [there, gone] = await Promise.all(
      [true, false].map((isThere) => opened({ prompt: 'none' }, { isThere })),
    )
    assert.deepEqual(there && { ...there, account: null, isTheirs: false }, gone)
  })

  const overriding: readonly (readonly [string, Partial<StepUpRequest>])[] = [
    ['prompt=login', { prompt: 'login' }],
    ['an older proof than max_age', { maxAgeSeconds: 60 }],
    ['an essential acr that was not earned', { acr: { wanted: ['phr', 'gold'], essential: true } }],
    ['an acr that is essential without a name', { acr: { wanted: [], essential: true } }],
    ['who comes to enrol', { purpose: 'enrol' }],
    ['a name that nobody signed', { lane: 'unsigned' }],
  ]
  for (const [what, over] of overriding)
    test(`trusts nobody against ${what}`, async () => {
      assert.notEqual(states(await opened(over, { trust: trusting })), 'satisfied by trust')
    })
})
