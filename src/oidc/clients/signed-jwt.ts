import { compactVerify } from 'jose/jws/compact/verify'
import { z } from 'zod'
import { fail, ok, parseJson, type Result } from '../../kernel/index.ts'
import { CLIENT_ALGORITHMS, type Client } from './client.ts'
import type { ClientKeys } from './client-keys.ts'

/** Clocks differ: this far into the future is taken for now. */
export const SKEW_SECONDS = 10

const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

const header = z.object({
  alg: z.enum(CLIENT_ALGORITHMS),
  kid: z.string().min(1).max(255).optional(),
  typ: z.string().max(64).optional(),
  crit: z.never().optional(),
  b64: z.never().optional(),
})

export type Refused =
  | 'malformed'
  | 'algorithm'
  | 'type'
  | 'key-unknown'
  | 'key-ambiguous'
  | 'signature'
  | 'claims'

/**
 * The claims of a token that this client signed. The algorithm is one that the client is registered with, the key one of
 * its own set: `jku`, `x5u`, `x5c` and `jwk` in a header are never followed, and `crit` names nothing that we know.
 */
export async function verifySigned(
  jwt: string,
  client: Client,
  keys: ClientKeys,
  types: readonly string[],
): Promise<Result<unknown, Refused>> {
  if (!COMPACT.test(jwt)) return fail('malformed')
  const parsed = header.safeParse(headerOf(jwt))
  if (!parsed.success || client.auth.method !== 'private_key_jwt') return fail('algorithm')
  const { alg, kid, typ } = parsed.data
  if (!client.auth.algorithms.includes(alg)) return fail('algorithm')
  if (typ !== undefined && !types.includes(mediaTypeOf(typ))) return fail('type')

  const key = await keys.find(client, { alg, kid })
  if (key === 'unknown') return fail('key-unknown')
  if (key === 'ambiguous') return fail('key-ambiguous')
  try {
    const { payload } = await compactVerify(jwt, key, { algorithms: [alg] })
    return ok(parseJson(new TextDecoder('utf-8', { fatal: true }).decode(payload)))
  } catch {
    return fail('signature')
  }
}

/** Undefined also where it names a member twice: who verifies and who looks for the key must read the same. */
function headerOf(jwt: string): unknown {
  return parseJson(Buffer.from(jwt.slice(0, jwt.indexOf('.')), 'base64url').toString('utf8'))
}

/** RFC 7515 section 4.1.9: `application/` may be left out, and media types know no case. */
function mediaTypeOf(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, '')
}
