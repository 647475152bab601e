import { createHmac, generateKeyPairSync, sign } from 'node:crypto'

/** A member of a token as JSON would have it, or the very text of it. */
export type Part = Readonly<Record<string, unknown>> | string

/** Somebody with a key, who signs whatever they like, down to the letter. */
export type Signer = {
  readonly kid: string
  readonly jwk: Readonly<Record<string, unknown>>
  readonly pem: string
  sign(claims: Part, header?: Part): string
  /** RFC 7797: the payload as it is, not encoded before it is signed. */
  signUnencoded(claims: Part, header: Part): string
}

export const encoded = (part: Part): string => Buffer.from(textOf(part)).toString('base64url')

const textOf = (part: Part): string => (typeof part === 'string' ? part : JSON.stringify(part))

export function createSigner(kid: string): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const over = (input: string) =>
    sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString(
      'base64url',
    )
  const plain = { alg: 'ES256', kid }
  return {
    kid,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' },
    pem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    sign(claims, header = plain) {
      const input = `${encoded(header)}.${encoded(claims)}`
      return `${input}.${over(input)}`
    },
    signUnencoded(claims, header) {
      const signature = over(`${encoded(header)}.${textOf(claims)}`)
      return `${encoded(header)}.${encoded(claims)}.${signature}`
    },
  }
}

/** A MAC where a signature should be. */
export function maced(claims: Part, header: Part, secret: string | Uint8Array): string {
  const input = `${encoded(header)}.${encoded(claims)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

/** The order of P-256 (FIPS 186-4, D.1.2.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The same words under another signature that is as good: whoever has the one can make the others without a key. */
export function respelled(jwt: string): readonly string[] {
  const [header = '', claims = '', signature = ''] = jwt.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  const s = BigInt(`0x${bytes.subarray(32).toString('hex')}`)
  const mirrored = Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex')
  const other = Buffer.concat([bytes.subarray(0, 32), mirrored]).toString('base64url')
  // Four bits of the last letter mean nothing.
  const last = LETTERS[LETTERS.indexOf(signature.slice(-1)) ^ 1] ?? ''
  return [other, signature.slice(0, -1) + last].map((one) => `${header}.${claims}.${one}`)
}
