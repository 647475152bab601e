import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import { z } from 'zod'
import { type Result, Secret } from '../../kernel/index.ts'
import type { Reader, Wrong } from '../reader.ts'

/** A problem with words of its own; the wording of all others is made from the schema. */
export function refuse(
  context: z.RefinementCtx,
  { says, wanted }: Wrong,
  path: PropertyKey[] = [],
) {
  context.addIssue({ code: 'custom', message: says, params: { wanted }, path })
}

export const seconds = (atMost: number, byDefault: number, meaning: string) =>
  z.int().min(1).max(atMost).default(byDefault).describe(meaning)

/** Of each pair of keys the first has to be below the second. Judged on whatever was written. */
export function checkTimes(pairs: readonly (readonly [short: string, long: string])[]) {
  return (written: Partial<Record<string, unknown>>, context: z.RefinementCtx): void => {
    for (const [short, long] of pairs) {
      const [less, more] = [written[short], written[long]]
      if (typeof less === 'number' && typeof more === 'number' && less >= more)
        refuse(
          context,
          { says: `is not below ${long}`, wanted: `less than ${long}, which is ${more}` },
          [short],
        )
    }
  }
}

/** `wanted` is what would be right, in the report and in the reference. */
export const text = (wanted: string, pattern: RegExp, lengthMax = 200) =>
  z.string().max(lengthMax).regex(pattern).meta({ wanted })

export const anyText = (wanted: string, lengthMax = 200) => text(wanted, /\S/, lengthMax)

/** Turned into what it points at while it is parsed, so that no unread secret outlives the schema. */
export function pointer<T>(
  schema: z.ZodString,
  wanted: string,
  read: (to: string) => Result<T, Wrong>,
) {
  return schema
    .transform((to, context): T => {
      const found = read(to)
      if (found.ok) return found.value
      refuse(context, found.error)
      return z.NEVER
    })
    .meta({ wanted })
}

export const path = (reader: Reader) =>
  z
    .string()
    .min(1)
    .max(4096)
    .transform((written) => reader.path(written))
    .meta({ wanted: 'a path' })

export const pathText = z.string().min(1).max(4096)
export const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/)

export const textFile = (reader: Reader) => pointer(pathText, 'the path of a file', reader.text)
export const secretFile = (reader: Reader) =>
  pointer(pathText, 'the path of a file that holds the secret', reader.fileSecret)
export const secretEnv = (reader: Reader) =>
  pointer(envName, 'the name of an environment variable', reader.envSecret)

const CERTIFICATE = 'the path of a PEM file with a certificate chain'
const PRIVATE_KEY = 'the path of a PEM file with a private key'

export const certificateFile = (reader: Reader) =>
  textFile(reader)
    .refine(isCertificate, {
      error: 'names a file without a readable PEM certificate',
      params: { wanted: CERTIFICATE },
    })
    .meta({ wanted: CERTIFICATE })

export const privateKeyFile = (reader: Reader) =>
  secretFile(reader)
    .refine((secret) => isPrivateKey(secret.reveal()), {
      error: 'names a file without a readable, unencrypted PEM private key',
      params: { wanted: PRIVATE_KEY },
    })
    .meta({ wanted: PRIVATE_KEY })

/** As a server or a client itself will take them, so that nothing is found only at the start. */
export function pairProblem(cert: unknown, key: unknown): Wrong | undefined {
  // Said already of each by itself, or not written.
  if (typeof cert !== 'string' || !(key instanceof Secret)) return undefined
  if (!isCertificate(cert) || !isPrivateKey(key.reveal())) return undefined
  try {
    createSecureContext({ cert, key: key.reveal() })
    return undefined
  } catch (error) {
    const isMismatch = error instanceof Error && /key values mismatch/.test(error.message)
    return isMismatch
      ? {
          says: 'is not the key of the certificate in certFile',
          wanted: 'the key that belongs to it',
        }
      : {
          says: 'cannot be used with certFile',
          wanted: 'a certificate chain and its key, of 2048 bits or more where RSA',
        }
  }
}

const isCertificate = (pem: string) => isMade(() => new X509Certificate(pem))
const isPrivateKey = (pem: string) => isMade(() => createPrivateKey(pem))

function isMade(make: () => unknown): boolean {
  try {
    make()
    return true
  } catch {
    return false
  }
}

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/
const FIELD_KEY_BYTES_MIN = 32

/** A field key is bytes: base64 text, 32 bytes or more. */
export function toFieldKey(secret: Secret, context: z.RefinementCtx): Secret<Uint8Array> {
  const written = secret.reveal()
  const bytes = Buffer.from(written, 'base64')
  if (BASE64.test(written) && bytes.length >= FIELD_KEY_BYTES_MIN) return new Secret(bytes)
  refuse(context, {
    says: 'holds no field key',
    wanted: 'at least 32 random bytes in base64, as `sallyport secrets new` makes them',
  })
  return z.NEVER
}

/** Exactly one of some keys; judged also where another key is wrong, so that one report tells all. */
export function exactlyOne(keys: readonly string[], isNeeded = true) {
  return z.superRefine<unknown>(
    (value, context) => {
      const given = keys.filter((key) => isRecord(value) && value[key] !== undefined)
      const wanted = `${isNeeded ? 'exactly' : 'at most'} one of ${keys.join(', ')}`
      if (given.length > 1) refuse(context, { says: `says ${given.join(' and ')}`, wanted })
      if (given.length === 0 && isNeeded)
        refuse(context, { says: `says none of ${keys.join(', ')}`, wanted })
    },
    { when: ({ value }) => isRecord(value) },
  )
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isLoopback = (host: string): boolean =>
  host === 'localhost' ||
  host === '[::1]' ||
  host === '::1' ||
  (isIP(host) === 4 && host.startsWith('127.'))

/** https anywhere, http on this machine only. */
export const isSafeUrl = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))

export const safeUrl = (wanted: string) =>
  z
    .string()
    .max(2048)
    .superRefine((written, context) => {
      const url = URL.parse(written)
      if (url === null || !isSafeUrl(url))
        return refuse(context, { says: 'is neither https nor http on loopback', wanted })
      if (written.includes('#')) refuse(context, { says: 'has a fragment', wanted })
      if (url.username !== '' || url.password !== '')
        refuse(context, { says: 'carries a user name or password', wanted })
    })
    .meta({ wanted })

export const webLink = () =>
  z
    .string()
    .max(2048)
    .refine((written) => /^https?:$/.test(URL.parse(written)?.protocol ?? ''))
    .meta({ wanted: 'a web address' })

export const distinct = <T>(values: readonly T[]) => new Set(values).size === values.length

const NETWORK = 'an IP address or a network such as 10.0.0.0/8'

export const network = z
  .string()
  .superRefine((written, context) => {
    const [address = '', length, ...rest] = written.split('/')
    const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
    const isPrefix = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits)
    if (bits < 0 || !isPrefix || rest.length > 0)
      refuse(context, { says: 'is no IP address and no network', wanted: NETWORK })
  })
  .meta({ wanted: NETWORK })
