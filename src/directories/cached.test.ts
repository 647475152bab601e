import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault, type Id } from '../kernel/index.ts'
import { createCachedDirectory } from './cached.ts'
import type { Answer, How, Query } from './directory.ts'

const personNamed = (username: string): Answer => ({
  found: 'person',
  person: {
    ...{ account: `acc_${username}` as Id<'account'>, directory: 'corp', immutableId: username },
    ...{ username, displayName: null, emails: [], phones: [], groups: [], locale: null },
  },
})
const DOWN = new Fault('directory.unavailable', 'connection refused')
const named = (value: string): Query => ({ by: 'name', value })
const always = new AbortController().signal

function cached(over: { seconds?: number; outageSeconds?: number } = {}) {
  let now = 0
  let answer: (query: Query, signal: AbortSignal) => Answer | Promise<Answer> = (query) =>
    personNamed(query.value)
  const asked: string[] = []
  const served: string[] = []
  const { find } = createCachedDirectory({
    directory: {
      name: 'corp',
      async find(query, signal) {
        asked.push(query.value)
        return answer(query, signal)
      },
    },
    ...{ seconds: 60, outageSeconds: 0, ...over },
    stopwatch: { seconds: () => now },
    onServed: (why) => served.push(why),
  })
  return {
    ...{ asked, served },
    find: (query: Query, signal = always, how: How = 'usual') => find(query, signal, how),
    at: (seconds: number) => {
      now = seconds
    },
    answers: (with_: typeof answer) => {
      answer = with_
    },
    fails: () => {
      answer = () => {
        throw DOWN
      }
    },
  }
}

describe('a directory whose answers are kept', () => {
  test('is asked about a person again when the answer is old', async () => {
    const { find, asked, at, served } = cached()
    for (const seconds of [0, 59.9, 60, 61]) {
      at(seconds)
      assert.deepEqual(await find(named('li')), personNamed('li'))
    }
    assert.deepEqual(asked, ['li', 'li'])
    assert.deepEqual(served, ['fresh', 'fresh'])
  })

  test('is asked by whoever knows that something changed, and remembers that for all', async () => {
    const { find, asked, answers } = cached()
    await find(named('li'))
    answers(() => personNamed('other'))
    assert.deepEqual(await find(named('li'), always, 'anew'), personNamed('other'))
    assert.deepEqual(await find(named('li')), personNamed('other'))
    assert.deepEqual(asked, ['li', 'li'])
  })

  test('counts the age from the question on', async () => {
    const { find, asked, at, answers } = cached()
    answers((query) => {
      at(50)
      return personNamed(query.value)
    })
    await find(named('li'))
    at(61)
    await find(named('li'))
    assert.equal(asked.length, 2)
  })

  const OTHERS: readonly Answer[] = [
    ...(['not-found', 'ambiguous'] as const).map((found) => ({ found })),
    { found: 'disabled', reason: 'locked' },
  ]
  for (const other of OTHERS)
    test(`keeps no answer that is ${other.found}, which ends what was kept`, async () => {
      const { find, asked, answers, at, fails } = cached({ outageSeconds: 1_000 })
      await find(named('li'))
      at(61)
      answers(() => other)
      for (const _ of [1, 2]) assert.deepEqual(await find(named('li')), other)
      assert.equal(asked.length, 3)
      fails()
      await assert.rejects(find(named('li')), (error) => error === DOWN)
    })

  test('answers in an outage as long as that is allowed, and no longer', async () => {
    const { find, at, fails, served } = cached({ outageSeconds: 3_600 })
    await find(named('li'))
    fails()
    at(3_599)
    assert.deepEqual(await find(named('li')), personNamed('li'))
    assert.deepEqual(served, ['outage'])
    at(3_600)
    await assert.rejects(find(named('li')), (error) => error === DOWN)
    await assert.rejects(find(named('ada')), (error) => error === DOWN)
  })

  test('answers nothing in an outage unless an operator wanted that', async () => {
    const { find, at, fails } = cached()
    await find(named('li'))
    fails()
    at(60)
    await assert.rejects(find(named('li')), (error) => error === DOWN)
  })

  test('takes no failure of something else for an outage', async () => {
    const { find, at, answers } = cached({ outageSeconds: 3_600 })
    await find(named('li'))
    at(61)
    const other = new Fault('store.unavailable', 'disk full')
    answers(() => Promise.reject(other))
    await assert.rejects(find(named('li')), (error) => error === other)
  })

  test('keeps nothing where nothing is to be kept', async () => {
    const { find, asked } = cached({ seconds: 0 })
    for (const _ of [1, 2]) await find(named('li'))
    assert.equal(asked.length, 2)
  })

  test('takes each spelling and each kind of question for another', async () => {
    const { find, asked } = cached()
    await find(named('li'))
    await find(named('LI'))
    await find({ by: 'immutableId', directory: 'corp', value: 'li' })
    await find({ by: 'immutableId', directory: 'other', value: 'li' })
    assert.equal(asked.length, 4)
  })

  test('forgets whom nobody asked for longest beyond ten thousand', async () => {
    const { find, asked } = cached()
    for (let n = 0; n < 10_000; n++) await find(named(`p${n}`))
    await find(named('p0'))
    await find(named('one more'))
    asked.length = 0
    await find(named('p0'))
    await find(named('p1'))
    assert.deepEqual(asked, ['p1'])
  })

  test('asks once for all who ask the same at the same time', async () => {
    const { find, asked, answers } = cached({ seconds: 0 })
    const { promise, resolve } = Promise.withResolvers<Answer>()
    answers(() => promise)
    const all = [find(named('li')), find(named('li')), find(named('li'))]
    resolve(personNamed('li'))
    for (const answer of await Promise.all(all)) assert.deepEqual(answer, personNamed('li'))
    assert.equal(asked.length, 1)
    answers((query) => personNamed(query.value))
    await find(named('li'))
    assert.equal(asked.length, 2)
  })

  test('gives a question up when the last who waits has gone, and not before', async () => {
    const { find, asked, answers } = cached()
    const signals: AbortSignal[] = []
    answers((_, signal) => {
      signals.push(signal)
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(DOWN))
      })
    })
    const [one, other] = [new AbortController(), new AbortController()]
    const both = [find(named('li'), one.signal), find(named('li'), other.signal)]
    one.abort()
    assert.equal(signals[0]?.aborted, false)
    other.abort()
    assert.equal(signals[0]?.aborted, true)
    answers((query) => personNamed(query.value))
    assert.deepEqual(await find(named('li')), personNamed('li'))
    for (const lost of both) await assert.rejects(lost, (error) => error === DOWN)
    assert.equal(asked.length, 2)
  })

  test('does not begin for whoever has gone already to let others wait for it', async () => {
    const { find, answers } = cached()
    answers((query, signal) => (signal.aborted ? Promise.reject(DOWN) : personNamed(query.value)))
    await assert.rejects(find(named('li'), AbortSignal.abort()), (error) => error === DOWN)
    assert.deepEqual(await find(named('li')), personNamed('li'))
  })
})
