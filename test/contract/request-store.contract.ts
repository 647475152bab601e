import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/index.ts'
import { hashOf, instantOf, later } from '../../src/kernel/index.ts'
import type { AuthorizationRequest, Once } from '../../src/oidc/index.ts'
import type { StepUp } from '../../src/stepup/index.ts'
import type { Store } from '../../src/store/index.ts'
import { requestSample } from '../support/request.ts'
import { choosingSample, createSampler, satisfiedSample } from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import { counted, eventsOf, namesOf, type OpenBench, times, turns } from './bench.ts'

const RACERS = 10
const sampler = createSampler('request store')

const onceOf = (client = 'iam'): Once => ({
  ...{ client, jti: sampler.id('request'), expiresAt: later(NOON, 300) },
})
const codeOf = (stepUp: StepUp, seconds = 60) => ({ hash: hashOf(`code of ${stepUp.id}`), seconds })
const freshToken = () => ({ hash: hashOf(sampler.id('request')), expiresAt: later(NOON, 300) })
const VERIFIER = hashOf('the-verifier')

/** A request with a satisfied step-up and, if wanted, its code. */
async function satisfied(store: Store) {
  const request = requestSample(sampler)
  const stepUp = satisfiedSample(sampler, { id: request.stepUp })
  await store.requests.push(request, null)
  await store.stepUps.open(stepUp, [], null, NOON)
  return { request, stepUp }
}

async function issued(store: Store) {
  const made = await satisfied(store)
  const { stepUp } = made
  await store.requests.issue(stepUp.id, stepUp.browser, codeOf(stepUp), NOON)
  const { client, redirectUri } = made.request
  return { ...made, code: { ...codeOf(stepUp), client, redirectUri } }
}

export function requestStoreContract(backend: string, open: OpenBench): void {
  describe(`request store: ${backend}`, () => {
    describe('push', () => {
      test('keeps a request as it was', async () => {
        await using bench = await open()
        const request = requestSample(sampler)
        assert.equal(await bench.store.requests.push(request, onceOf()), 'pushed')
        const found = await bench.store.requests.find(request.stepUp)
        assert.deepEqual(found, { request, stepUp: undefined })
      })

      test('takes an assertion once, whoever races, and keeps nothing for the others', async () => {
        await using bench = await open()
        await using other = await bench.another()
        const storeOf = turns(bench.store, other)
        const once = onceOf()
        const requests = times(RACERS, () => requestSample(sampler))
        const race = requests.map((request, n) => storeOf(n).requests.push(request, once))
        assert.deepEqual(counted(await Promise.all(race)), { pushed: 1, 'assertion-replayed': 9 })
        const found = await Promise.all(
          requests.map(({ stepUp }) => bench.store.requests.find(stepUp)),
        )
        assert.equal(found.filter((one) => one !== undefined).length, 1)
      })

      test('takes a nonce of a client once, and the same of another client', async () => {
        await using bench = await open()
        const { requests } = bench.store
        const nonce = sampler.id('request')
        const race = times(RACERS, () => requests.push(requestSample(sampler, { nonce }), null))
        assert.deepEqual(counted(await Promise.all(race)), { pushed: 1, 'nonce-replayed': 9 })
        const other = requestSample(sampler, { nonce, client: 'other' })
        assert.equal(await requests.push(other, null), 'pushed')
      })

      test('takes the same jti of another client, and requests without a nonce', async () => {
        await using bench = await open()
        const { requests } = bench.store
        const once = onceOf()
        const without = () => requestSample(sampler, { nonce: null })
        assert.equal(await requests.push(without(), once), 'pushed')
        assert.equal(await requests.push(without(), { ...once, client: 'other' }), 'pushed')
      })
    })

    describe('findPushed', () => {
      test('finds it until its minute is over, and not at its end', async () => {
        await using bench = await open()
        const { requests } = bench.store
        const [early, late] = [requestSample(sampler), requestSample(sampler)]
        for (const one of [early, late]) await requests.push(one, null)
        const last = instantOf(early.openBy - 1)
        assert.deepEqual(await requests.findPushed(early.uriHash, 'iam', last), early)
        assert.equal(await requests.findPushed(late.uriHash, 'iam', late.openBy), 'expired')
      })

      test('finds it again, once its step-up is open, until it expires', async () => {
        await using bench = await open()
        const { requests } = bench.store
        const request = requestSample(sampler)
        await requests.push(request, null)
        await bench.store.stepUps.open(
          choosingSample(sampler, { id: request.stepUp }),
          [],
          null,
          NOON,
        )
        const last = instantOf(request.expiresAt - 1)
        assert.deepEqual(await requests.findPushed(request.uriHash, 'iam', last), request)
        assert.equal(
          await requests.findPushed(request.uriHash, 'iam', request.expiresAt),
          'expired',
        )
      })

      test('knows no request of another client', async () => {
        await using bench = await open()
        const { requests } = bench.store
        const request = requestSample(sampler)
        await requests.push(request, null)
        assert.equal(await requests.findPushed(request.uriHash, 'other', NOON), 'unknown')
        assert.equal(await requests.findPushed(hashOf('x'), 'iam', NOON), 'unknown')
      })
    })

    describe('park', () => {
      test('finds the same request again for the same object, whoever races', async () => {
        await using bench = await open()
        const request = requestSample(sampler)
        const race = times(RACERS, () =>
          bench.store.requests.park({ ...request, stepUp: sampler.id('stepUp') }, NOON),
        )
        const stepUps = (await Promise.all(race)).map((one) =>
          typeof one === 'string' ? one : one.stepUp,
        )
        assert.equal(new Set(stepUps).size, 1)
        const later1 = await bench.store.requests.park(request, later(NOON, 600))
        assert.equal(typeof later1 !== 'string' && later1.stepUp, stepUps[0])
      })

      test('refuses another object with a nonce that was seen', async () => {
        await using bench = await open()
        const { requests } = bench.store
        const nonce = sampler.id('request')
        await requests.push(requestSample(sampler, { nonce }), null)
        const parked = await requests.park(requestSample(sampler, { nonce }), NOON)
        assert.equal(parked, 'nonce-replayed')
      })

      test('expires as a pushed one does', async () => {
        await using bench = await open()
        const { requests } = bench.store
        const request = requestSample(sampler)
        await requests.park(request, NOON)
        assert.equal(await requests.park(request, request.expiresAt), 'expired')
        const late = requestSample(sampler)
        assert.equal(await requests.park(late, late.openBy), 'expired')
        assert.equal(await requests.find(late.stepUp), undefined)
      })
    })

    describe('find', () => {
      test('finds it with its step-up once one is open', async () => {
        await using bench = await open()
        const { request, stepUp } = await satisfied(bench.store)
        assert.deepEqual(await bench.store.requests.find(request.stepUp), { request, stepUp })
        assert.equal(await bench.store.requests.find(sampler.id('stepUp')), undefined)
      })
    })

    describe('issue', () => {
      test('issues one code, and says again while it waits', async () => {
        await using bench = await open()
        const { request, stepUp } = await satisfied(bench.store)
        const issue = (at = NOON) =>
          bench.store.requests.issue(stepUp.id, stepUp.browser, codeOf(stepUp), at)
        const answers = await Promise.all(times(RACERS, () => issue()))
        assert.deepEqual(counted(answers.map(({ heard }) => heard)), { issued: 1, again: 9 })
        for (const answer of answers) assert.deepEqual(answer, { ...answer, request, stepUp })
        assert.equal((await issue(later(NOON, 60))).heard, 'again')
        assert.equal((await issue(instantOf(NOON + 60_001))).heard, 'spent')
        assert.deepEqual(await eventsOf(bench.store), [
          {
            ...{ at: NOON, actor: 'person', stepUp: stepUp.id, client: 'iam' },
            ...{ account: stepUp.account, event: 'authorization-code.issued' },
          },
        ])
        assert.deepEqual(bench.heard, await eventsOf(bench.store))
      })

      test('says spent once the code was redeemed, and for a code of another key', async () => {
        await using bench = await open()
        const { stepUp, code } = await issued(bench.store)
        const { requests } = bench.store
        const other = { ...code, hash: hashOf('of another key') }
        assert.equal((await requests.issue(stepUp.id, stepUp.browser, other, NOON)).heard, 'spent')
        await requests.redeem(code, VERIFIER, freshToken(), null, NOON)
        assert.equal((await requests.issue(stepUp.id, stepUp.browser, code, NOON)).heard, 'spent')
      })

      test('keeps nothing for a step-up that is open or ended otherwise', async () => {
        await using bench = await open()
        const { requests, stepUps } = bench.store
        const choosing = choosingSample(sampler)
        const states: readonly (readonly [StepUp, string])[] = [
          [choosing, 'open'],
          [{ ...choosing, state: 'blocked', why: 'no-contact', factor: null }, 'open'],
          [{ ...choosing, state: 'refused', reason: 'denied', at: NOON }, 'ended'],
          [{ ...choosing, state: 'cancelled', by: 'person', at: NOON }, 'ended'],
          [{ ...choosing, state: 'expired', at: NOON }, 'ended'],
        ]
        for (const [state, heard] of states) {
          const request = requestSample(sampler)
          const stepUp = { ...state, id: request.stepUp }
          await requests.push(request, null)
          await stepUps.open(stepUp, [], null, NOON)
          const answer = await requests.issue(stepUp.id, stepUp.browser, codeOf(stepUp), NOON)
          assert.deepEqual(answer, { heard, request, stepUp })
        }
        assert.deepEqual(await eventsOf(bench.store), [])
      })

      test('tells another browser nothing, and the operator that it came', async () => {
        await using bench = await open()
        const { stepUp } = await satisfied(bench.store)
        const { requests } = bench.store
        const answer = await requests.issue(stepUp.id, 'another', codeOf(stepUp), NOON)
        assert.deepEqual(answer, { heard: 'other-browser' })
        assert.deepEqual(await namesOf(bench.store), ['step-up.other-browser'])
        const ours = await requests.issue(stepUp.id, stepUp.browser, codeOf(stepUp), NOON)
        assert.equal(ours.heard, 'issued')
      })

      test('knows nothing without a request or without a step-up', async () => {
        await using bench = await open()
        const { requests, stepUps } = bench.store
        const request = requestSample(sampler)
        await requests.push(request, null)
        const alone = satisfiedSample(sampler)
        await stepUps.open(alone, [], null, NOON)
        for (const id of [request.stepUp, alone.id, sampler.id('stepUp')]) {
          const answer = await requests.issue(id, alone.browser, codeOf(alone), NOON)
          assert.deepEqual(answer, { heard: 'unknown' })
        }
      })
    })

    describe('redeem', () => {
      test('lets exactly one of many racing callers redeem a code, and no token outlives the race', async () => {
        await using bench = await open()
        await using other = await bench.another()
        const storeOf = turns(bench.store, other)
        const { code } = await issued(bench.store)
        const tokens = times(RACERS, freshToken)
        const race = tokens.map((token, n) =>
          storeOf(n).requests.redeem(code, VERIFIER, token, onceOf(), NOON),
        )
        const answers = (await Promise.all(race)).map(({ heard }) => heard)
        assert.deepEqual(counted(answers), { redeemed: 1, replayed: 9 })
        for (const { hash } of tokens)
          assert.equal(await bench.store.requests.findToken(hash, NOON), undefined)
      })

      test('redeems with request and step-up, and keeps the event', async () => {
        await using bench = await open()
        const { request, stepUp, code } = await issued(bench.store)
        const at = later(NOON, 60)
        const answer = await bench.store.requests.redeem(code, VERIFIER, freshToken(), null, at)
        assert.deepEqual(answer, { heard: 'redeemed', request, stepUp })
        assert.deepEqual((await eventsOf(bench.store)).at(-1), {
          ...{ at, actor: 'client', stepUp: stepUp.id, client: 'iam' },
          ...{ account: stepUp.account, event: 'authorization-code.redeemed' },
        })
      })

      test('ends the access token when the code comes again, and says so to the operator', async () => {
        await using bench = await open()
        const { request, stepUp, code } = await issued(bench.store)
        const { requests } = bench.store
        const token = freshToken()
        await requests.redeem(code, VERIFIER, token, null, NOON)
        assert.deepEqual(await requests.findToken(token.hash, NOON), { request, stepUp })
        const again = await requests.redeem(code, VERIFIER, freshToken(), null, later(NOON, 299))
        assert.deepEqual(again, { heard: 'replayed' })
        assert.equal(await requests.findToken(token.hash, NOON), undefined)
        assert.equal((await namesOf(bench.store)).at(-1), 'authorization-code.replayed')
      })

      test('uses nothing up for a wrong client or redirect URI but the assertion', async () => {
        await using bench = await open()
        const { code } = await issued(bench.store)
        const { requests } = bench.store
        const wrong = [
          { ...code, client: 'other' },
          { ...code, redirectUri: `${code.redirectUri}/` },
          { ...code, hash: hashOf('x') },
        ]
        for (const one of wrong) {
          const once = onceOf()
          const redeem = () => requests.redeem(one, VERIFIER, freshToken(), once, NOON)
          assert.deepEqual(await redeem(), { heard: 'unknown' })
          assert.deepEqual(await redeem(), { heard: 'assertion-replayed' })
        }
        const right = await requests.redeem(code, VERIFIER, freshToken(), onceOf(), NOON)
        assert.equal(right.heard, 'redeemed')
      })

      test('uses the code up for a wrong verifier', async () => {
        await using bench = await open()
        const { code } = await issued(bench.store)
        const { requests } = bench.store
        const token = freshToken()
        const wrong = await requests.redeem(code, hashOf('x'), token, null, NOON)
        assert.deepEqual(wrong, { heard: 'verifier-wrong' })
        assert.equal(await requests.findToken(token.hash, NOON), undefined)
        const right = await requests.redeem(code, VERIFIER, freshToken(), null, NOON)
        assert.deepEqual(right, { heard: 'replayed' })
      })

      test('refuses a code that is older than its seconds', async () => {
        await using bench = await open()
        const { code } = await issued(bench.store)
        const at = instantOf(NOON + 60_001)
        const answer = await bench.store.requests.redeem(code, VERIFIER, freshToken(), null, at)
        assert.deepEqual(answer, { heard: 'expired' })
      })

      test('takes an assertion once, also one that pushed before', async () => {
        await using bench = await open()
        const { code } = await issued(bench.store)
        const { requests } = bench.store
        const once = onceOf()
        await requests.push(requestSample(sampler), once)
        const answer = await requests.redeem(code, VERIFIER, freshToken(), once, NOON)
        assert.deepEqual(answer, { heard: 'assertion-replayed' })
        const fresh = onceOf()
        assert.equal(
          (await requests.redeem(code, VERIFIER, freshToken(), fresh, NOON)).heard,
          'redeemed',
        )
        const push = await requests.push(requestSample(sampler), fresh)
        assert.equal(push, 'assertion-replayed')
      })
    })

    describe('findToken', () => {
      test('finds a token until it expires', async () => {
        await using bench = await open()
        const { code } = await issued(bench.store)
        const { requests } = bench.store
        const token = freshToken()
        await requests.redeem(code, VERIFIER, token, null, NOON)
        const last = instantOf(token.expiresAt - 1)
        assert.notEqual(await requests.findToken(token.hash, last), undefined)
        assert.equal(await requests.findToken(token.hash, token.expiresAt), undefined)
        assert.equal(await requests.findToken(hashOf('x'), NOON), undefined)
      })
    })

    test('keeps a refusal for the operator', async () => {
      await using bench = await open()
      const event: AuditEvent = {
        ...{ event: 'request.refused', at: NOON, actor: 'client' },
        ...{ client: 'iam', reason: 'scope' },
      }
      await bench.store.requests.refuse(event)
      assert.deepEqual(await eventsOf(bench.store), [event])
    })

    test('keeps every field of a request', async () => {
      await using bench = await open()
      const full: AuthorizationRequest = requestSample(sampler, {
        ...{ state: null, nonce: null },
        request: {
          ...requestSample(sampler).request,
          lookup: { by: 'immutableId', directory: 'corp', value: 'x' },
          directories: ['local', ['corp', 'ldap']],
          application: { id: 'app', name: 'Änderung 改' },
          acr: { wanted: ['phr'], essential: true },
          ...{ maxAgeSeconds: 60, prompt: 'login', uiLocales: 'zh-CN en', purpose: 'enrol' },
          upstream: { amr: ['pwd'], authTime: 1_893_499_200 },
          signedIp: '2001:db8::7',
        },
      })
      await bench.store.requests.push(full, null)
      assert.deepEqual((await bench.store.requests.find(full.stepUp))?.request, full)
    })
  })
}
