import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { exportJWK, generateKeyPair } from 'jose'
import { createFakeClock } from '../../../test/support/world.ts'
import { Fault } from '../../kernel/index.ts'
import type { Client } from './client.ts'
import { createClientKeys } from './client-keys.ts'
import type { Fetch } from './fetch-key-set.ts'

const client = (uri = 'https://sso.example/jwks'): Client => ({
  ...{ id: 'iam', name: 'IAM', redirectUris: [] },
  auth: { method: 'private_key_jwt', algorithms: ['ES256'], keys: { from: 'uri', uri } },
  subject: { from: ['par'], claim: 'login_hint', directories: [] },
})
const wanted = (kid?: string) => ({ alg: 'ES256', kid }) as const

async function bench(uri?: string) {
  const { publicKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  const clock = createFakeClock()
  const calls: RequestInit[] = []
  let respond = (): Response | Promise<Response> => published('a')
  const published = (...kids: readonly string[]) =>
    Response.json({ keys: kids.map((kid) => ({ ...jwk, kid })) })
  const fetch: Fetch = async (_url, init) => {
    calls.push(init)
    return respond()
  }
  const keys = createClientKeys({ fetch, clock, log: { warn: () => {} } })
  const find = async (kid?: string) => {
    const key = await keys.find(client(uri), wanted(kid))
    return typeof key === 'string' ? key : 'found'
  }
  const answer = (how: typeof respond) => {
    respond = how
  }
  return { find, clock, calls, answer, published }
}

const down = () => Promise.reject(new Error('down'))
const isUnavailable = (error: unknown) =>
  error instanceof Fault && error.code === 'client-keys.unavailable'

describe('the keys of a client by URL', () => {
  test('are fetched once for many who wait, without following a redirect', async () => {
    const { find, calls } = await bench()
    const found = await Promise.all(Array.from({ length: 10 }, () => find('a')))
    assert.ok(found.every((key) => key === 'found'))
    assert.deepEqual([calls.length, calls[0]?.redirect], [1, 'error'])
  })

  test('are asked for a kid that is new, and not more than once a minute', async () => {
    const { find, clock, calls, answer, published } = await bench()
    await find('a')
    answer(() => published('a', 'b'))
    assert.equal(await find('b'), 'unknown')
    clock.advance(60)
    assert.equal(await find('b'), 'found')
    for (let guess = 0; guess < 100; guess++) assert.equal(await find(`x${guess}`), 'unknown')
    assert.equal(calls.length, 2)
  })

  test('are refreshed in the background after ten minutes', async () => {
    const { find, clock, calls, answer } = await bench()
    await find('a')
    clock.advance(600)
    answer(down)
    assert.equal(await find('a'), 'found')
    assert.equal(calls.length, 2)
  })

  test('are kept for a day while they cannot be had, and then are no more', async () => {
    const { find, clock, answer, published } = await bench()
    await find('a')
    answer(down)
    clock.advance(24 * 3600 - 1)
    assert.equal(await find('a'), 'found')
    clock.advance(10)
    await assert.rejects(find('a'), isUnavailable)
    answer(() => published('a'))
    clock.advance(5)
    assert.equal(await find('a'), 'found')
  })

  test('are a fault, not a refusal, where they never could be had', async () => {
    const { find, answer, calls } = await bench()
    answer(down)
    await assert.rejects(find('a'), isUnavailable)
    await assert.rejects(find('a'), isUnavailable)
    assert.equal(calls.length, 1)
  })

  const BAD: readonly (readonly [string, () => Response])[] = [
    ['are over 64 KiB', () => new Response('x'.repeat(65 * 1024))],
    ['are no JSON', () => new Response('<html>')],
    ['are no set', () => Response.json({ keys: {} })],
    ['are named twice', () => new Response('{"keys":[],"keys":[]}')],
    ['are too many', () => Response.json({ keys: Array(51).fill({ kty: 'EC' }) })],
    ['come with another status', () => new Response('{"keys":[]}', { status: 500 })],
  ]
  for (const [what, respond] of BAD)
    test(`are not taken when they ${what}`, async () => {
      const { find, answer } = await bench()
      answer(respond)
      await assert.rejects(find('a'), isUnavailable)
    })

  for (const uri of ['http://sso.example/jwks', 'file:///etc/passwd', 'ftp://localhost/jwks'])
    test(`are not asked of ${uri}`, async () => {
      const { find, calls } = await bench(uri)
      await assert.rejects(find('a'), isUnavailable)
      assert.equal(calls.length, 0)
    })

  test('are asked of every loopback address that the configuration takes', async () => {
    const { find } = await bench('http://127.0.0.2:8080/jwks')
    assert.equal(await find(), 'found')
  })

  test('are not tried in turn where a token names none of several', async () => {
    const { find, answer, published } = await bench()
    assert.equal(await find(), 'found')
    const other = await bench()
    answer(() => published('a', 'b'))
    other.answer(() => published('a', 'b'))
    assert.equal(await other.find(), 'ambiguous')
  })
})
