import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/index.ts'
import type { Account, UnseenMark } from '../../src/directories/index.ts'
import { type Id, later } from '../../src/kernel/index.ts'
import type { Store } from '../../src/store/index.ts'
import { challengedSample, choosingSample, createSampler } from '../support/step-up.ts'
import { NOON } from '../support/world.ts'
import { eventsOf, type OpenBench, times, turns } from './bench.ts'

const sampler = createSampler('account store')
const ANN = { directory: 'corp', immutableId: 'guid-ann', nameKey: 'ann' }
const BOB = { directory: 'corp', immutableId: 'guid-bob', nameKey: 'bob' }
const RACERS = 20
const BY = { at: NOON, actor: 'operator:ada' } as const
const NONE = { emails: [], phones: [] }

const know = async ({ accounts }: Store, person: typeof ANN, account = sampler.id('account')) =>
  (await accounts.know(person, account, NOON)).account

/** As it is when it was just made. */
const accountOf = (account: Id<'account'>, nameKey: string | null): Account => ({
  ...{ account, nameKey, contacts: { emails: [], phones: [] } },
  ...{ seenAt: NOON, goneAt: null },
})

const about = (event: AuditEvent['event'], account: Id<'account'>) => ({
  ...{ event, at: NOON, actor: 'system', account, directory: 'corp' },
})

const contactsSet = (account: Id<'account'>): AuditEvent => ({
  ...{ event: 'account.contacts-set', account, fields: ['emails'], at: NOON, actor: BY.actor },
})

export function accountStoreContract(backend: string, open: OpenBench): void {
  describe(`account store: ${backend}`, () => {
    test('finds nothing where nobody was asked for', async () => {
      await using bench = await open()
      assert.equal(await bench.store.accounts.find('corp', 'guid-ann'), undefined)
    })

    test('makes an account when it is first asked for, and finds it from then on', async () => {
      await using bench = await open()
      const fresh = sampler.id('account')
      const account = await know(bench.store, ANN, fresh)
      assert.equal(account, fresh)
      const found = accountOf(account, 'ann')
      assert.deepEqual(await bench.store.accounts.find('corp', 'guid-ann'), found)
      await using another = await bench.another()
      assert.deepEqual(await another.accounts.find('corp', 'guid-ann'), found)
      assert.equal(await know(another, ANN), account)
      assert.deepEqual(await eventsOf(bench.store), [about('account.made', account)])
      assert.deepEqual(bench.heard, [about('account.made', account)])
    })

    test('keeps the account of a person who is called otherwise', async () => {
      await using bench = await open()
      const account = await know(bench.store, ANN)
      assert.equal(await know(bench.store, { ...ANN, nameKey: 'ann.lee' }), account)
      const found = accountOf(account, 'ann.lee')
      assert.deepEqual(await bench.store.accounts.find('corp', 'guid-ann'), found)
      assert.deepEqual((await eventsOf(bench.store)).slice(1), [about('account.renamed', account)])
    })

    test('makes another account for a new person under an old name, and says so', async () => {
      await using bench = await open()
      const former = await know(bench.store, ANN)
      const account = await know(bench.store, { ...ANN, immutableId: 'guid-new' })
      assert.notEqual(account, former)
      const told = [
        about('account.made', account),
        { ...about('account.name-reused', account), former },
      ]
      assert.deepEqual((await eventsOf(bench.store)).slice(1), told)
      assert.deepEqual(bench.heard.slice(1), told)
      // The name is the newcomer's alone, so that it is said once.
      const before = await bench.store.accounts.find('corp', 'guid-ann')
      assert.deepEqual(before, accountOf(former, null))
      await know(bench.store, { ...ANN, immutableId: 'guid-new' })
      assert.equal((await eventsOf(bench.store)).length, 3)
    })

    test('says it as well where somebody who is known takes the name of another', async () => {
      await using bench = await open()
      const [ann, bob] = [await know(bench.store, ANN), await know(bench.store, BOB)]
      assert.equal(await know(bench.store, { ...BOB, nameKey: 'ann' }), bob)
      assert.deepEqual((await eventsOf(bench.store)).slice(2), [
        about('account.renamed', bob),
        { ...about('account.name-reused', bob), former: ann },
      ])
    })

    test('changes and tells nothing where all is as it was', async () => {
      await using bench = await open()
      const account = await know(bench.store, ANN)
      assert.equal(await know(bench.store, ANN), account)
      assert.equal((await eventsOf(bench.store)).length, 1)
      assert.equal(bench.heard.length, 1)
    })

    test('keeps directories apart, in ids and in names', async () => {
      await using bench = await open()
      const here = await know(bench.store, ANN)
      const there = await know(bench.store, { ...ANN, directory: 'branch' })
      assert.notEqual(here, there)
      const names = (await eventsOf(bench.store)).map(({ event }) => event)
      assert.deepEqual(names, ['account.made', 'account.made'])
    })

    test('takes ids and names of any kind as they are', async () => {
      await using bench = await open()
      const odd = { directory: 'corp', immutableId: 'ü\\00"\'{}', nameKey: '王小明 ( \\ )' }
      const account = await know(bench.store, odd)
      const found = accountOf(account, odd.nameKey)
      assert.deepEqual(await bench.store.accounts.find('corp', odd.immutableId), found)
    })

    test('lets one of many processes make an account, and tells all of them the same', async () => {
      await using bench = await open()
      await using another = await bench.another()
      const pick = turns(bench.store, another)
      const heard = await Promise.all(times(RACERS, (n) => know(pick(n), ANN)))
      assert.equal(new Set(heard).size, 1)
      const [account] = heard
      assert.ok(account)
      assert.deepEqual(await eventsOf(bench.store), [about('account.made', account)])
      assert.equal(bench.heard.length, 1)
    })

    test('tells a new name once, however many processes hear of it at once', async () => {
      await using bench = await open()
      await using another = await bench.another()
      const pick = turns(bench.store, another)
      const former = await know(bench.store, BOB)
      const account = await know(bench.store, ANN)
      const heard = await Promise.all(
        times(RACERS, (n) => know(pick(n), { ...ANN, nameKey: 'bob' })),
      )
      assert.deepEqual([...new Set(heard)], [account])
      assert.deepEqual((await eventsOf(bench.store)).slice(2), [
        about('account.renamed', account),
        { ...about('account.name-reused', account), former },
      ])
    })

    test('keeps two people apart who swap their names again and again at the same moment', async () => {
      await using bench = await open()
      await using another = await bench.another()
      const pick = turns(bench.store, another)
      const [ann, bob] = [await know(bench.store, ANN), await know(bench.store, BOB)]
      const heard = await Promise.all(
        times(RACERS * 2, async (n) => {
          const who = n % 2 === 0 ? ANN : BOB
          const nameKey = n % 4 < 2 ? 'x' : 'y'
          return [who, await know(pick(Math.floor(n / 2)), { ...who, nameKey })] as const
        }),
      )
      for (const [who, account] of heard) assert.equal(account, who === ANN ? ann : bob)
    })

    test('gives a step-up what to hang on, though nobody of ours is there', async () => {
      await using bench = await open()
      const { stepUps } = bench.store
      const account = await know(bench.store, ANN)
      const stepUp = challengedSample(sampler, { account, isOurs: false })
      const { heard } = await stepUps.open(stepUp, [], null, NOON)
      assert.equal(heard, 'opened')
    })

    test('goes with its step-ups when it is erased, and is another one from then on', async () => {
      await using bench = await open()
      const { people, stepUps } = bench.store
      const account = await know(bench.store, ANN)
      const waiting = choosingSample(sampler, { account, isOurs: false })
      await stepUps.open(waiting, [], null, NOON)
      assert.equal(await people.erase('branch', account, [], BY), 'unknown')
      assert.equal(await people.erase('corp', account, [], BY), 'erased')
      assert.equal(await stepUps.find(waiting.id), undefined)
      assert.equal(await bench.store.accounts.find('corp', 'guid-ann'), undefined)
      assert.notEqual(await know(bench.store, ANN), account)
    })

    test('keeps when its person was seen last, whatever clocks say', async () => {
      await using bench = await open()
      const { accounts } = bench.store
      await know(bench.store, ANN)
      const hence = later(NOON, 60)
      const known = await accounts.know(ANN, sampler.id('account'), hence)
      assert.equal(known.seenAt, hence)
      await know(bench.store, ANN)
      assert.deepEqual(await accounts.find('corp', 'guid-ann'), known)
    })

    test('keeps what an operator adds to contacts, and forgets it with the account', async () => {
      await using bench = await open()
      const { accounts, people } = bench.store
      const account = await know(bench.store, ANN)
      const contacts = { emails: ['a@b.example'], phones: ['+8613800138000', '+4930901820'] }
      const told = contactsSet(account)
      assert.equal(await accounts.setContacts('corp', account, contacts, [told], BY), 'set')
      const found = { ...accountOf(account, 'ann'), contacts }
      assert.deepEqual(await accounts.find('corp', 'guid-ann'), found)
      assert.deepEqual(await accounts.know({ ...ANN, nameKey: 'lee' }, account, NOON), {
        ...found,
        nameKey: 'lee',
      })
      assert.deepEqual((await eventsOf(bench.store))[1], told)
      const late = await accounts.setContacts('corp', account, NONE, [told], BY, NONE)
      assert.deepEqual(
        [late, (await accounts.find('corp', 'guid-ann'))?.contacts],
        ['stale', contacts],
      )
      const same = await accounts.setContacts('corp', account, contacts, [], BY, contacts)
      assert.equal(same, 'set')
      const other = sampler.id('account')
      assert.equal(await accounts.setContacts('corp', other, contacts, [told], BY), 'unknown')
      assert.equal(await accounts.setContacts('branch', account, contacts, [told], BY), 'unknown')
      assert.equal((await eventsOf(bench.store)).length, 3)
      await people.erase('corp', account, [], BY)
      assert.deepEqual((await accounts.know(ANN, other, NOON)).contacts, NONE)
    })

    test('ends what is under way where contacts change, and only then', async () => {
      await using bench = await open()
      const { accounts, stepUps } = bench.store
      const account = await know(bench.store, ANN)
      const begin = async () => {
        const stepUp = choosingSample(sampler, { account, isOurs: false })
        await stepUps.open(stepUp, [], null, NOON)
        return async () => (await stepUps.find(stepUp.id))?.value.state
      }
      const contacts = { emails: ['a@b.example'], phones: [] }
      const stateOf = await begin()
      await accounts.setContacts('corp', account, NONE, [], BY)
      assert.equal(await stateOf(), 'choosing')
      await accounts.setContacts('corp', account, contacts, [contactsSet(account)], BY)
      assert.equal(await stateOf(), 'cancelled')
      assert.equal((await eventsOf(bench.store)).at(-1)?.event, 'step-up.cancelled')
      assert.equal(bench.heard.at(-1)?.event, 'step-up.cancelled')
      const blocked = {
        ...choosingSample(sampler, { account, isOurs: false, offered: [] }),
        ...({ state: 'blocked', why: 'no-contact', factor: null } as const),
      }
      await stepUps.open(blocked, [], null, NOON)
      await accounts.setContacts('corp', account, NONE, [contactsSet(account)], BY)
      assert.equal((await stepUps.find(blocked.id))?.value.state, 'blocked')
      await accounts.setContacts('corp', account, contacts, [contactsSet(account)], BY)
      const after = await begin()
      await accounts.setContacts('corp', account, contacts, [contactsSet(account)], BY)
      assert.equal(await after(), 'choosing')
    })

    test('shows the help desk what hangs on it, by account, id or name, in its directory alone', async () => {
      await using bench = await open()
      const { accounts } = bench.store
      const account = await know(bench.store, ANN)
      await know(bench.store, BOB)
      const listed = {
        ...{ ...accountOf(account, 'ann'), directory: 'corp', immutableId: 'guid-ann' },
        factors: [],
      }
      const view = { ...listed, tallies: [], sends: [], codes: [] }
      for (const by of [{ account }, { immutableId: 'guid-ann' }, { nameKey: 'ann' }]) {
        assert.deepEqual(await accounts.view('corp', by), view)
        assert.equal(await accounts.view('branch', by), undefined)
      }
      assert.equal(await accounts.view('corp', { nameKey: 'cyd' }), undefined)
      const all = await accounts.list('corp', '', 10)
      assert.deepEqual(
        all.find((one) => one.account === account),
        listed,
      )
      assert.equal(all.length, 2)
      const [first, second] = all
      assert.ok(first && second && first.account < second.account)
      assert.deepEqual(await accounts.list('corp', first.account, 10), [second])
      assert.deepEqual(await accounts.list('branch', '', 10), [])
    })

    test('is not that of a person of our own, who has one too', async () => {
      await using bench = await open()
      const { people, accounts } = bench.store
      const account = sampler.id('account')
      const person = {
        ...{ account, directory: 'corp', username: 'own', nameKey: 'own', displayName: null },
        ...({ emails: [], phones: [], locale: null, state: 'enabled', createdAt: NOON } as const),
      }
      await people.add([{ person, enrolment: null }], [])
      assert.equal(await accounts.view('corp', { account }), undefined)
      assert.deepEqual(await accounts.list('corp', '', 10), [])
      assert.deepEqual(await accounts.unseen('corp', later(NOON, 9), null, 10), [])
    })

    test('says who was not seen for longest, and goes on where it left off', async () => {
      await using bench = await open()
      const { accounts } = bench.store
      const at = async (n: number, seconds: number) => {
        const person = { directory: 'corp', immutableId: `guid-${n}`, nameKey: `p${n}` }
        return accounts.know(person, sampler.id('account'), later(NOON, seconds))
      }
      for (const [n, seconds] of [30, 10, 20, 20, 40].entries()) await at(n, seconds)
      const before = later(NOON, 30)
      const page = (after: UnseenMark | null, limit: number) =>
        accounts.unseen('corp', before, after, limit)
      const all = await page(null, 10)
      assert.equal(all[0]?.immutableId, 'guid-1')
      assert.deepEqual(
        all
          .slice(1, 3)
          .map(({ immutableId }) => immutableId)
          .toSorted(),
        ['guid-2', 'guid-3'],
      )
      assert.equal(all[3]?.immutableId, 'guid-0')
      assert.equal(all.length, 4)
      const walked = []
      for (let mark: UnseenMark | null = null; ; ) {
        const [one] = await page(mark, 1)
        if (one === undefined) break
        walked.push(one)
        mark = one
      }
      assert.deepEqual(walked, all)
    })

    test('is left by a person who is not there, unless they were seen meanwhile', async () => {
      await using bench = await open()
      const { accounts } = bench.store
      const account = await know(bench.store, ANN)
      const hence = later(NOON, 60)
      await accounts.know(ANN, account, hence)
      assert.equal(await accounts.leave(account, NOON, later(NOON, 70)), 'seen-since')
      assert.equal(await accounts.leave(account, hence, later(NOON, 70)), 'left')
      assert.equal(await accounts.leave(account, hence, later(NOON, 80)), 'seen-since')
      assert.equal((await accounts.find('corp', 'guid-ann'))?.goneAt, later(NOON, 70))
      assert.deepEqual(await accounts.unseen('corp', later(NOON, 99), null, 10), [])
      const left = { ...about('account.left', account), at: later(NOON, 70) }
      assert.deepEqual((await eventsOf(bench.store)).at(-1), left)
      assert.deepEqual(bench.heard.at(-1), left)
    })

    test('is theirs again who come back before it is erased, and another one later', async () => {
      await using bench = await open()
      const { accounts, people } = bench.store
      const account = await know(bench.store, ANN)
      await accounts.leave(account, NOON, NOON)
      const hence = later(NOON, 60)
      assert.equal((await accounts.know(ANN, sampler.id('account'), hence)).account, account)
      const returned = { ...about('account.returned', account), at: hence }
      assert.deepEqual((await eventsOf(bench.store)).at(-1), returned)
      assert.equal(await people.eraseGone(later(NOON, 90), later(NOON, 90), { rowsMax: 9 }), 0)
      await accounts.leave(account, hence, hence)
      assert.equal(await people.eraseGone(later(NOON, 59), later(NOON, 90), { rowsMax: 9 }), 0)
      assert.equal(await people.eraseGone(hence, later(NOON, 90), { rowsMax: 9 }), 1)
      const another = sampler.id('account')
      assert.equal(await know(bench.store, ANN, another), another)
    })
  })
}
