import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openAccounts } from '../../test/support/directory-local.ts'
import { entryOf, fakeLdap, openLdapSettings } from '../../test/support/fake-ldap.ts'
import { createSampler } from '../../test/support/step-up.ts'
import { createFakeClock, createSeededRandom } from '../../test/support/world.ts'
import { Fault } from '../kernel/index.ts'
import { createLookup, type Servers } from './ldap/lookup.ts'
import { createFindLeavers } from './leavers.ts'

const WEEK_SECONDS = 7 * 86_400
const sampler = createSampler('leavers')
const idOf = (n: number) => `6ba7b810-9dad-11d1-80b4-00c04fd4${String(n).padStart(4, '0')}`
const entry = (n: number) =>
  entryOf(`uid=p${n},ou=people,dc=kestrel,dc=example`, { uid: `p${n}`, entryUUID: idOf(n) })

async function bench(count: number) {
  await using opening = new AsyncDisposableStack()
  const { store } = opening.use(await openAccounts())
  const clock = createFakeClock()
  const there = Array.from({ length: count }, (_, n) => entry(n))
  const ldap = fakeLdap(there)
  const servers: { ask: Servers['ask'] } = { ask: ldap.ask }
  const lookup = createLookup({
    settings: openLdapSettings(),
    servers: { ask: (work, signal) => servers.ask(work, signal) },
    clock,
  })
  const find = createFindLeavers({
    ...{ directory: 'ldap', deadlineSeconds: 8, lookup, store: store.accounts, clock },
    random: createSeededRandom('leavers'),
  })
  for (let n = 0; n < count; n++)
    await store.accounts.know(
      { directory: 'ldap', immutableId: idOf(n), nameKey: `p${n}` },
      sampler.id('account'),
      clock.now(),
    )
  const made = opening.move()
  return {
    ...{ clock, there, find, servers, ldap },
    goneOf: async () => {
      const all = await store.accounts.list('ldap', '', 1_000)
      return all
        .filter(({ goneAt }) => goneAt !== null)
        .map(({ nameKey }) => nameKey)
        .toSorted()
    },
    asked: () => ldap.asked.length,
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  }
}

describe('those who left a company', () => {
  test('are found a week after they were seen last, and nobody who is there', async () => {
    await using made = await bench(5)
    made.there.splice(1, 2)
    made.clock.advance(WEEK_SECONDS - 1)
    await made.find()
    assert.equal(made.asked(), 0)
    made.clock.advance(1)
    await made.find()
    assert.deepEqual(await made.goneOf(), ['p1', 'p2'])
    assert.equal(made.asked(), 5)
    // Whoever was seen, or is known to be gone, is in peace for another week.
    await made.find()
    assert.equal(made.asked(), 5)
  })

  test('are found a few at a time, until all were asked about', async () => {
    await using made = await bench(45)
    made.there.splice(0)
    made.clock.advance(WEEK_SECONDS)
    const found = []
    for (let n = 0; n < 3; n++) {
      await made.find()
      found.push((await made.goneOf()).length)
    }
    assert.deepEqual(found, [20, 40, 45])
  })

  test('are nobody as long as the directory does not answer, which is asked once', async () => {
    await using made = await bench(5)
    made.there.splice(0)
    made.clock.advance(WEEK_SECONDS)
    let asked = 0
    made.servers.ask = () => {
      asked++
      return Promise.reject(new Fault('directory.unavailable', 'silent'))
    }
    await made.find()
    assert.deepEqual([asked, await made.goneOf()], [1, []])
    made.servers.ask = made.ldap.ask
    // The next round goes on behind the one about whom nothing was heard, and then begins anew.
    for (let n = 0; n < 2; n++) await made.find()
    assert.equal((await made.goneOf()).length, 5)
  })

  test('are found behind somebody about whom there is never an answer', async () => {
    await using made = await bench(45)
    made.there.splice(5)
    made.clock.advance(WEEK_SECONDS)
    // The first of each round is one of them; a round ends there, and the next begins behind.
    let asked = 0
    made.servers.ask = (work, signal) =>
      asked++ % 20 === 0
        ? Promise.reject(new Fault('directory.unavailable', 'unreadable'))
        : made.ldap.ask(work, signal)
    for (let n = 0; n < 12; n++) await made.find()
    assert.equal((await made.goneOf()).length, 40)
  })

  test('are found behind such a one also where they are few', async () => {
    await using made = await bench(3)
    made.there.splice(1)
    made.clock.advance(WEEK_SECONDS)
    let asked = 0
    const first = made.servers.ask
    made.servers.ask = (work, signal) =>
      asked++ === 0
        ? Promise.reject(new Fault('directory.unavailable', 'unreadable'))
        : first(work, signal)
    await made.find()
    assert.deepEqual(await made.goneOf(), [])
    await made.find()
    assert.equal((await made.goneOf()).length + 1, asked)
  })

  test('are not those of whom there are two', async () => {
    await using made = await bench(1)
    made.there.push(entry(0))
    made.clock.advance(WEEK_SECONDS)
    await made.find()
    assert.deepEqual(await made.goneOf(), [])
  })

  test('are there again once their directory has them again', async () => {
    await using made = await bench(1)
    const left = made.there.splice(0)
    made.clock.advance(WEEK_SECONDS)
    await made.find()
    assert.deepEqual(await made.goneOf(), ['p0'])
    made.there.push(...left)
    made.clock.advance(WEEK_SECONDS)
    // Nobody asks about them any more; they come back by signing in.
    await made.find()
    assert.deepEqual(await made.goneOf(), ['p0'])
  })

  test('are not taken for gone by a fault that is none of the directory’s', async () => {
    await using made = await bench(1)
    made.clock.advance(WEEK_SECONDS)
    made.servers.ask = () => Promise.reject(new Error('a bug'))
    await assert.rejects(made.find(), /a bug/)
    assert.deepEqual(await made.goneOf(), [])
  })
})
