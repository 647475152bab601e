import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NO_CODES } from '../../test/support/codes.ts'
import { fakePeopleStore } from '../../test/support/fake-people-store.ts'
import { LOCKS } from '../../test/support/limits.ts'
import { instantOf, newId } from '../kernel/index.ts'
import { createImportPeople } from './import-people.ts'
import { createLocalDirectory } from './local.ts'
import { createPeople } from './people.ts'
import type { PeopleStore } from './people-store.ts'

const NOON = instantOf(Date.UTC(2030, 0, 1, 12))
const signal = new AbortController().signal
const OTP = 'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const SHORT_OTP = 'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ'
const WHOLE = { partial: false, allowShortSecrets: false }
const PARTIAL = { partial: true, allowShortSecrets: false }

function bench() {
  let made = 0
  const random = { bytes: (count: number) => new Uint8Array(count).fill(++made) }
  const store = fakePeopleStore()
  const clock = { now: () => NOON }
  const people = createPeople({
    ...{
      store,
      clock,
      random,
      directory: 'local',
      defaultCountry: 'CN',
      locks: LOCKS,
      codes: NO_CODES,
    },
  })
  const directory = createLocalDirectory({ name: 'local', store })
  const find = (value: string) => directory.find({ by: 'name', value }, signal)
  const names = async () => (await people.list('', 100)).map(({ username }) => username)
  const load = (format: 'csv' | 'jsonl', text: string, options = WHOLE) =>
    people.importPeople('ann', { bytes: Buffer.from(text), format }, options)
  return { store, people, directory, find, names, load }
}

const ALICE = { username: 'Alice', emails: ['alice@EXAMPLE.com'], phones: ['13800138000'] }

describe('two operators at once', () => {
  test('both change the person, and neither change is lost', async () => {
    const { people } = bench()
    await people.add('ann', ALICE)
    const [one, other] = await Promise.all([
      people.set('ann', 'alice', { displayName: 'Alice L' }),
      people.set('bob', 'alice', { locale: 'zh-CN' }),
    ])
    assert.ok(one.ok && other.ok)
    const after = await people.show('alice')
    assert.ok(after.ok)
    assert.deepEqual([after.value.displayName, after.value.locale], ['Alice L', 'zh-CN'])
  })
})

describe('the local directory', () => {
  test('finds the same account by every spelling of the name', async () => {
    const { people, find } = bench()
    const added = await people.add('ann', { ...ALICE, username: 'Ren\u00e9' })
    assert.ok(added.ok)
    for (const spelling of ['ren\u00e9', 'RENE\u0301', ' ren\u00e9 ', 'ＲＥＮé']) {
      const answer = await find(spelling)
      assert.ok(answer.found === 'person', spelling)
      assert.equal(answer.person.account, added.value.account)
    }
  })

  test('finds nobody by what is no name, without asking the store', async () => {
    const never = () => Promise.reject(new Error('asked'))
    const directory = createLocalDirectory({ name: 'local', store: { find: never } })
    const answer = await directory.find({ by: 'name', value: 'ali\u200bce' }, signal)
    assert.equal(answer.found, 'not-found')
    const other = { by: 'immutableId', directory: 'other', value: 'acc_x' } as const
    assert.equal((await directory.find(other, signal)).found, 'not-found')
  })

  test('finds by the account id in its own name only', async () => {
    const { people, directory } = bench()
    const added = await people.add('ann', ALICE)
    assert.ok(added.ok)
    const query = { by: 'immutableId', directory: 'local', value: added.value.account } as const
    assert.equal((await directory.find(query, signal)).found, 'person')
    const elsewhere = { ...query, directory: 'corp' }
    assert.equal((await directory.find(elsewhere, signal)).found, 'not-found')
  })

  test('says that a person is disabled, and finds them again when enabled', async () => {
    const { people, find } = bench()
    await people.add('ann', ALICE)
    await people.disable('ann', 'ALICE')
    assert.equal((await find('alice')).found, 'disabled')
    await people.enable('ann', 'alice')
    assert.equal((await find('alice')).found, 'person')
  })
})

describe('managing people', () => {
  test('keeps contacts in one form, and names the operator and the fields in the audit', async () => {
    const { people, store } = bench()
    const added = await people.add('ann', ALICE)
    assert.ok(added.ok)
    assert.deepEqual(added.value.emails, ['alice@example.com'])
    assert.deepEqual(added.value.phones, ['+8613800138000'])
    const [event] = store.events
    assert.ok(event?.event === 'person.added')
    assert.equal(event.actor, 'operator:ann')
    assert.ok(!JSON.stringify(event).includes('138'))
  })

  test('takes no second person of the same name in another spelling', async () => {
    const { people, names } = bench()
    await people.add('ann', ALICE)
    assert.equal((await people.add('ann', { username: 'aLICE' })).ok, false)
    await people.add('ann', { username: 'bob' })
    assert.equal((await people.set('ann', 'bob', { username: 'ＡＬＩＣＥ' })).ok, false)
    assert.deepEqual(await names(), ['Alice', 'bob'])
  })

  test('says everything that is wrong at once, and repeats no value', async () => {
    const { people, names } = bench()
    const bad = {
      username: '=cmd',
      displayName: 'x\r\ny',
      emails: ['evil\r\n@example.com'],
      phones: ['12'],
      locale: 'tlh',
    }
    const added = await people.add('ann', bad)
    assert.ok(!added.ok)
    assert.equal(added.error.length, 5)
    assert.ok(!added.error.join().includes('evil'))
    assert.deepEqual(await names(), [])
  })

  test('changes what is said and nothing else; a rename keeps the account', async () => {
    const { people, find } = bench()
    const added = await people.add('ann', ALICE)
    const changed = await people.set('ann', 'alice', { username: 'alicia', phones: [] })
    assert.ok(added.ok && changed.ok)
    const { account } = added.value
    assert.equal(changed.value.account, account)
    assert.deepEqual(changed.value.emails, ['alice@example.com'])
    assert.deepEqual(changed.value.phones, [])
    assert.equal((await find('alice')).found, 'not-found')
  })

  test('finds whom to change by account id as well, and refuses an unknown one', async () => {
    const { people } = bench()
    const added = await people.add('ann', ALICE)
    assert.ok(added.ok)
    assert.equal((await people.disable('ann', added.value.account)).ok, true)
    const stranger = newId('account', { bytes: (count) => new Uint8Array(count) })
    assert.equal((await people.disable('ann', stranger)).ok, false)
    assert.equal((await people.remove('ann', 'nobody')).ok, false)
  })

  test('unlocks what was locked, and the audit names no other factor', async () => {
    const { people, store } = bench()
    const added = await people.add('ann', ALICE)
    assert.ok(added.ok)
    store.lock(added.value.account, 'email')
    assert.deepEqual(await people.unlock('ann', 'alice', null), { ok: true, value: ['email'] })
    assert.deepEqual(await people.unlock('ann', 'alice', null), { ok: true, value: [] })
    const unlocked = store.events.filter(({ event }) => event === 'factor.unlocked')
    assert.equal(unlocked.length, 1)
  })

  test('unlocks nobody who only mistyped, and whoever can be sent nothing more', async () => {
    const { people, store } = bench()
    const added = await people.add('ann', ALICE)
    assert.ok(added.ok)
    store.lock(added.value.account, 'totp', 9)
    assert.deepEqual(await people.unlock('ann', 'alice', null), { ok: true, value: [] })
    store.silence(added.value.account, 'email')
    assert.deepEqual(await people.unlock('ann', 'alice', null), { ok: true, value: ['email'] })
    const shown = await people.show('alice')
    assert.ok(shown.ok)
    const totp = { factor: 'totp', lane: 'signed', failures: 9, pausedUntil: null }
    assert.deepEqual([shown.value.answers, shown.value.sends], [[totp], []])
  })

  test('erases by account id whoever was removed, and nobody of another directory', async () => {
    const { people, store } = bench()
    const added = await people.add('ann', ALICE)
    assert.ok(added.ok)
    const { account } = added.value
    const deps = { store, clock: { now: () => NOON }, random: { bytes: () => new Uint8Array(16) } }
    const branch = createPeople({
      ...{ ...deps, directory: 'branch', defaultCountry: null, locks: LOCKS, codes: NO_CODES },
    })
    assert.equal((await people.remove('ann', 'alice')).ok, true)
    assert.equal((await people.erase('ann', 'alice')).ok, false)
    assert.equal((await branch.erase('ann', account)).ok, false)
    const erased = await people.erase('ann', account)
    assert.deepEqual(erased, { ok: true, value: { account, username: null } })
    assert.equal((await people.erase('ann', account)).ok, false)
    const last = store.events.at(-1)
    assert.deepEqual([last?.event, last?.actor], ['person.erased', 'operator:ann'])
  })

  test('resets a factor once', async () => {
    const { people, load } = bench()
    await load('csv', `username,totp\nalice,${OTP}`)
    assert.equal((await people.resetFactor('ann', 'alice', null)).ok, true)
    assert.equal((await people.resetFactor('ann', 'alice', null)).ok, false)
  })
})

describe('an import', () => {
  test('adds everybody, with an OTP app as another product made it', async () => {
    const { load, store, people } = bench()
    const csv = [
      '\ufeffusername,display_name,email,phone,locale,totp',
      `alice,"Li, Alice",a@example.com;b@example.com,13800138000,zh-CN,${OTP}`,
      'bob,,,,,',
    ]
    const report = await load('csv', csv.join('\r\n'))
    assert.ok(report.ok)
    assert.equal(report.value.added, 2)
    const alice = await people.show('alice')
    assert.ok(alice.ok)
    assert.equal(alice.value.displayName, 'Li, Alice')
    assert.deepEqual(alice.value.emails, ['a@example.com', 'b@example.com'])
    const [factor] = alice.value.factors
    assert.deepEqual([factor?.provenance, factor?.secretBits], ['import', 160])
    assert.deepEqual(
      store.events.map(({ event }) => event),
      ['person.added', 'factor.imported', 'person.added'],
    )
  })

  test('reads JSON lines alike', async () => {
    const { load, names } = bench()
    const lines = [{ username: 'alice', email: 'a@example.com', phone: null }, { username: 'bob' }]
    const report = await load('jsonl', `${lines.map((one) => JSON.stringify(one)).join('\n')}\n`)
    assert.ok(report.ok && report.value.added === 2)
    assert.deepEqual(await names(), ['alice', 'bob'])
  })

  const MIXED = 'username,email\nalice,a@example.com\nbob,nonsense\ncarol\nALICIA,\nalicia,'

  test('adds nobody when one row is wrong, and says which rows and why', async () => {
    const { load, names } = bench()
    const report = await load('csv', MIXED)
    assert.ok(report.ok)
    assert.deepEqual(
      report.value.lines.map(({ outcome }) => outcome),
      ['ready', 'refused', 'refused', 'refused', 'refused'],
    )
    assert.match(report.value.lines[1]?.problems[0] ?? '', /^email must be/)
    assert.match(report.value.lines[3]?.problems[0] ?? '', /row 5/)
    assert.deepEqual(await names(), [])
  })

  test('adds the right rows when told to, and neither of two with one name', async () => {
    const { load, names } = bench()
    const report = await load('csv', MIXED, PARTIAL)
    assert.ok(report.ok && report.value.added === 1)
    assert.deepEqual(await names(), ['alice'])
  })

  test('refuses who is there already, in whatever spelling', async () => {
    const { load, people, names } = bench()
    await people.add('ann', ALICE)
    const csv = 'username\nbob\nALICE'
    const whole = await load('csv', csv)
    assert.ok(whole.ok && whole.value.added === 0)
    assert.deepEqual(await names(), ['Alice'])
    const partial = await load('csv', csv, PARTIAL)
    assert.ok(partial.ok && partial.value.added === 1)
    assert.deepEqual(await names(), ['Alice', 'bob'])
  })

  test('adds at most 10 000 as a whole, and more in parts', async () => {
    const added: number[] = []
    const add: PeopleStore['add'] = async (people) => {
      added.push(people.length)
      return { heard: 'added' }
    }
    const random = { bytes: (count: number) => new Uint8Array(count) }
    const clock = { now: () => NOON }
    const importPeople = createImportPeople({
      ...{ store: { add }, clock, random, directory: 'local', defaultCountry: null },
    })
    const names = Array.from({ length: 10_001 }, (_, at) => `user${at}`)
    const file = { bytes: Buffer.from(`username\n${names.join('\n')}`), format: 'csv' } as const
    assert.equal((await importPeople('ann', file, WHOLE)).ok, false)
    assert.deepEqual(added, [])
    const parts = await importPeople('ann', file, PARTIAL)
    assert.ok(parts.ok && parts.value.added === 10_001)
    assert.deepEqual(Math.max(...added), 1_000)
  })

  test('takes an 80 bit secret only when told to', async () => {
    const { load } = bench()
    const csv = `username,totp\nalice,${SHORT_OTP}`
    const refused = await load('csv', csv)
    assert.ok(refused.ok && refused.value.added === 0)
    const taken = await load('csv', csv, { ...WHOLE, allowShortSecrets: true })
    assert.ok(taken.ok && taken.value.added === 1)
  })

  const UNREADABLE: readonly (readonly [string, 'csv' | 'jsonl', string])[] = [
    ['nothing', 'csv', ''],
    ['a head alone', 'csv', 'username,email\n'],
    ['a column that is not ours', 'csv', 'username,account\nalice,acc_1'],
    ['a column twice', 'csv', 'username,email,email\nalice,,'],
    ['no names', 'csv', 'email\na@example.com'],
    ['an open quotation mark', 'csv', 'username\n"alice'],
    ['too many rows', 'csv', `username\n${'a\n'.repeat(100_001)}`],
    ['too many lines', 'jsonl', '\n'.repeat(200_001)],
    ['too many bytes', 'jsonl', ' '.repeat(16 * 1024 * 1024 + 1)],
  ]
  for (const [what, format, text] of UNREADABLE)
    test(`is refused as a whole: ${what}`, async () => {
      const { load } = bench()
      assert.equal((await load(format, text, PARTIAL)).ok, false)
    })

  const ROWS: readonly (readonly [string, string])[] = [
    ['__proto__', '{"username":"alice","__proto__":{"state":"x"}}'],
    ['constructor', '{"username":"alice","constructor":"x"}'],
    ['a read-only field', '{"username":"alice","account":"acc_AAAAAAAAAAAAAAAAAAAAAA"}'],
    ['a list', '["alice"]'],
    ['a number', '{"username":7}'],
    ['no name', '{"email":"a@example.com"}'],
    ['a formula', '{"username":"alice","display_name":"=HYPERLINK(1)"}'],
    ['no JSON', 'alice'],
  ]
  for (const [what, line] of ROWS)
    test(`refuses a row with ${what}`, async () => {
      const { load, names } = bench()
      const report = await load('jsonl', `${line}\n{"username":"bob"}`, PARTIAL)
      assert.ok(report.ok)
      assert.deepEqual(await names(), ['bob'])
    })
})
