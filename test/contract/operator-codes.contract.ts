import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LocalPerson } from '../../src/directories/index.ts'
import { type Id, later, type OperatorCodeKind } from '../../src/kernel/index.ts'
import {
  type Challenged,
  CODE_ANSWERS_MAX,
  type Judged,
  type OperatorCode,
  rejected,
} from '../../src/stepup/index.ts'
import type { Store } from '../../src/store/index.ts'
import { enrolmentSample } from '../support/enrolment.ts'
import { challengedSample, createSampler } from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import { counted, eventsOf, type OpenBench, times } from './bench.ts'

const RULE = { every: 10, seconds: [900], cap: 50, own: 10 }
const BY = { at: NOON, actor: 'operator:ada' } as const
const sampler = createSampler('codes of operators')

const personOf = (account: Id<'account'>): LocalPerson => ({
  ...{ account, directory: 'local', username: account, nameKey: account, displayName: null },
  ...{ emails: [], phones: [], locale: null, state: 'enabled', createdAt: NOON },
})

const codeFor = (
  account: Id<'account'>,
  kind: OperatorCodeKind = 'bypass-code',
  over: Partial<OperatorCode> = {},
): OperatorCode => ({
  ...{ id: sampler.id('operatorCode'), account, kind, keyId: 'k', hash: 'h', madeAt: NOON },
  ...{ madeBy: 'operator:ada', expiresAt: later(NOON, 900), answers: 0, holder: null },
  ...over,
})

const made = ({ account, kind, expiresAt }: OperatorCode) =>
  ({ ...BY, event: 'operator-code.made', account, kind, expiresAt }) as const

/** Somebody of our own with a code. */
async function handed(store: Store, kind: OperatorCodeKind = 'bypass-code') {
  const account = sampler.id('account')
  await store.people.add([{ person: personOf(account), enrolment: null }], [])
  const code = codeFor(account, kind)
  assert.equal(await store.operatorCodes.give(code, true, [made(code)]), 'given')
  return { account, code }
}

async function asked(store: Store, code: OperatorCode, browser = 'a'): Promise<Challenged> {
  const { account, kind: factor } = code
  const stepUp = challengedSample(sampler, { account, factor, browser })
  await store.stepUps.open(stepUp, [], null, NOON)
  return stepUp
}

const spend = ({ stepUps }: Store, { account, kind: factor }: OperatorCode, next: Challenged) =>
  stepUps.spend({ version: 1, next, events: [] }, { account, factor, lane: 'signed' }, RULE, NOON)

const accepted = ({ id: code, kind, madeBy }: OperatorCode): Judged => ({
  ...{ verdict: 'accepted', enrolledBy: 'operator' },
  consumption: { code, kind, madeBy, answersMax: CODE_ANSWERS_MAX },
})

const settle = (
  { stepUps }: Store,
  code: OperatorCode,
  next: Challenged,
  judged: Judged = accepted(code),
  version = 2,
) => {
  const { account, kind: factor } = code
  const counter = { account, factor, lane: 'signed' } as const
  return stepUps.settle({ version, next, events: [] }, counter, judged, null)
}

/** An answer of its own step-up, spent and judged. */
async function given(store: Store, code: OperatorCode, browser = 'a', judged = accepted(code)) {
  const stepUp = await asked(store, code, browser)
  await spend(store, code, stepUp)
  return settle(store, code, stepUp, judged)
}

const enrol = ({ stepUps }: Store, next: Challenged, account: Id<'account'>, most = 1) =>
  stepUps.enrol(
    { version: 1, next, events: [] },
    enrolmentSample(sampler, account, { provenance: 'bind-code' }),
    most,
    null,
  )

export function operatorCodesContract(backend: string, open: OpenBench): void {
  describe(`codes of operators: ${backend}`, () => {
    test('are found as they were given, and seen by whoever looks at the account', async () => {
      await using bench = await open()
      const { store } = bench
      const { account, code } = await handed(store)
      assert.deepEqual(await store.operatorCodes.find(account, 'bypass-code'), code)
      assert.equal(await store.operatorCodes.find(account, 'bind-code'), undefined)
      const { kind, madeAt, madeBy, expiresAt, answers, holder } = code
      const facts = [{ kind, madeAt, madeBy, expiresAt, answers, holder }]
      assert.deepEqual((await store.stepUps.standing(account)).codes, facts)
      assert.deepEqual((await store.people.summary('local', { account }))?.codes, facts)
      assert.deepEqual(await eventsOf(store), [made(code)])
    })

    test('take the place of the former of their kind, with what was counted against it', async () => {
      await using bench = await open()
      const { store } = bench
      const { account, code } = await handed(store)
      await given(store, code, 'a', rejected)
      const [tally] = (await store.stepUps.standing(account)).tallies
      assert.equal(tally?.failures, 1)
      const next = codeFor(account)
      assert.equal(await store.operatorCodes.give(next, true, []), 'given')
      assert.deepEqual(await store.operatorCodes.find(account, 'bypass-code'), next)
      assert.deepEqual((await store.stepUps.standing(account)).tallies, [])
      assert.equal(await given(store, code), 'used')
      assert.equal(await given(store, next), 'settled')
    })

    test('are given to nobody who is not there or not enabled, nor to bind what is bound', async () => {
      await using bench = await open()
      const { store } = bench
      const account = sampler.id('account')
      const nobodys = codeFor(sampler.id('account'))
      for (const isOurs of [true, false])
        assert.equal(
          await store.operatorCodes.give(nobodys, isOurs, [made(nobodys)]),
          'account-gone',
        )
      const enrolment = enrolmentSample(sampler, account)
      await store.people.add([{ person: personOf(account), enrolment }], [])
      const bind = codeFor(account, 'bind-code')
      assert.equal(await store.operatorCodes.give(bind, true, [made(bind)]), 'enrolled')
      await store.people.set({ ...personOf(account), state: 'disabled' }, [], BY)
      const bypass = codeFor(account)
      assert.equal(await store.operatorCodes.give(bypass, true, [made(bypass)]), 'account-gone')
      assert.deepEqual((await store.stepUps.standing(account)).codes, [])
      assert.deepEqual(await eventsOf(store), [])
    })

    test('are given to people of other directories', async () => {
      await using bench = await open()
      const { store } = bench
      const account = sampler.id('account')
      const named = { directory: 'corp', immutableId: account, nameKey: 'ann' }
      await store.accounts.know({ ...named, immutableId: 'x' }, account, NOON)
      const code = codeFor(account)
      assert.equal(await store.operatorCodes.give(code, false, []), 'given')
      assert.equal((await store.accounts.view('corp', { account }))?.codes.length, 1)
    })

    test('end when they are revoked, once, and with their person', async () => {
      await using bench = await open()
      const { store } = bench
      const { account, code } = await handed(store)
      assert.equal(await store.operatorCodes.revoke(account, 'bind-code', [made(code)]), 'unknown')
      assert.equal(await store.operatorCodes.revoke(account, 'bypass-code', []), 'revoked')
      assert.equal(await store.operatorCodes.revoke(account, 'bypass-code', []), 'unknown')
      assert.equal(await given(store, code), 'used')
      for (const end of ['disable', 'remove', 'erase'] as const) {
        const one = await handed(store)
        const person = personOf(one.account)
        if (end === 'disable') await store.people.set({ ...person, state: 'disabled' }, [], BY)
        else if (end === 'remove') await store.people.remove(one.account, [], BY)
        else await store.people.erase('local', one.account, [], BY)
        const left = await store.operatorCodes.find(one.account, 'bypass-code')
        assert.equal(left, undefined, end)
      }
    })

    test('count every answer, wherever it is given, and are good for five', async () => {
      await using bench = await open()
      const { store } = bench
      const { account, code } = await handed(store)
      for (let n = 0; n < CODE_ANSWERS_MAX - 1; n++) await given(store, code, `b${n}`, rejected)
      const [last, late] = [await asked(store, code, 'x'), await asked(store, code, 'y')]
      await spend(store, code, last)
      await spend(store, code, late)
      assert.equal(await settle(store, code, last), 'used')
      assert.equal(await settle(store, code, late), 'used')
      assert.equal((await store.operatorCodes.find(account, code.kind))?.answers, 6)
    })

    test('take the fifth answer where it is right', async () => {
      await using bench = await open()
      const { store } = bench
      const { code } = await handed(store)
      for (let n = 0; n < CODE_ANSWERS_MAX - 1; n++) await given(store, code, `b${n}`, rejected)
      assert.equal(await given(store, code), 'settled')
    })

    test('count nothing for answers to anything else, nor where a lane is locked', async () => {
      await using bench = await open()
      const { store } = bench
      const { account, code } = await handed(store)
      const other = challengedSample(sampler, { account, factor: 'totp' })
      await store.stepUps.open(other, [], null, NOON)
      const counter = { account, factor: 'totp', lane: 'signed' } as const
      await store.stepUps.spend({ version: 1, next: other, events: [] }, counter, RULE, NOON)
      assert.equal((await store.operatorCodes.find(account, code.kind))?.answers, 0)
      const of = { account, factor: code.kind, lane: 'signed' } as const
      const heard: string[] = []
      for (let n = 0; n < 2; n++) {
        const change = { version: 1, next: await asked(store, code), events: [] }
        heard.push((await store.stepUps.spend(change, of, { ...RULE, every: 1 }, NOON)).heard)
      }
      assert.deepEqual(heard, ['spent', 'locked'])
      assert.equal((await store.operatorCodes.find(account, code.kind))?.answers, 1)
    })

    test('let one of many sign in at once, with a bypass code, and nobody after it', async () => {
      await using bench = await open()
      const { store } = bench
      const { code } = await handed(store)
      const all = await Promise.all(times(4, () => asked(store, code)))
      for (const one of all) await spend(store, code, one)
      const heard = await Promise.all(all.map((one) => settle(store, code, one)))
      assert.deepEqual(counted(heard), { settled: 1, used: 3 })
      assert.equal(await given(store, code), 'used')
    })

    test('belong to the browser that gave a bind code first, until its app is set up', async () => {
      await using bench = await open()
      const { store } = bench
      const { account, code } = await handed(store, 'bind-code')
      const all = await Promise.all(times(4, (n) => asked(store, code, `b${n}`)))
      for (const one of all) await spend(store, code, one)
      const heard = await Promise.all(all.map((one) => settle(store, code, one)))
      assert.deepEqual(counted(heard), { settled: 1, used: 3 })

      const held = await store.operatorCodes.find(account, 'bind-code')
      assert.ok(held?.holder)
      assert.equal(held.answers, 3)
      assert.equal(await given(store, code, held.holder), 'settled')
      assert.equal(await given(store, code, 'another'), 'used')
      const elsewhere = await asked(store, code, 'another')
      assert.equal(await enrol(store, elsewhere, account), 'code-gone')
      assert.equal((await store.stepUps.standing(account)).enrolled.length, 0)
      const here = await asked(store, code, held.holder)
      assert.equal(await enrol(store, here, account), 'enrolled')
      assert.equal(await store.operatorCodes.find(account, 'bind-code'), undefined)
    })

    test('let one of two set up an app at once, and none whose code was revoked meanwhile', async () => {
      await using bench = await open()
      const { store } = bench
      const { account, code } = await handed(store, 'bind-code')
      await given(store, code)
      const two = await Promise.all(times(2, () => asked(store, code)))
      const heard = await Promise.all(two.map((one) => enrol(store, one, account)))
      assert.equal(heard.filter((one) => one === 'enrolled').length, 1)

      const other = await handed(store, 'bind-code')
      await given(store, other.code)
      await store.operatorCodes.revoke(other.account, 'bind-code', [])
      const late = await asked(store, other.code)
      assert.equal(await enrol(store, late, other.account), 'code-gone')
      assert.equal((await store.stepUps.find(late.id))?.version, 1)
    })

    test('are asked of the first app alone, whatever another one beside it came to be by', async () => {
      await using bench = await open()
      const { store } = bench
      const { account, code } = await handed(store, 'bind-code')
      await given(store, code)
      assert.equal(await enrol(store, await asked(store, code), account), 'enrolled')
      assert.equal(await enrol(store, await asked(store, code, 'b'), account), 'full')
      assert.equal(await enrol(store, await asked(store, code, 'b'), account, 5), 'enrolled')
      assert.equal((await store.stepUps.apps(account)).length, 2)
    })

    test('end with whatever app is set up first', async () => {
      await using bench = await open()
      const { store } = bench
      const { account, code } = await handed(store, 'bind-code')
      const next = await asked(store, code)
      const enrolment = enrolmentSample(sampler, account, { provenance: 'contact:email' })
      const change = { version: 1, next, events: [] }
      assert.equal(await store.stepUps.enrol(change, enrolment, 1, null), 'enrolled')
      assert.equal(await store.operatorCodes.find(account, 'bind-code'), undefined)
    })

    test('leave nothing behind of what is stale', async () => {
      await using bench = await open()
      const { store } = bench
      const { account, code } = await handed(store)
      const stepUp = await asked(store, code)
      assert.equal(await settle(store, code, stepUp, accepted(code), 9), 'stale')
      assert.equal((await store.operatorCodes.find(account, code.kind))?.holder, null)
    })

    test('are swept an hour after their time', async () => {
      await using bench = await open()
      const { store } = bench
      const { account, code } = await handed(store)
      const limits = { rowsMax: 100 }
      const end = later(code.expiresAt, 3600)
      assert.equal((await store.sweep(later(end, -1), limits)).operatorCodes, 0)
      assert.equal((await store.sweep(end, limits)).operatorCodes, 1)
      assert.equal(await store.operatorCodes.find(account, code.kind), undefined)
    })
  })
}
