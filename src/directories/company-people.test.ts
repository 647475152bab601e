import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { codesIn } from '../../test/support/codes.ts'
import { openAccounts } from '../../test/support/directory-local.ts'
import { ALL_APPS, enrolmentSample } from '../../test/support/enrolment.ts'
import { entryOf, fakeLdap, openLdapSettings } from '../../test/support/fake-ldap.ts'
import { LOCKS } from '../../test/support/limits.ts'
import { challengedSample, createSampler } from '../../test/support/step-up.ts'
import { createFakeClock, createSeededRandom, NOON } from '../../test/support/world.ts'
import { Fault } from '../kernel/index.ts'
import { createCompanyPeople } from './company-people.ts'
import { createLookup, type Servers } from './ldap/lookup.ts'

const sampler = createSampler('company people')
const entry = (uid: string, id: number) =>
  entryOf(`uid=${uid},ou=people,dc=kestrel,dc=example`, {
    ...{ uid, entryUUID: `6ba7b810-9dad-11d1-80b4-00c04fd4300${id}` },
    mail: `${uid}@kestrel.example`,
  })

async function bench(entries = [entry('ann', 1), entry('bob', 2)]) {
  await using opening = new AsyncDisposableStack()
  const { store } = opening.use(await openAccounts())
  const clock = createFakeClock()
  const random = createSeededRandom('company people')
  const there = [...entries]
  let servers: Servers = fakeLdap(there)
  const lookup = createLookup({
    settings: openLdapSettings(),
    servers: { ask: (work, signal) => servers.ask(work, signal) },
    clock,
  })
  const people = createCompanyPeople({
    ...{ directory: 'ldap', defaultCountry: 'CN', deadlineSeconds: 8, lookup, clock, random },
    ...{
      accounts: store.accounts,
      store: store.people,
      locks: LOCKS,
      codes: codesIn(store.operatorCodes),
    },
  })
  const events = async () =>
    (await store.audit.unsealed(100)).map(({ text }) => JSON.parse(text) as { event: string })
  const made = opening.move()
  return {
    ...{ store, people, there, events },
    /** As if they had signed in. */
    async came(uid: string, id: number) {
      const immutableId = `6ba7b810-9dad-11d1-80b4-00c04fd4300${id}`
      const named = { directory: 'ldap', immutableId, nameKey: uid }
      return (await store.accounts.know(named, sampler.id('account'), NOON)).account
    },
    fail() {
      servers = { ask: () => Promise.reject(new Fault('directory.unavailable', 'ldap is silent')) }
    },
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  }
}

const kept = <T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): T =>
  result.ok ? result.value : assert.fail('it was refused')

describe('people of a company, for the help desk', () => {
  test('are found by any spelling that their directory takes, and by account', async () => {
    await using made = await bench()
    const account = await made.came('ann', 1)
    for (const who of ['ann', ' ANN ', account])
      assert.deepEqual((await made.people.whom(who)).ok && kept(await made.people.show(who)), {
        ...{ account, directory: 'ldap', immutableId: '6ba7b810-9dad-11d1-80b4-00c04fd43001' },
        ...{ username: 'ann', contacts: { emails: [], phones: [] }, seenAt: NOON, goneAt: null },
        ...{ factors: [], answers: [], sends: [], codes: [] },
      })
  })

  test('of whom nothing is known here are said to be so, and nobody to be nobody', async () => {
    await using made = await bench()
    assert.deepEqual(await made.people.whom('bob'), {
      ok: true,
      value: { account: null, username: 'bob' },
    })
    const nothing = ['bob of ldap never came here: nothing hangs on them']
    assert.deepEqual(await made.people.show('bob'), { ok: false, error: nothing })
    assert.deepEqual(await made.people.erase('ada', 'bob'), { ok: false, error: nothing })
    const nobody = { ok: false, error: ['ldap has nobody of that name'] }
    assert.deepEqual(await made.people.whom('cyd'), nobody)
    assert.deepEqual(await made.people.unlock('ada', 'cyd', null), nobody)
    assert.deepEqual(await made.events(), [])
  })

  test('may be given contacts of our own, read as those of our own people are', async () => {
    await using made = await bench()
    const account = await made.came('ann', 1)
    const set = await made.people.set('ada', 'ann', {
      emails: ['Ann@Other.Example'],
      phones: ['138 0013 8000'],
    })
    assert.deepEqual(kept(set), { account, username: 'ann' })
    const { contacts } = kept(await made.people.show('ann'))
    assert.deepEqual(contacts, { emails: ['Ann@other.example'], phones: ['+8613800138000'] })
    // What was not said stays.
    await made.people.set('ada', 'ann', { phones: [] })
    assert.deepEqual(kept(await made.people.show('ann')).contacts, {
      emails: ['Ann@other.example'],
      phones: [],
    })
    const told = { event: 'account.contacts-set', at: NOON, actor: 'operator:ada', account }
    assert.deepEqual((await made.events()).slice(1), [
      { ...told, fields: ['emails', 'phones'] },
      { ...told, fields: ['phones'] },
    ])
  })

  test('get an account with it where they never came', async () => {
    await using made = await bench()
    const { account } = kept(await made.people.set('ada', 'BOB', { emails: ['b@x.example'] }))
    assert.deepEqual(
      (await made.events()).map(({ event }) => event),
      ['account.made', 'account.contacts-set'],
    )
    assert.equal(await made.came('bob', 2), account)
  })

  test('keep in their directory what is kept there, and take no contact that is none', async () => {
    await using made = await bench()
    await made.came('ann', 1)
    const said = async (changes: object) => {
      const set = await made.people.set('ada', 'ann', changes)
      return set.ok ? assert.fail('it was set') : set.error.join()
    }
    for (const changes of [{ username: 'eva' }, { displayName: 'Eva' }, { locale: 'en' }])
      assert.match(await said(changes), /is kept in ldap: change it there/)
    assert.match(await said({ emails: ['Ann <a@b.example>'] }), /^email must be/)
    assert.match(await said({ phones: ['ask Bob'] }), /^phone must be/)
    assert.equal(await said({}), 'nothing to change was given')
    assert.equal((await made.events()).length, 1)
  })

  test('are found by account while their directory is silent, and by that alone', async () => {
    await using made = await bench()
    const account = await made.came('ann', 1)
    made.fail()
    assert.equal(kept(await made.people.show(account)).username, 'ann')
    await assert.rejects(made.people.show('ann'), {
      code: 'directory.unavailable',
      message:
        'ldap is silent. By account id it works without: `sallyport user list --directory ldap` has them',
    })
  })

  test('whom their directory has no more are found by the name that was theirs last', async () => {
    await using made = await bench()
    const account = await made.came('ann', 1)
    made.there.splice(0)
    assert.equal(kept(await made.people.show('Ann')).account, account)
    assert.deepEqual(kept(await made.people.erase('ada', 'ann')), { account, username: 'ann' })
    assert.equal((await made.people.show(account)).ok, false)
    assert.equal((await made.events()).at(-1)?.event, 'person.erased')
  })

  test('are never taken for somebody who had the name before', async () => {
    await using made = await bench()
    const former = await made.came('ann', 9)
    const account = await made.came('ann', 1)
    assert.notEqual(account, former)
    assert.equal(kept(await made.people.show('ann')).account, account)
    assert.equal(kept(await made.people.show(former)).account, former)
  })

  test('set up another OTP app after a reset', async () => {
    await using made = await bench()
    const account = await made.came('ann', 1)
    const none = { ok: false, error: ['totp is not set up'] }
    assert.deepEqual(await made.people.resetFactor('ada', 'ann', null), none)
    const { stepUps } = made.store
    const stepUp = challengedSample(sampler, { account })
    await stepUps.open(stepUp, [], null, NOON)
    const change = { version: 1, next: stepUp, events: [] }
    const enrolled = await stepUps.enrol(change, enrolmentSample(sampler, account), 1, null)
    assert.equal(enrolled, 'enrolled')
    assert.equal(kept(await made.people.show('ann')).factors[0]?.kind, 'totp')
    assert.deepEqual(kept(await made.people.resetFactor('ada', 'ann', null)), {
      ...{ account, username: 'ann' },
    })
    assert.deepEqual((await stepUps.standing(account)).enrolled, [])
    const reset = { event: 'factor.reset', at: NOON, actor: 'operator:ada', account }
    assert.ok(
      (await made.events()).some((event) => isDeepStrictEqual(event, { ...reset, ...ALL_APPS })),
    )
  })
})
