import { z } from 'zod'
import { parseIp } from '../../http/index.ts'
import { fail, ok, parseJson, type Result } from '../../kernel/index.ts'
import { depthOf } from './claims-parameter.ts'

const BYTES_MAX = 4096
const DEPTH_MAX = 4

/** Printable: nothing that could start a line of its own in a log or a message. */
const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u)

const schema = z.strictObject({
  identifiers: z
    .strictObject({
      preferred_username: text(255).optional(),
      email: text(255).optional(),
      upn: text(255).optional(),
      directory: text(100).optional(),
      immutable_id: text(255).optional(),
    })
    .optional(),
  application: z.strictObject({ id: text(255).optional(), name: text(100) }).optional(),
  amr: z.array(text(64)).max(20).optional(),
  auth_time: z.int().min(0).max(253_402_300_799).optional(),
  client_ip: z
    .string()
    .max(45)
    .refine((written) => parseIp(written) !== undefined)
    .transform(parseIp)
    .optional(),
  purpose: z.enum(['sign-in', 'enrol']).optional(),
})

/** What a client may add about the person and the sign-in, where the request is signed. */
export type Context = z.infer<typeof schema>

export function parseContext(given: string): Result<Context, 'context-invalid'> {
  if (Buffer.byteLength(given) > BYTES_MAX || depthOf(given) > DEPTH_MAX)
    return fail('context-invalid')
  const parsed = schema.safeParse(parseJson(given))
  return parsed.success ? ok(parsed.data) : fail('context-invalid')
}
