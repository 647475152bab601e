import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Secret } from '../../src/kernel/index.ts'
import type { Says } from '../../src/oidc/index.ts'
import { clientOf, type OidcBench, openOidc } from '../support/oidc-bench.ts'
import { challengeOf, post } from '../support/relying-party.ts'

type Over = Record<string, string | undefined>

const ESSENTIAL = { id_token: { acr: { essential: true, values: ['mfa'] } } }
const nested = '['.repeat(10) + ']'.repeat(10)
const long = (length: number) => 'x'.repeat(length)

/** What is wrong with an authorization request, and how it is said, wherever it came in. */
const REQUESTS: readonly (readonly [string, Over, string])[] = [
  ['no response type', { response_type: undefined }, 'unsupported_response_type'],
  ['an implicit response type', { response_type: 'id_token' }, 'unsupported_response_type'],
  ['a hybrid response type', { response_type: 'code id_token' }, 'unsupported_response_type'],
  ['another response mode', { response_mode: 'fragment' }, 'invalid_request'],
  ['form_post', { response_mode: 'form_post' }, 'invalid_request'],
  ['no scope', { scope: undefined }, 'invalid_scope'],
  ['a scope without openid', { scope: 'profile openidx' }, 'invalid_scope'],
  ['no challenge', { code_challenge: undefined }, 'invalid_request'],
  ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['a challenge without a method', { code_challenge_method: undefined }, 'invalid_request'],
  ['a short challenge', { code_challenge: long(42) }, 'invalid_request'],
  ['a padded challenge', { code_challenge: `${long(43)}=` }, 'invalid_request'],
  ['a long state', { state: long(2049) }, 'invalid_request'],
  ['a state with a line break', { state: 'a\r\nb' }, 'invalid_request'],
  ['a long nonce', { nonce: long(256) }, 'invalid_request'],
  ['prompt none and login', { prompt: 'none login' }, 'invalid_request'],
  ['prompt consent', { prompt: 'consent' }, 'invalid_request'],
  ['prompt select_account', { prompt: 'select_account' }, 'invalid_request'],
  ['a negative max_age', { max_age: '-1' }, 'invalid_request'],
  ['a max_age that is no number', { max_age: '1e5' }, 'invalid_request'],
  ['a max_age without end', { max_age: '9999999999' }, 'invalid_request'],
  ['eleven acr values', { acr_values: Array(11).fill('a').join(' ') }, 'invalid_request'],
  ['claims that are no JSON', { claims: '{' }, 'invalid_request'],
  ['claims that are a list', { claims: '[]' }, 'invalid_request'],
  ['claims too deep', { claims: `{"a":${nested}}` }, 'invalid_request'],
  ['claims too large', { claims: `{"a":"${long(4096)}"}` }, 'invalid_request'],
  ['an acr that is no text', { claims: '{"id_token":{"acr":{"value":1}}}' }, 'invalid_request'],
  ['another sub', { claims: '{"id_token":{"sub":{"value":"eve"}}}' }, 'invalid_request'],
  [
    'subs of others',
    { claims: '{"userinfo":{"sub":{"values":["eve","bob"]}}}' },
    'invalid_request',
  ],
  ['no sub among them', { claims: '{"id_token":{"sub":{"values":[]}}}' }, 'invalid_request'],
  [
    'another sub beside its own',
    { claims: '{"id_token":{"sub":{"value":"li.wei"}},"userinfo":{"sub":{"values":["eve"]}}}' },
    'invalid_request',
  ],
  ['ui_locales of other signs', { ui_locales: 'en<script>' }, 'invalid_request'],
  ['no subject', { login_hint: undefined }, 'invalid_request'],
  ['a subject with a line break', { login_hint: 'li\nwei' }, 'invalid_request'],
  ['a subject too long', { login_hint: long(256) }, 'invalid_request'],
  ['a hint of another kind', { id_token_hint: 'a.b.c' }, 'invalid_request'],
  ['a registration', { registration: '{}' }, 'registration_not_supported'],
  ['a context that is no JSON', { sallyport_context: 'x' }, 'invalid_request'],
  ['a context with a key nobody knows', { sallyport_context: '{"a":1}' }, 'invalid_request'],
  ['a context with __proto__', { sallyport_context: '{"__proto__":{"a":1}}' }, 'invalid_request'],
  ['a context too large', { sallyport_context: `{"a":"${long(4096)}"}` }, 'invalid_request'],
  ['an address that is none', { sallyport_context: '{"client_ip":"1.2.3"}' }, 'invalid_request'],
  [
    'an application with a line break in its name',
    { sallyport_context: '{"application":{"name":"a\\nb"}}' },
    'invalid_request',
  ],
  [
    'a directory that is not of the client',
    { sallyport_context: '{"identifiers":{"directory":"x","immutable_id":"1"}}' },
    'invalid_request',
  ],
  [
    'an immutable id of no directory',
    { sallyport_context: '{"identifiers":{"immutable_id":"1"}}' },
    'invalid_request',
  ],
]

const good = (bench: OidcBench): Over => ({
  ...{ response_type: 'code', client_id: 'iam', redirect_uri: bench.party.redirectUri },
  ...{ scope: 'openid', state: 'the state & more', login_hint: 'li.wei' },
  ...{ code_challenge: challengeOf(long(43)), code_challenge_method: 'S256' },
})

const present = (over: Over) =>
  Object.fromEntries(
    Object.entries(over).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )

const query = (over: Over) => new URLSearchParams(present(over))

async function authorize(bench: OidcBench, over: Over) {
  const response = await fetch(`${bench.issuer}/authorize?${query(over)}`, { redirect: 'manual' })
  const location = response.headers.get('location')
  const to = location === null ? null : new URL(location, bench.issuer)
  return { status: response.status, to }
}

async function errorIn(response: Response): Promise<unknown> {
  const body: unknown = await response.json()
  return typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined
}

describe('a request that is wrong', () => {
  for (const [what, over, error] of REQUESTS) {
    test(`is told at once where it was pushed: ${what}`, async () => {
      await using bench = await openOidc()
      const { status, body } = await bench.party.push(over)
      assert.deepEqual([status, body['error']], [400, error])
      assert.match(String(body['error_description']), /^[ -~]+$/)
      assert.equal(bench.requests.events.at(-1)?.event, 'request.refused')
    })

    test(`goes back to the client where it was signed: ${what}`, async () => {
      await using bench = await openOidc()
      const request = await bench.party.requestObject(present({ ...good(bench), ...over }))
      const { status, to } = await authorize(bench, { client_id: 'iam', request })
      assert.equal(status, 303)
      assert.equal(`${to?.origin}${to?.pathname}`, bench.party.redirectUri)
      const state = 'state' in over ? null : 'the state & more'
      const { searchParams } = to ?? new URL('http://nowhere')
      assert.deepEqual(
        ['error', 'state', 'iss', 'code'].map((name) => searchParams.get(name)),
        [error, state, bench.issuer, null],
      )
    })
  }

  const PAGES: readonly (readonly [string, (bench: OidcBench) => Over | Promise<Over>, Says])[] = [
    ['no client', () => ({}), 'client-unknown'],
    ['an unknown client', (bench) => ({ ...good(bench), client_id: 'nobody' }), 'client-unknown'],
    [
      'a client of a prototype',
      (bench) => ({ ...good(bench), client_id: '__proto__' }),
      'client-unknown',
    ],
    [
      'a request_uri of somebody else',
      () => ({ client_id: 'iam', request_uri: 'https://evil.example/request' }),
      'not-understood',
    ],
    [
      'a request_uri that nobody pushed',
      () => ({ client_id: 'iam', request_uri: 'urn:ietf:params:oauth:request_uri:x' }),
      'expired',
    ],
    [
      'the request_uri of another client',
      async (bench) => {
        const { requestUri } = await bench.party.push()
        return { client_id: 'other', request_uri: requestUri }
      },
      'expired',
    ],
    [
      'a request and a request_uri',
      () => ({ client_id: 'iam', request: 'a.b.c', request_uri: 'urn:x' }),
      'not-understood',
    ],
    ['an object that is none', () => ({ client_id: 'iam', request: 'a.b.c' }), 'not-understood'],
    [
      'a redirect_uri nobody registered, signed',
      async (bench) => ({
        client_id: 'iam',
        request: await bench.party.requestObject({
          ...present({ ...good(bench), redirect_uri: `${bench.party.redirectUri}/` }),
        }),
      }),
      'client-unknown',
    ],
    [
      'no redirect_uri, signed',
      async (bench) => ({
        client_id: 'iam',
        request: await bench.party.requestObject(
          present({ ...good(bench), redirect_uri: undefined }),
        ),
      }),
      'client-unknown',
    ],
  ]
  for (const [what, over, says] of PAGES)
    test(`is told on our own page, and nobody is redirected: ${what}`, async () => {
      const clients = (party: OidcBench['party']) => [
        clientOf(party),
        clientOf(party, { id: 'other' }),
      ]
      await using bench = await openOidc({ clients })
      const { status, to } = await authorize(bench, await over(bench))
      assert.deepEqual([status, to, bench.said()], [400, null, says])
    })

  const REDIRECTS = [
    'https://iam.example/callback/',
    'https://iam.example/callback?x=1',
    'https://iam.example/Callback',
    'https://iam.example:443/callback',
    'https://iam.example/callback#',
    'https://iam.example/callback/../callback',
    'https://iam.example/callback%2f..',
    'https://user@iam.example/callback',
    'https://iam.example.evil.example/callback',
    'http://iam.example/callback',
    '//iam.example/callback',
  ]
  for (const redirectUri of REDIRECTS)
    test(`redirects to no address but the registered one: ${redirectUri}`, async () => {
      await using bench = await openOidc()
      const { status, body } = await bench.party.push({ redirect_uri: redirectUri })
      assert.deepEqual([status, body['error']], [400, 'invalid_request'])
      const over = { ...good(bench), redirect_uri: redirectUri }
      const plain = await authorize(bench, over)
      assert.deepEqual([plain.status, plain.to], [400, null])
    })

  test('is refused where nobody signed or pushed it', async () => {
    await using bench = await openOidc()
    const { to } = await authorize(bench, good(bench))
    assert.equal(to?.searchParams.get('error'), 'invalid_request')
    assert.equal(to?.searchParams.get('state'), 'the state & more')
  })

  test('is refused when it says a name twice, by query and by form', async () => {
    await using bench = await openOidc()
    const twice = `${query(good(bench))}&state=another`
    const got = await fetch(`${bench.issuer}/authorize?${twice}`, { redirect: 'manual' })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const init = { method: 'POST', body: twice, headers, redirect: 'manual' } as const
    const posted = await fetch(`${bench.issuer}/authorize`, init)
    assert.deepEqual([got.status, posted.status], [400, 400])
    for (const endpoint of ['par', 'token']) {
      const answer = await fetch(`${bench.issuer}/${endpoint}`, init)
      assert.equal(answer.status, 400)
      assert.equal(await errorIn(answer), 'invalid_request')
    }
  })

  test('may be posted to authorize as well', async () => {
    await using bench = await openOidc()
    const { requestUri } = await bench.party.push()
    const parameters = { client_id: 'iam', request_uri: requestUri }
    const response = await post(`${bench.issuer}/authorize`, parameters)
    assert.equal(response.status, 303)
    assert.match(response.headers.get('location') ?? '', /^\/step-up\/stp_[\w-]{22}\/begin\?via=/)
  })

  test('is heard once for each nonce of a client', async () => {
    await using bench = await openOidc()
    const first = await bench.party.push({ nonce: 'n' })
    const second = await bench.party.push({ nonce: 'n' })
    assert.deepEqual([first.status, second.status], [201, 400])
  })

  test('has an hour-glass: it waits a minute to be opened, and not longer', async () => {
    await using bench = await openOidc()
    const pushed = await bench.party.push()
    assert.equal(pushed.body['expires_in'], 60)
    bench.pass(60)
    const late = await fetch(bench.party.authorizeUrl(pushed), { redirect: 'manual' })
    assert.deepEqual([late.status, bench.said()], [400, 'expired'])
  })
})

describe('an endpoint for machines', () => {
  for (const endpoint of ['par', 'token'])
    test(`refuses other methods, types and sizes: ${endpoint}`, async () => {
      await using bench = await openOidc()
      const url = `${bench.issuer}/${endpoint}`
      const form = { 'content-type': 'application/x-www-form-urlencoded' }
      const json = { 'content-type': 'application/json' }
      const got = await fetch(url)
      assert.deepEqual([got.status, got.headers.get('allow')], [405, 'POST'])
      const post = (body: string, headers: Record<string, string>) =>
        fetch(url, { method: 'POST', body, headers })
      const wrong: readonly (readonly [Response, number])[] = [
        [await post('{}', json), 400],
        [await post(`a=${'x'.repeat(33_000)}`, form), 413],
        [await post(Array.from({ length: 101 }, (_, n) => `a${n}=1`).join('&'), form), 400],
        [await post('a=%00', form), 400],
        [await post('a=%ff', form), 400],
        [await post('a=1', { ...form, 'content-encoding': 'gzip' }), 400],
      ]
      for (const [response, status] of wrong) {
        assert.equal(response.status, status)
        assert.equal(response.headers.get('cache-control'), 'no-store')
        assert.equal(await errorIn(response), 'invalid_request')
      }
    })

  test('answers no path that is written in another way', async () => {
    await using bench = await openOidc()
    for (const path of ['/Token', '/token/', '/PAR', '/authorize/', '/USERINFO'])
      assert.equal((await fetch(`${bench.issuer}${path}`, { method: 'POST' })).status, 404)
  })
})

describe('the token endpoint', () => {
  const TOKENS: readonly (readonly [string, Over, string])[] = [
    ['no grant', { grant_type: undefined }, 'invalid_request'],
    ['another grant', { grant_type: 'refresh_token' }, 'unsupported_grant_type'],
    ['the password grant', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['no code', { code: undefined }, 'invalid_request'],
    ['a code that never was', {}, 'invalid_grant'],
    ['no redirect_uri', { redirect_uri: undefined }, 'invalid_request'],
    ['no verifier', { code_verifier: undefined }, 'invalid_request'],
    ['a short verifier', { code_verifier: 'x' }, 'invalid_grant'],
    [
      'no client',
      { client_assertion: undefined, client_assertion_type: undefined },
      'invalid_client',
    ],
    ['another assertion type', { client_assertion_type: 'urn:x' }, 'invalid_request'],
    ['a secret as well', { client_secret: 'x' }, 'invalid_request'],
    ['the id of another client', { client_id: 'other' }, 'invalid_client'],
  ]
  for (const [what, over, error] of TOKENS)
    test(`answers ${error} to ${what}`, async () => {
      await using bench = await openOidc()
      const pushed = await bench.party.push()
      const response = await bench.party.redeem(pushed, 'c', over)
      assert.equal(await errorIn(response), error)
      assert.equal(response.status, error === 'invalid_client' ? 401 : 400)
    })
})

describe('a client with a secret', () => {
  const clients = (party: OidcBench['party']) => [
    clientOf(party, { auth: { method: 'client_secret_basic', secret: new Secret('s: +%é') } }),
  ]
  const basic = (id: string, secret: string) =>
    `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
  const encoded = new URLSearchParams({ s: 's: +%é' }).toString().slice(2)

  const HEADERS: readonly (readonly [string, string, number])[] = [
    ['lets in the one that encodes its secret', basic('iam', encoded), 201],
    ['refuses a secret that was not encoded', basic('iam', 's: +%é'), 401],
    ['refuses an empty secret', basic('iam', ''), 401],
    ['refuses a wrong secret', basic('iam', 'x'), 401],
    ['refuses an unknown client', basic('nobody', encoded), 401],
    ['refuses another scheme', 'Bearer abc', 401],
    ['refuses what is no base64', 'Basic ***', 401],
  ]
  for (const [promise, authorization, status] of HEADERS)
    test(promise, async () => {
      await using bench = await openOidc({ clients })
      const response = await post(`${bench.issuer}/par`, good(bench), { authorization })
      assert.equal(response.status, status)
      const challenge = response.headers.get('www-authenticate')
      assert.equal(challenge, status === 401 ? 'Basic realm="sallyport"' : null)
    })

  test('is not let in by an assertion', async () => {
    await using bench = await openOidc({ clients })
    assert.equal((await bench.party.push()).status, 401)
  })
})

describe('an unsigned request', () => {
  const clients = (party: OidcBench['party']) => [
    clientOf(party, {
      subject: {
        ...{ from: ['dangerously_unsigned_login_hint'], claim: 'login_hint' },
        directories: ['local'],
      },
    }),
  ]

  test('is taken where the client says so, in a lane of its own', async () => {
    await using bench = await openOidc({ clients })
    const { status, to } = await authorize(bench, good(bench))
    assert.equal(status, 303)
    await fetch(to ?? '', { redirect: 'manual' })
    assert.deepEqual(
      [...bench.stepUps.values()].map(({ lane }) => lane),
      ['unsigned'],
    )
  })

  test('finds the same step-up when it is opened again', async () => {
    await using bench = await openOidc({ clients })
    const [first, second] = [
      await authorize(bench, good(bench)),
      await authorize(bench, good(bench)),
    ]
    assert.equal(first.to?.pathname, second.to?.pathname)
  })

  test('says something that is its own, or two people would share one step-up', async () => {
    await using bench = await openOidc({ clients })
    const bare = { ...good(bench), state: undefined }
    const { to } = await authorize(bench, bare)
    assert.equal(to?.searchParams.get('error'), 'invalid_request')
    assert.match(to?.searchParams.get('error_description') ?? '', /state or nonce/)
    const steps = await Promise.all(
      [good(bench), { ...bare, nonce: 'one' }, { ...bare, nonce: 'two' }].map(async (over) => {
        const { to } = await authorize(bench, over)
        return to?.pathname
      }),
    )
    assert.equal(new Set(steps).size, 3)
    assert.ok(steps.every((path) => path?.endsWith('/begin')))
  })

  test('brings no context', async () => {
    await using bench = await openOidc({ clients })
    const over = { ...good(bench), sallyport_context: '{"amr":["pwd"]}' }
    const { to } = await authorize(bench, over)
    assert.equal(to?.searchParams.get('error'), 'invalid_request')
  })

  test('is the only kind that such a client may send', async () => {
    await using bench = await openOidc({ clients })
    assert.equal((await bench.party.push()).status, 400)
    const request = await bench.party.requestObject(present(good(bench)))
    assert.equal((await authorize(bench, { client_id: 'iam', request })).status, 400)
  })
})

test('a client hears which identifier it left out', async () => {
  for (const claim of ['preferred_username', 'email', 'upn'] as const) {
    await using bench = await openOidc({
      clients: (party) => [
        clientOf(party, { subject: { from: ['par'], claim, directories: ['local'] } }),
      ],
    })
    const { body } = await bench.party.push({ sallyport_context: '{"identifiers":{}}' })
    assert.deepEqual(body, {
      error: 'invalid_request',
      error_description: `sallyport_context.identifiers.${claim} is missing`,
    })
    const identifiers = { [claim]: 'li.wei@kestrel.example' }
    const given = { sallyport_context: JSON.stringify({ identifiers }) }
    assert.equal((await bench.party.push(given)).status, 201)
  }
})

test('a sub is right where it is the one, or one of those, that the answer may be about', async () => {
  await using bench = await openOidc()
  for (const sub of ['{"value":"li.wei"}', '{"values":["eve","li.wei"]}', '{"essential":true}'])
    for (const claims of [`{"id_token":{"sub":${sub}}}`, `{"userinfo":{"sub":${sub}}}`])
      assert.equal((await bench.party.push({ claims })).status, 201, claims)
})

test('an acr that is essential without a name insists on a proof, not on a wish', async () => {
  for (const acr_values of [undefined, 'mfa']) {
    await using bench = await openOidc()
    const claims = '{"id_token":{"acr":{"essential":true}}}'
    const { requestUri } = await bench.party.push({ claims, acr_values })
    const { to } = await authorize(bench, { client_id: 'iam', request_uri: requestUri })
    await fetch(to ?? '', { redirect: 'manual' })
    const [stepUp] = bench.stepUps.values()
    const wanted = acr_values === undefined ? [] : [acr_values]
    assert.deepEqual(stepUp?.request.acr, { wanted, essential: true })
  }
})

test('an acr that is essential without a name is met by no pass, whatever led to it', async () => {
  for (const how of ['delegated', 'trust', 'exempt'] as const) {
    await using bench = await openOidc()
    const proof = { acr: how, amr: ['hwk'], at: bench.now() }
    const passed = { state: 'satisfied', how, factor: null, proof, at: proof.at } as const
    bench.opens((held) => ({ ...held, ...passed }))
    const { requestUri } = await bench.party.push({
      claims: '{"id_token":{"acr":{"essential":true}}}',
    })
    const { to } = await authorize(bench, { client_id: 'iam', request_uri: requestUri })
    const back = await fetch(to ?? '', { redirect: 'manual' })
    const { searchParams } = new URL(back.headers.get('location') ?? '')
    assert.equal(searchParams.get('error'), 'unmet_authentication_requirements')
    assert.equal(searchParams.get('code'), null)
  }
})

test('the first essential acr is heard as the client wrote it', async () => {
  await using bench = await openOidc()
  const { requestUri } = await bench.party.push({
    claims: JSON.stringify(ESSENTIAL),
    acr_values: 'phr',
  })
  const { to } = await authorize(bench, { client_id: 'iam', request_uri: requestUri })
  await fetch(to ?? '', { redirect: 'manual' })
  const [stepUp] = bench.stepUps.values()
  assert.deepEqual(stepUp?.request.acr, { wanted: ['mfa'], essential: true })
})
