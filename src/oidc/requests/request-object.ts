import { z } from 'zod'
import { fail, type Instant, ok, type Result, secondsOf } from '../../kernel/index.ts'
import {
  type Client,
  type ClientKeys,
  type Failed,
  type Failure,
  SKEW_SECONDS,
  verifySigned,
} from '../clients/index.ts'
import type { Parameters } from '../parameters.ts'
import type { PageRefusal } from './refusal.ts'

const LIFETIME_MAX_SECONDS = 600
const TYPES = ['oauth-authz-req+jwt', 'jwt']

/** Every parameter that is understood here. Others are ignored, inside and outside. */
const KNOWN = [
  'client_id',
  'response_type',
  'response_mode',
  'scope',
  'redirect_uri',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'max_age',
  'acr_values',
  'claims',
  'ui_locales',
  'login_hint',
  'id_token_hint',
  'registration',
  'sallyport_context',
] as const

/** `sub` would make the object good as an assertion of the client (RFC 9101 section 10.8), so it has none. */
const schema = z.looseObject({
  iss: z.string(),
  aud: z.union([z.string(), z.tuple([z.string()])]),
  client_id: z.string(),
  exp: z.number(),
  iat: z.number().optional(),
  nbf: z.number().optional(),
  sub: z.never().optional(),
  request: z.never().optional(),
  request_uri: z.never().optional(),
})

export type ReadObject = (
  jwt: string,
  client: Client,
  outside: Parameters,
  now: Instant,
) => Promise<Result<Parameters, PageRefusal>>

/** RFC 9101: only what the client signed is used, and what stands outside as well must say the same. */
export function createReadObject(deps: {
  readonly issuer: string
  readonly keys: ClientKeys
  readonly failed: Failed
}): ReadObject {
  return async (jwt, client, outside, now) => {
    if (!client.subject.from.includes('request_object')) return refuse('object-not-allowed')
    const unverified = (why: Failure) => {
      deps.failed('request object not verified', client.id, why)
      return refuse('object-not-verified')
    }
    const signed = await verifySigned(jwt, client, deps.keys, TYPES)
    if (!signed.ok) return unverified(signed.error)
    const parsed = schema.safeParse(signed.value)
    if (!parsed.success) return unverified('claims')

    const { iss, aud, client_id: clientId, exp, iat, nbf } = parsed.data
    const isOurs = [aud].flat().every((one) => one === deps.issuer)
    if (iss !== client.id || clientId !== client.id || !isOurs) return unverified('claims')
    const seconds = secondsOf(now)
    if (exp <= seconds || exp > seconds + LIFETIME_MAX_SECONDS + SKEW_SECONDS)
      return unverified('claims')
    if (Math.max(iat ?? 0, nbf ?? 0) > seconds + SKEW_SECONDS) return unverified('claims')

    const inside = parametersIn(parsed.data)
    if (inside === undefined) return unverified('claims')
    const differs = KNOWN.some((name) => {
      const [within, without] = [inside.get(name), outside.get(name)]
      return within !== undefined && without !== undefined && within !== without
    })
    return differs ? refuse('object-conflict') : ok(inside)
  }
}

/** JSON members become what the same parameter would be in a query; undefined where one is of no such kind. */
function parametersIn(claims: Record<string, unknown>): Parameters | undefined {
  const found = new Map<string, string>()
  for (const name of KNOWN) {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined
    if (value === undefined || value === '') continue
    const text = textOf(value)
    if (text === undefined || text.includes('\0')) return undefined
    found.set(name, text)
  }
  return found
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? JSON.stringify(value) : undefined
}

const refuse = (refusal: PageRefusal['refusal']) => fail({ refusal })
