import { z } from 'zod'
import { fail, type Instant, instantOf, ok, type Result, secondsOf } from '../../kernel/index.ts'
import type { Once } from '../request-store.ts'
import type { Client } from './client.ts'
import type { ClientKeys } from './client-keys.ts'
import { type Refused, SKEW_SECONDS, verifySigned } from './signed-jwt.ts'

const LIFETIME_MAX_SECONDS = 300
const TYPES = ['jwt', 'client-authentication+jwt']

/** One string, not a list: an assertion that is good for several servers may have been made for another. */
const claims = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.string(),
  exp: z.number(),
  iat: z.number().optional(),
  nbf: z.number().optional(),
  // As of parameters: not every store keeps a NUL, or half a character.
  jti: z
    .string()
    .min(1)
    .max(256)
    .refine((jti) => jti.isWellFormed() && !jti.includes('\0')),
})

/**
 * RFC 7523 section 3, held to the issuer as the one audience. What it returns has to be used up by the operation
 * that the assertion is for, so that of two that bring it only one is served.
 */
export async function verifyAssertion(
  jwt: string,
  client: Client,
  deps: { readonly issuer: string; readonly keys: ClientKeys; readonly now: Instant },
): Promise<Result<Once, Refused>> {
  const signed = await verifySigned(jwt, client, deps.keys, TYPES)
  if (!signed.ok) return signed
  const parsed = claims.safeParse(signed.value)
  if (!parsed.success) return fail('claims')

  const { iss, sub, aud, exp, iat, nbf, jti } = parsed.data
  if (iss !== client.id || sub !== client.id || aud !== deps.issuer) return fail('claims')
  const now = secondsOf(deps.now)
  if (exp <= now || exp > now + LIFETIME_MAX_SECONDS + SKEW_SECONDS) return fail('claims')
  if ((iat ?? now) > now + SKEW_SECONDS || (nbf ?? now) > now + SKEW_SECONDS) return fail('claims')
  return ok({ client: client.id, jti, expiresAt: instantOf(Math.ceil(exp) * 1000) })
}
