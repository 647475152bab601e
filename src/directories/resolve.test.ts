import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault, newId } from '../kernel/index.ts'
import type { Answer, Directory, Person } from './directory.ts'
import { createResolve } from './resolve.ts'

const NOT_FOUND: Answer = { found: 'not-found' }
const DISABLED: Answer = { found: 'disabled' }
const AMBIGUOUS: Answer = { found: 'ambiguous' }
const DOWN = new Fault('directory.unavailable', 'connection refused')
const NEVER = new Promise<Answer>(() => {})

const personIn = (directory: string): Answer => {
  const random = { bytes: (count: number) => new Uint8Array(count).fill(directory.length) }
  const account = newId('account', random)
  const lists = { emails: [], phones: [], groups: [] }
  const person: Person = {
    ...{ account, directory, immutableId: account, username: 'alice' },
    ...{ displayName: null, locale: null, ...lists },
  }
  return { found: 'person', person }
}

type Plan = Readonly<Record<string, Answer | Fault | Promise<Answer>>>

function chain(plan: Plan, deadlineSeconds = 5) {
  const asked: string[] = []
  const heard: string[] = []
  const directories = new Map<string, Directory>(
    Object.entries(plan).map(([name, answer]) => [
      name,
      {
        name,
        async find() {
          asked.push(name)
          if (answer instanceof Fault) throw answer
          return answer
        },
      },
    ]),
  )
  const resolve = createResolve({
    ...{ directories, deadlineSeconds, stopwatch: { seconds: () => 0 } },
    onLookup: (name, outcome) => heard.push(`${name} ${outcome}`),
  })
  const byName = (order: Parameters<typeof resolve>[1]) =>
    resolve({ by: 'name', value: 'alice' }, order)
  return { asked, heard, resolve, byName }
}

const isDown = { name: 'Fault', code: 'directory.unavailable' }

describe('the chain of directories', () => {
  test('goes on to the next only when nobody was found', async () => {
    const { byName, asked } = chain({ a: NOT_FOUND, bb: personIn('bb'), c: personIn('c') })
    assert.deepEqual(await byName(['a', 'bb', 'c']), personIn('bb'))
    assert.deepEqual(asked, ['a', 'bb'])
  })

  for (const end of [DISABLED, AMBIGUOUS])
    test(`ends at ${end.found}`, async () => {
      const { byName, asked } = chain({ a: end, b: personIn('b') })
      assert.deepEqual(await byName(['a', 'b']), end)
      assert.deepEqual(asked, ['a'])
    })

  test('ends at a fault, which passes through as it was thrown', async () => {
    const { byName, asked } = chain({ a: DOWN, b: personIn('b') })
    await assert.rejects(byName(['a', 'b']), (error) => error === DOWN)
    assert.deepEqual(asked, ['a'])
  })

  test('asks in the order of the client, and none that the client does not list', async () => {
    const { byName, asked } = chain({ a: personIn('a'), b: NOT_FOUND, c: NOT_FOUND })
    assert.deepEqual(await byName(['c', 'b']), NOT_FOUND)
    assert.deepEqual(asked, ['c', 'b'])
  })

  test('asks all of equal rank, and takes the only hit', async () => {
    const { byName, asked } = chain({ a: NOT_FOUND, bb: personIn('bb'), c: personIn('c') })
    assert.deepEqual(await byName([['a', 'bb'], 'c']), personIn('bb'))
    assert.deepEqual(asked, ['a', 'bb'])
  })

  test('takes no first match of two of equal rank, a disabled person included', async () => {
    const two = chain({ a: personIn('a'), bb: personIn('bb') })
    assert.deepEqual(await two.byName([['a', 'bb']]), AMBIGUOUS)
    const disabled = chain({ a: personIn('a'), bb: DISABLED })
    assert.deepEqual(await disabled.byName([['a', 'bb']]), AMBIGUOUS)
  })

  test('refuses when one of equal rank has a fault, whoever else was found', async () => {
    const { byName } = chain({ a: personIn('a'), b: DOWN })
    await assert.rejects(byName([['a', 'b']]), isDown)
  })

  test('counts a directory named twice in a rank once', async () => {
    const { byName } = chain({ a: personIn('a') })
    assert.deepEqual(await byName([['a', 'a']]), personIn('a'))
  })

  test('ends the wait for a directory that does not answer', async () => {
    const { byName, heard } = chain({ a: NEVER, b: personIn('b') }, 0)
    await assert.rejects(byName(['a', 'b']), isDown)
    assert.deepEqual(heard, ['a fault'])
  })

  test('asks for an immutable id only its own directory', async () => {
    const { resolve, asked } = chain({ a: personIn('a'), b: NOT_FOUND })
    const query = { by: 'immutableId', directory: 'b', value: 'acc_1' } as const
    assert.deepEqual(await resolve(query, ['a', ['b']]), NOT_FOUND)
    assert.deepEqual(asked, ['b'])
  })

  test('does not ask for an immutable id where the client may not', async () => {
    const { resolve, asked } = chain({ a: personIn('a'), b: personIn('b') })
    const query = { by: 'immutableId', directory: 'b', value: 'acc_1' } as const
    assert.deepEqual(await resolve(query, ['a']), NOT_FOUND)
    assert.deepEqual(asked, [])
  })

  test('says what each directory answered', async () => {
    const { byName, heard } = chain({ a: NOT_FOUND, b: DISABLED })
    await byName(['a', 'b'])
    assert.deepEqual(heard, ['a not-found', 'b disabled'])
  })
})
