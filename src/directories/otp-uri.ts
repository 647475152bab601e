import { fail, ok, type Result, Secret } from '../kernel/index.ts'

/** A TOTP secret as another product hands it over. */
export type OtpSecret = {
  readonly secret: Secret<Uint8Array>
  readonly algorithm: 'sha1' | 'sha256' | 'sha512'
  readonly digits: 6 | 8
  readonly periodSeconds: 30 | 60
}

/** RFC 4226 §4 asks for 128 bits at least; a secret under that is taken only where the operator says so. */
const SECRET_BITS_MIN = 128
const SHORT_SECRET_BITS_MIN = 80
const SECRET_BITS_MAX = 512
const LENGTH_MAX = 1024

const ALGORITHMS = new Map([
  ['SHA1', 'sha1'],
  ['SHA256', 'sha256'],
  ['SHA512', 'sha512'],
] as const)
const DIGITS = new Map([
  ['6', 6],
  ['8', 8],
] as const)
const PERIODS = new Map([
  ['30', 30],
  ['60', 60],
] as const)

/** `otpauth://totp/…` (Key URI Format). What it does not say is SHA-1, 6 digits, 30 seconds. The error never holds the secret. */
export function parseOtpUri(
  text: string,
  { allowShortSecrets }: { readonly allowShortSecrets: boolean },
): Result<OtpSecret, string> {
  const url = text.length <= LENGTH_MAX ? URL.parse(text.trim()) : null
  if (url?.protocol !== 'otpauth:' || url.host.toLowerCase() !== 'totp')
    return fail('totp must be an otpauth://totp/ address')

  const only = (name: string, otherwise: string): string | undefined => {
    const values = url.searchParams.getAll(name)
    return values.length > 1 ? undefined : (values[0] ?? otherwise)
  }
  const algorithm = found(ALGORITHMS, only('algorithm', 'SHA1')?.toUpperCase().replace('-', ''))
  const digits = found(DIGITS, only('digits', '6'))
  const periodSeconds = found(PERIODS, only('period', '30'))
  const bytes = fromBase32(only('secret', '') ?? '')
  if (algorithm === undefined) return fail('totp: algorithm must be SHA1, SHA256 or SHA512')
  if (digits === undefined) return fail('totp: digits must be 6 or 8')
  if (periodSeconds === undefined) return fail('totp: period must be 30 or 60')
  if (bytes === undefined || bytes.length * 8 > SECRET_BITS_MAX)
    return fail(`totp: secret must be Base32 and at most ${SECRET_BITS_MAX} bits`)

  const bits = bytes.length * 8
  if (bits < SHORT_SECRET_BITS_MIN)
    return fail(`totp: secret has ${bits} bits; it needs ${SECRET_BITS_MIN}`)
  if (bits < SECRET_BITS_MIN && !allowShortSecrets)
    return fail(
      `totp: secret has ${bits} bits; it needs ${SECRET_BITS_MIN}, or --allow-short-secrets`,
    )
  return ok({ secret: new Secret<Uint8Array>(bytes), algorithm, digits, periodSeconds })
}

function found<T>(values: ReadonlyMap<string, T>, key: string | undefined): T | undefined {
  return key === undefined ? undefined : values.get(key)
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** Lengths modulo 8 that whole bytes come out as (RFC 4648 §6). */
const WHOLE = new Set([0, 2, 4, 5, 7])

function fromBase32(text: string): Uint8Array | undefined {
  const plain = text.replace(/=+$/, '').toUpperCase()
  if (plain === '' || !/^[A-Z2-7]+$/.test(plain) || !WHOLE.has(plain.length % 8)) return undefined
  const bytes = new Uint8Array(Math.floor((plain.length * 5) / 8))
  let [held, bits, at] = [0, 0, 0]
  for (const character of plain) {
    held = ((held << 5) | ALPHABET.indexOf(character)) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = (held >> bits) & 0xff
  }
  return bytes
}
