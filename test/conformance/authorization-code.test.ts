import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import type { Id } from '../../src/kernel/index.ts'
import {
  type OidcBench,
  openOidc,
  satisfied,
  stepUpIn,
  unavailable,
} from '../support/oidc-bench.ts'
import type { Pushed } from '../support/relying-party.ts'
import { createUserAgent, decoded, type UserAgent } from '../support/user-agent.ts'

type Begun = { readonly agent: UserAgent; readonly pushed: Pushed; readonly id: Id<'stepUp'> }

async function begin(bench: OidcBench, over: Record<string, string> = {}): Promise<Begun> {
  const agent = createUserAgent()
  const pushed = await bench.party.push(over)
  assert.equal(pushed.status, 201)
  const authorized = await agent.get(bench.party.authorizeUrl(pushed))
  assert.equal(authorized.status, 303)
  const id = stepUpIn(authorized.headers.get('location'))
  return { agent, pushed, id }
}

async function answered(bench: OidcBench, over: Record<string, string> = {}) {
  const begun = await begin(bench, over)
  const shown = await begun.agent.get(bench.link(begun.id, 'begin'))
  assert.equal(shown.body, 'shown choosing')
  bench.satisfy(begun.id)
  return { ...begun, code: await codeOf(bench, begun) }
}

async function codeOf(bench: OidcBench, { agent, pushed, id }: Begun): Promise<string> {
  const done = await agent.get(bench.link(id, 'resume'))
  assert.equal(done.status, 200)
  const url = new URL(decoded(/href="([^"]*)"/.exec(done.body)?.[1] ?? ''))
  assert.equal(`${url.origin}${url.pathname}`, bench.party.redirectUri)
  assert.deepEqual([...url.searchParams.keys()].sort(), ['code', 'iss', 'state'])
  assert.equal(url.searchParams.get('state'), pushed.state)
  assert.equal(url.searchParams.get('iss'), bench.issuer)
  return url.searchParams.get('code') ?? ''
}

const jsonOf = async (response: Response) => (await response.json()) as Record<string, unknown>

describe('the authorization code flow', () => {
  for (const path of ['', '/second/factor'])
    test(`leads from a pushed request to an ID token, under ${path || '/'}`, async () => {
      await using bench = await openOidc({ path })
      const { pushed, code } = await answered(bench)
      bench.pass(5)
      const response = await bench.party.redeem(pushed, code)
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('cache-control'), 'no-store')
      const body = await jsonOf(response)
      assert.deepEqual(Object.keys(body).sort(), [
        ...['access_token', 'expires_in', 'id_token', 'scope', 'token_type'],
      ])

      const token = String(body['id_token'])
      const set = createRemoteJWKSet(new URL(`${bench.issuer}/jwks`))
      const { payload } = await jwtVerify(token, set, {
        ...{ issuer: bench.issuer, audience: 'iam', currentDate: new Date(bench.now()) },
      })
      const now = bench.now() / 1000
      const { jti, ...claims } = payload
      assert.match(String(jti), /^[A-Za-z0-9_-]{22}$/)
      assert.deepEqual(claims, {
        ...{ iss: bench.issuer, sub: 'li.wei', aud: 'iam', exp: now + 300, iat: now },
        ...{ nonce: pushed.nonce, acr: 'mfa', amr: ['otp'], auth_time: now - 5 },
      })
      const { alg, typ, kid } = decodeProtectedHeader(token)
      assert.deepEqual([alg, typ, typeof kid], ['ES256', 'JWT', 'string'])

      const authorization = `Bearer ${body['access_token']}`
      const info = await fetch(`${bench.issuer}/userinfo`, { headers: { authorization } })
      const about = { sub: 'li.wei', acr: 'mfa', amr: ['otp'], auth_time: now - 5 }
      assert.deepEqual(await jsonOf(info), about)
      bench.pass(300)
      const late = await fetch(`${bench.issuer}/userinfo`, { headers: { authorization } })
      assert.equal(late.status, 401)
      assert.match(late.headers.get('www-authenticate') ?? '', /invalid_token/)
    })

  test('leaves auth_time out where nothing was proven at a time', async () => {
    await using bench = await openOidc()
    const begun = await begin(bench)
    bench.opens((held) => satisfied(bench.now(), { acr: 'exempt', amr: [], at: null })(held))
    const left = await begun.agent.get(bench.link(begun.id, 'begin'))
    assert.equal(left.status, 303)
    const code = new URL(left.headers.get('location') ?? '').searchParams.get('code') ?? ''
    const body = await jsonOf(await bench.party.redeem(begun.pushed, code))
    const claims = JSON.parse(
      Buffer.from(String(body['id_token']).split('.')[1] ?? '', 'base64url').toString(),
    )
    assert.deepEqual([claims.acr, claims.amr, 'auth_time' in claims], ['exempt', [], false])
  })

  test('continues the same step-up when the request is opened again in the same browser', async () => {
    await using bench = await openOidc()
    const { agent, pushed, id } = await begin(bench)
    await agent.get(bench.link(id, 'begin'))
    bench.pass(120)
    const again = await agent.follow(bench.party.authorizeUrl(pushed))
    assert.equal(new URL(again.url).pathname, `/step-up/${id}`)
    assert.equal(bench.stepUps.size, 1)
  })

  test('refuses the step-up to another browser, which changes nothing', async () => {
    await using bench = await openOidc()
    const { agent, id } = await begin(bench)
    await agent.get(bench.link(id, 'begin'))
    bench.satisfy(id)
    for (const other of [createUserAgent(), await strangerOf(bench)]) {
      for (const hop of ['begin', 'resume'] as const) {
        assert.equal((await other.get(bench.link(id, hop))).status, 403)
        assert.equal(bench.said(), 'other-browser')
      }
    }
    assert.equal((await agent.get(bench.link(id, 'resume'))).status, 200)
  })

  test('repeats the redirect while the code waits, and never after', async () => {
    await using bench = await openOidc()
    const { code, ...begun } = await answered(bench)
    bench.pass(59)
    assert.equal(await codeOf(bench, begun), code)
    bench.pass(2)
    assert.equal((await begun.agent.get(bench.link(begun.id, 'resume'))).status, 409)
    assert.equal((await bench.party.redeem(begun.pushed, code)).status, 400)
  })

  test('redeems a code once, and ends its access token when it comes again', async () => {
    await using bench = await openOidc()
    const { pushed, code, agent, id } = await answered(bench)
    const body = await jsonOf(await bench.party.redeem(pushed, code))
    assert.equal((await agent.get(bench.link(id, 'resume'))).status, 409)
    assert.equal(bench.said(), 'finished-elsewhere')
    const again = await bench.party.redeem(pushed, code)
    assert.deepEqual([again.status, (await jsonOf(again))['error']], [400, 'invalid_grant'])
    const authorization = `Bearer ${body['access_token']}`
    const info = await fetch(`${bench.issuer}/userinfo`, { headers: { authorization } })
    assert.equal(info.status, 401)
  })

  test('goes to the client at once where nothing is to be shown', async () => {
    await using bench = await openOidc()
    const { agent, id } = await begin(bench, { prompt: 'none' })
    bench.opens((held) => ({
      ...{ ...held, state: 'refused', reason: 'question-needed', at: bench.now() },
    }))
    const left = await agent.get(bench.link(id, 'begin'))
    assert.equal(left.status, 303)
    assert.match(left.headers.get('location') ?? '', /[?&]error=login_required&/)
  })

  test('tells the client of a directory that is down, with prompt=none at once', async () => {
    await using bench = await openOidc()
    bench.opens(unavailable)
    const quiet = await begin(bench, { prompt: 'none' })
    const left = await quiet.agent.get(bench.link(quiet.id, 'begin'))
    assert.match(left.headers.get('location') ?? '', /error=temporarily_unavailable/)
    const { agent, id } = await begin(bench)
    assert.equal((await agent.get(bench.link(id, 'begin'))).status, 503)
    const resumed = await agent.get(bench.link(id, 'resume'))
    assert.match(resumed.headers.get('location') ?? '', /error=temporarily_unavailable/)
  })

  test('binds nothing for HEAD and for browsers that read ahead', async () => {
    await using bench = await openOidc()
    const pushed = await bench.party.push()
    const url = bench.party.authorizeUrl(pushed)
    assert.equal((await fetch(url, { method: 'HEAD', redirect: 'manual' })).status, 204)
    bench.pass(61)
    const late = await fetch(url, { redirect: 'manual' })
    assert.equal(late.status, 400) // had the look counted as the opening, it would still live

    const { agent, id } = await begin(bench)
    const headers = { 'sec-purpose': 'prefetch;prerender' }
    const look = await agent.get(bench.link(id, 'begin'), headers)
    assert.deepEqual([look.status, agent.cookies.size, bench.stepUps.size], [204, 0, 0])
  })

  test('opens no hop with the link of another', async () => {
    await using bench = await openOidc()
    const { agent, id } = await begin(bench)
    const swapped = bench.link(id, 'begin').replace('/begin', '/resume')
    for (const url of [
      swapped,
      `${bench.issuer}/step-up/${id}/begin`,
      `${bench.link(id, 'begin')}x`,
    ])
      assert.equal((await agent.get(url)).status, 404)
  })

  const ENDS = [
    ['cancelled', null, 'access_denied'],
    ['expired', null, 'access_denied'],
    ['refused', 'denied', 'access_denied'],
    ['refused', 'attempts-spent', 'access_denied'],
    ['refused', 'essential-acr-unmet', 'unmet_authentication_requirements'],
    ['refused', 'question-needed', 'login_required'],
  ] as const
  for (const [state, reason, error] of ENDS)
    test(`answers ${error} for a step-up that is ${state} ${reason ?? ''}`, async () => {
      await using bench = await openOidc()
      const { agent, id, pushed } = await begin(bench)
      await agent.get(bench.link(id, 'begin'))
      bench.end(id, (held, at) =>
        state === 'refused'
          ? { ...held, state, reason, at }
          : state === 'cancelled'
            ? { ...held, state, by: 'operator', at }
            : { ...held, state, at },
      )
      const left = await agent.get(bench.link(id, 'resume'))
      assert.equal(left.status, 303)
      const url = new URL(left.headers.get('location') ?? '')
      const { searchParams: query } = url
      assert.deepEqual(
        [query.get('error'), query.get('state'), query.get('iss'), query.get('code')],
        [error, pushed.state, bench.issuer, null],
      )
    })

  test('goes back to the page while nothing has ended', async () => {
    await using bench = await openOidc()
    const { agent, id } = await begin(bench)
    await agent.get(bench.link(id, 'begin'))
    const back = await agent.get(bench.link(id, 'resume'))
    assert.deepEqual([back.status, back.headers.get('location')], [303, `/step-up/${id}`])
  })

  test('never says an acr that the client ruled out, whatever the step-up claims', async () => {
    await using bench = await openOidc()
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'mfa-app' } } })
    const { agent, id } = await begin(bench, { claims })
    await agent.get(bench.link(id, 'begin'))
    bench.satisfy(id, { acr: 'mfa' })
    const left = await agent.get(bench.link(id, 'resume'))
    assert.match(left.headers.get('location') ?? '', /error=unmet_authentication_requirements/)
  })
})

async function strangerOf(bench: OidcBench): Promise<UserAgent> {
  const stranger = await begin(bench)
  await stranger.agent.get(bench.link(stranger.id, 'begin'))
  return stranger.agent
}
