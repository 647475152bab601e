import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hashOf } from '../../src/kernel/index.ts'
import { openOidc, satisfied, stepUpIn } from '../support/oidc-bench.ts'
import { createUserAgent } from '../support/user-agent.ts'

/** RFC 7636 appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

describe('PKCE', () => {
  test('hashes the verifier as RFC 7636 appendix B does', () =>
    assert.equal(hashOf(VERIFIER), CHALLENGE))

  const redeem = async (verifiers: readonly string[]) => {
    await using bench = await openOidc()
    bench.opens((held) => satisfied(bench.now())(held))
    const pushed = await bench.party.push({ code_challenge: CHALLENGE })
    const agent = createUserAgent()
    const authorized = await agent.get(bench.party.authorizeUrl(pushed))
    const id = stepUpIn(authorized.headers.get('location'))
    const left = await agent.get(bench.link(id, 'begin'))
    const code = new URL(left.headers.get('location') ?? '').searchParams.get('code') ?? ''
    const statuses: number[] = []
    for (const code_verifier of verifiers)
      statuses.push((await bench.party.redeem(pushed, code, { code_verifier })).status)
    return statuses
  }

  test('redeems a code for the verifier of its challenge', async () =>
    assert.deepEqual(await redeem([VERIFIER]), [200]))

  test('uses the code up at the first wrong verifier', async () =>
    assert.deepEqual(await redeem([VERIFIER.replace('d', 'e'), VERIFIER]), [400, 400]))

  test('does not take the challenge for a verifier', async () =>
    assert.deepEqual(await redeem([CHALLENGE]), [400]))
})
