import assert from 'node:assert/strict'
import { createSealer } from '../../src/audit/index.ts'
import type { LocalPerson } from '../../src/directories/index.ts'
import {
  type Clock,
  hashOf,
  type Id,
  instantOf,
  type KeyRing,
  later,
  OPERATOR_CODES,
  Secret,
} from '../../src/kernel/index.ts'
import type { Challenged, Enrolment, Lane } from '../../src/stepup/index.ts'
import type { Store } from '../../src/store/index.ts'
import type { NewGrant } from '../../src/trust/index.ts'
import { enrolmentSample } from './enrolment.ts'
import { requestSample } from './request.ts'
import { challengedSample, createSampler, satisfiedSample } from './step-up.ts'
import { NOON } from './world.ts'

const RULE = { every: 10, seconds: [900, 1800], cap: 50, own: 10 }
const SENDS = { coolDownSeconds: [30, 60], windowSeconds: 3600, sendsMax: 5 }
const PEOPLE = 23
const BY = { at: NOON, actor: 'operator:ada' } as const

const GRANT: NewGrant = {
  id: createSampler('grant').id('trust'),
  ...{ group: 'iam', factor: 'email', binding: 'ip+device', acr: 'mfa', amr: ['otp'], at: NOON },
  ...{ expiresAt: later(NOON, 604_800), contacts: 'k.mac', ip: '192.0.2.7', grantsMax: 20 },
  device: {
    ...{ series: 's', generation: 1, hash: 'h', keyId: 'k', before: null },
    ...{ rotatedAt: NOON, rotatedIp: '192.0.2.7' },
  },
}

/** What a grown installation remembers, and has to remember wherever it moves. */
export type Grown = {
  readonly enrolment: Enrolment
  /** Used up for the enrolment, with all before it. */
  readonly usedStep: number
  readonly account: Id<'account'>
  /** A challenge whose code was used. */
  readonly usedChallenge: string
  readonly spent: Id<'account'>
  readonly claimed: Id<'account'>
  readonly assertion: { readonly client: string; readonly jti: string }
  readonly redeemed: { readonly hash: string; readonly token: string }
  readonly issued: { readonly hash: string }
}

/** Leaves rows of every kind in every table, and events on both sides of the sealer. */
export async function grow(store: Store, keys: KeyRing, clock: Clock): Promise<Grown> {
  const sampler = createSampler('grown')
  const { stepUps, requests, signingKeys, people, accounts, audit } = store
  const account = sampler.id('account')
  const usedStep = 63_116_640
  const enrolment = enrolmentSample(sampler, account, { usedTimeStep: usedStep })
  await people.add([{ person: personOf(account, 'li.wei'), enrolment }], [added(account)])
  for (let n = 0; n < PEOPLE; n++) {
    const one = sampler.id('account')
    const person = { ...personOf(one, `Renée ${n} 李'"\\`), emails: [`p${n}@kestrel.example`] }
    const other = n % 3 === 0 ? null : enrolmentSample(sampler, one, { usedTimeStep: n })
    await people.add([{ person, enrolment: other }], [added(one)])
    if (n === 5) await people.remove(one, [added(one)], BY)
    if (n === 6) await people.set({ ...person, state: 'disabled' }, [], BY)
  }
  const elsewhere = { directory: 'corp', immutableId: '0f4c', nameKey: 'renée' }
  const codes = sampler.id('account')
  await accounts.know(elsewhere, codes, NOON)
  const policy = {
    ...({ enabled: true, factors: ['totp'], firstEnrolment: 'open', language: 'en' } as const),
    ...{ sendAtOnce: true, acr: [], rules: [] },
    ...({ trustHours: 12, trustBinding: 'ip', trustSince: NOON } as const),
  }
  const settings = {
    ...({ status: 'enabled', factors: ['totp'], language: 'zh-CN', trustHours: 8 } as const),
  }
  await store.policy.apply(0, policy, [{ account, settings }], [], [], NOON)

  // Handed out, one of them with a wrong answer and a browser that holds it.
  const life = { madeAt: NOON, madeBy: BY.actor, expiresAt: later(NOON, 900) } as const
  for (const kind of OPERATOR_CODES)
    await store.operatorCodes.give(
      {
        ...{ id: sampler.id('operatorCode'), account: codes, kind, keyId: 'k', hash: kind },
        ...{ ...life, answers: 1, holder: kind === 'bind-code' ? 'b1' : null },
      },
      false,
      [],
    )

  await signingKeys.replaceSet([], [signingKey('a', NOON), signingKey('b', null)], [])
  await createSealer({
    ...{ store: audit, keys, clock, isHeld: () => true },
    log: { info() {}, error() {} },
  }).tick()

  // Wrong answers in three lanes, of which one is paused; a right one; a message.
  const spent = sampler.id('account')
  for (const lane of ['signed', 'unsigned', 'browser:b1'] as const)
    await fail(spent, lane, lane === 'signed' ? 10 : 3)
  const right = challengedSample(sampler, { account, factor: 'email' })
  await stepUps.open(right, [], null, NOON)
  const used = { source: right.challenge, part: 0, expiresAt: later(NOON, 300) }
  await stepUps.settle(
    { version: 1, next: right, events: [] },
    { account, factor: 'email', lane: 'signed' },
    { verdict: 'accepted', enrolledBy: 'operator', consumption: used },
    {
      ...{ browser: right.browser, at: NOON, browsersMax: 5, since: 0, grant: GRANT },
      chosen: { factor: 'email', to: 'where' },
    },
  )
  const claimed = sampler.id('account')
  const sent = challengedSample(sampler, { account: claimed, factor: 'email' })
  const claim = { account: claimed, channel: 'email', lane: 'signed', rule: SENDS } as const
  await stepUps.open(sent, [], claim, NOON)

  // Codes on their way, one of them redeemed; assertions and nonces that were used.
  const jti = sampler.id('request')
  const once = { client: 'iam', jti, expiresAt: later(NOON, 300) }
  const token = hashOf('a token')
  const [issued, redeemed] = [await codeOf('issued', null), await codeOf('redeemed', once)]
  const { client, redirectUri } = requestSample(sampler)
  const answer = await requests.redeem(
    { hash: redeemed, seconds: 60, client, redirectUri },
    hashOf('the-verifier'),
    { hash: token, expiresAt: later(NOON, 300) },
    null,
    NOON,
  )
  assert.equal(answer.heard, 'redeemed')
  await requests.push(requestSample(sampler, { nonce: null }), null)
  await requests.refuse({
    ...({ event: 'request.refused', at: NOON, actor: 'client' } as const),
    ...{ client: 'iam', reason: 'verifier-wrong' },
  })
  return {
    ...{ enrolment, usedStep, account, usedChallenge: right.challenge, spent, claimed },
    assertion: { client: once.client, jti },
    ...{ redeemed: { hash: redeemed, token }, issued: { hash: issued } },
  }

  async function fail(of: Id<'account'>, lane: Lane, times: number): Promise<void> {
    const stepUp: Challenged = challengedSample(sampler, { account: of, lane })
    await stepUps.open(stepUp, [], null, NOON)
    for (let version = 1; version <= times; version++)
      await stepUps.spend(
        { version, next: stepUp, events: [] },
        { account: of, factor: 'totp', lane },
        RULE,
        NOON,
      )
  }

  async function codeOf(name: string, used: typeof once | null): Promise<string> {
    const request = requestSample(sampler)
    const satisfied = satisfiedSample(sampler, { id: request.stepUp, account })
    await requests.push(request, used)
    await stepUps.open(satisfied, [], null, NOON)
    const code = { hash: hashOf(name), seconds: 60 }
    const { heard } = await requests.issue(satisfied.id, satisfied.browser, code, NOON)
    assert.equal(heard, 'issued')
    return code.hash
  }
}

function personOf(account: Id<'account'>, username: string): LocalPerson {
  return {
    ...{ account, directory: 'local', username, nameKey: username.toLowerCase() },
    ...{ displayName: null, emails: ['li.wei@kestrel.example'], phones: ['+8613800138000'] },
    ...{ locale: 'zh-CN', state: 'enabled', createdAt: instantOf(NOON + 1) },
  }
}

const added = (account: Id<'account'>) =>
  ({ ...BY, event: 'person.added', account, fields: ['emails'] }) as const

const signingKey = (kid: string, activatedAt: typeof NOON | null) =>
  ({
    ...({ kid, alg: 'ES256', state: activatedAt === null ? 'next' : 'active' } as const),
    ...{ privateKey: new Secret(`pem of ${kid}`), publicJwk: `{"kid":"${kid}"}` },
    ...{ madeAt: NOON, activatedAt, retiredAt: null },
  }) as const
