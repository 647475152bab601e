import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault, newId } from '../kernel/index.ts'
import type { Answer, Directory, Person } from './directory.ts'
import { createResolve } from './resolve.ts'
import { createRoutes } from './routes.ts'

const NOT_FOUND: Answer = { found: 'not-found' }
const DISABLED: Answer = { found: 'disabled', reason: 'expired' }
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

type Suffixes = Readonly<Record<string, readonly string[]>>

function chain(plan: Plan, deadlineSeconds = 5, suffixes: Suffixes = {}) {
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
    ...{ directories, stopwatch: { seconds: () => 0 } },
    deadlineSecondsOf: () => deadlineSeconds,
    routeOf: createRoutes(
      Object.keys(plan).map((name) => ({ name, suffixes: suffixes[name] ?? [] })),
    ),
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

  const ROUTES = { corp: ['Corp.Example.com', 'CORP'], ldap: ['corp.example.com'] }
  const EVERYWHERE = { local: NOT_FOUND, ldap: NOT_FOUND, corp: NOT_FOUND }
  const askedFor = async (value: string, order: readonly (string | readonly string[])[]) => {
    const { resolve, asked } = chain(EVERYWHERE, 5, ROUTES)
    assert.deepEqual(await resolve({ by: 'name', value }, order), NOT_FOUND)
    return asked
  }

  for (const name of [
    ...['alice@corp.example.com', 'ALICE@CORP.Example.COM', ' alice@corp.example.com '],
    ...['alice＠corp.example.com', 'a@b@corp.example.com', 'corp.example.com\\alice'],
  ])
    test(`asks for a name with a suffix whoever claims it, in the client's order: ${name}`, async () => {
      assert.deepEqual(await askedFor(name, ['corp', 'local', 'ldap']), ['corp', 'ldap'])
      assert.deepEqual(await askedFor(name, [['local', 'ldap'], 'corp']), ['ldap', 'corp'])
    })

  for (const name of ['CORP\\alice', 'corp\\alice@example.org', 'alice@corp'])
    test(`knows the short name of a domain: ${name}`, async () => {
      assert.deepEqual(await askedFor(name, ['local', 'ldap', 'corp']), ['corp'])
    })

  for (const name of ['alice', 'alice@example.com', 'alice@sub.corp.example.com', 'alice@'])
    test(`asks everybody for a name that nobody claims: ${name}`, async () => {
      assert.deepEqual(await askedFor(name, ['local', ['ldap', 'corp']]), ['local', 'ldap', 'corp'])
    })

  test('asks nobody where the client may not ask whoever claims the suffix', async () => {
    assert.deepEqual(await askedFor('alice@corp.example.com', ['local']), [])
  })

  test('takes two hits among those that claim a suffix for two people, as ever', async () => {
    const plan = { local: personIn('local'), corp: personIn('corp'), ldap: personIn('ldap') }
    const { resolve, asked } = chain(plan, 5, ROUTES)
    const query = { by: 'name', value: 'alice@corp.example.com' } as const
    assert.deepEqual(await resolve(query, [['local', 'corp', 'ldap']]), AMBIGUOUS)
    assert.deepEqual(asked, ['corp', 'ldap'])
  })

  test('goes by no suffix where it is asked for an immutable id', async () => {
    const { resolve } = chain({ local: personIn('local'), corp: NOT_FOUND }, 5, ROUTES)
    const query = { by: 'immutableId', directory: 'local', value: 'a@corp.example.com' } as const
    assert.deepEqual(await resolve(query, ['local', 'corp']), personIn('local'))
  })

  test('says what each directory answered', async () => {
    const { byName, heard } = chain({ a: NOT_FOUND, b: DISABLED })
    await byName(['a', 'b'])
    assert.deepEqual(heard, ['a not-found', 'b disabled'])
  })
})
