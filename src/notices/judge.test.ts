import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instantOf, later } from '../kernel/index.ts'
import { contactsOf, judgeNotice, nextTry } from './judge.ts'
import type { Notice } from './notice-store.ts'

const AT = instantOf(Date.UTC(2030, 0, 1, 12))
const DAY = 24 * 3600
const MAX = { signed: 2, unsigned: 1, proven: 2, operator: 2 }
const NONE = { all: 0, alike: 0 }
const LOCKED = { isMoot: false, kind: 'locked', lane: 'signed', at: AT } as const

describe('a notice', () => {
  test('is told until as many of its lane were told or begun as are set', () => {
    const judged = (all: number) => judgeNotice(LOCKED, { all, alike: all }, MAX, AT)
    assert.deepEqual([0, 1, 2, 3].map(judged), ['tell', 'tell', 'too-many', 'too-many'])
    const unsigned = { ...LOCKED, lane: 'unsigned' } as const
    assert.equal(judgeNotice(unsigned, { all: 1, alike: 0 }, MAX, AT), 'too-many')
  })

  test('of codes that nobody used is told once, and not where one was used after all', () => {
    const unused = { ...LOCKED, kind: 'codes-unused' } as const
    assert.equal(judgeNotice(unused, { all: 1, alike: 0 }, MAX, AT), 'tell')
    assert.equal(judgeNotice(unused, { all: 1, alike: 1 }, MAX, AT), 'too-many')
    assert.equal(judgeNotice({ ...unused, isMoot: true }, NONE, MAX, AT), 'moot')
  })

  test('is given up after a day', () => {
    assert.equal(judgeNotice(LOCKED, NONE, MAX, later(AT, DAY - 1)), 'tell')
    assert.equal(judgeNotice(LOCKED, NONE, MAX, later(AT, DAY)), 'undelivered')
  })

  test('is tried eight times at most, later each time, and at its deadline to be given up', () => {
    const tries: number[] = []
    for (let now = AT; judgeNotice(LOCKED, NONE, MAX, now) === 'tell'; ) {
      tries.push((now - AT) / 60_000)
      now = nextTry({ at: AT, tries: tries.length - 1 }, now)
    }
    assert.deepEqual(tries, [0, 1, 6, 21, 81, 321, 801, 1281])
    assert.equal(nextTry({ at: AT, tries: 7 }, later(AT, DAY - 60)), later(AT, DAY))
    // Whoever gives it up may be killed as well.
    assert.ok(nextTry({ at: AT, tries: 8 }, later(AT, DAY)) > later(AT, DAY))
  })
})

describe('the contacts that a notice goes to', () => {
  const everywhere = () => true
  const person = { emails: ['a@x.example', 'b@x.example'], phones: ['+8613812345678'] }
  const fresh: Pick<Notice, 'lane' | 'former' | 'remaining'> = {
    ...{ lane: 'signed', former: [], remaining: null },
  }

  test('are all of the person, those of before a change first, each once', () => {
    const former = ['old@x.example', 'a@x.example', '+8613900000000']
    assert.deepEqual(contactsOf({ ...fresh, lane: 'operator', former }, person, everywhere), [
      ...['old@x.example', 'a@x.example', '+8613900000000', 'b@x.example', '+8613812345678'],
    ])
  })

  test('are those that were told in vain, where it was tried', () => {
    const remaining = ['b@x.example']
    assert.deepEqual(contactsOf({ ...fresh, remaining }, person, everywhere), remaining)
  })

  test('are five addresses and two numbers at most', () => {
    const many = {
      emails: Array.from({ length: 9 }, (_, n) => `${n}@x.example`),
      phones: ['+8613800000001', '+8613800000002', '+8613800000003'],
    }
    const told = contactsOf(fresh, many, everywhere)
    assert.deepEqual(told, [...many.emails.slice(0, 5), ...many.phones.slice(0, 2)])
  })

  test('are none that nothing reaches, and nobody where there is no person', () => {
    const isReached = (to: string) => to !== '+8613812345678'
    const few = { emails: ['a@x.example'], phones: ['+8613812345678'] }
    assert.deepEqual(contactsOf(fresh, few, isReached), ['a@x.example'])
    assert.deepEqual(contactsOf(fresh, undefined, everywhere), [])
  })

  test('are no numbers where nobody signed: a text costs', () => {
    assert.deepEqual(contactsOf({ ...fresh, lane: 'unsigned' }, person, everywhere), person.emails)
  })
})
