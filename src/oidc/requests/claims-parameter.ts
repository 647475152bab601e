import { z } from 'zod'
import { fail, ok, parseJson, type Result } from '../../kernel/index.ts'

const BYTES_MAX = 4096
const DEPTH_MAX = 6
const VALUES_MAX = 10

const acr = z.string().min(1).max(255)
const member = z.union([
  z.null(),
  z.object({
    essential: z.boolean().optional(),
    value: z.unknown().optional(),
    values: z.array(z.unknown()).optional(),
  }),
])
const schema = z.object({
  id_token: z
    .object({
      acr: z
        .union([
          z.null(),
          z.object({
            essential: z.boolean().optional(),
            value: acr.optional(),
            values: z.array(acr).min(1).max(VALUES_MAX).optional(),
          }),
        ])
        .optional(),
      sub: member.optional(),
    })
    .optional(),
  userinfo: z.object({ sub: member.optional() }).optional(),
})

export type ClaimsParameter = {
  /** Null where the parameter names no value. */
  readonly acr: { readonly values: readonly string[]; readonly isEssential: boolean }
  /** Of each list, one that the answer must be about (OpenID Connect Core 5.5.1): `values` means any of them. */
  readonly subjects: readonly (readonly unknown[])[]
}

/** OpenID Connect Core 5.5, as far as it concerns this provider. Claims that it does not know are ignored, as there. */
export function parseClaims(text: string): Result<ClaimsParameter, 'claims-invalid'> {
  if (Buffer.byteLength(text) > BYTES_MAX || depthOf(text) > DEPTH_MAX)
    return fail('claims-invalid')
  const parsed = schema.safeParse(parseJson(text))
  if (!parsed.success) return fail('claims-invalid')
  const { id_token: idToken, userinfo } = parsed.data
  const wanted = idToken?.acr ?? {}
  if (wanted.value !== undefined && wanted.values !== undefined) return fail('claims-invalid')
  const values = wanted.value === undefined ? (wanted.values ?? []) : [wanted.value]
  const subjects = [idToken?.sub, userinfo?.sub].flatMap((sub) => [
    ...(sub?.value === undefined ? [] : [[sub.value]]),
    ...(sub?.values === undefined ? [] : [sub.values]),
  ])
  return ok({ acr: { values, isEssential: wanted.essential === true }, subjects })
}

/** Of brackets outside strings; what is no JSON is refused by the parser afterwards. */
export function depthOf(text: string): number {
  let [depth, deepest, isString] = [0, 0, false]
  for (let index = 0; index < text.length; index++) {
    const sign = text[index]
    if (sign === '"') isString = !isString
    else if (isString && sign === '\\') index++
    else if (!isString && (sign === '{' || sign === '[')) deepest = Math.max(deepest, ++depth)
    else if (!isString && (sign === '}' || sign === ']')) depth--
  }
  return deepest
}
