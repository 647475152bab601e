import { CompactEncrypt } from 'jose'
import { encoded, maced, type Part, type Signer } from './signer.ts'

/** What a forger may have: every public key, a good token of the same kind, and a key of somebody else's. */
export type Forging = {
  readonly claims: Readonly<Record<string, unknown>>
  readonly typ: string
  /** Signed by the owner, over other claims. */
  readonly good: string
  /** Signs here also what no owner would: it is refused although its signature is right. */
  readonly owner: Signer
  /** Another client of the same installation. */
  readonly tenant: Signer
  /** No client at all, whose key goes by the owner's name. */
  readonly stranger: Signer
}

type Forgeries = readonly (readonly [what: string, token: string])[]

const ZEROS = Buffer.alloc(64).toString('base64url')
const unsigned = (claims: Part, header: Part, signature: string) =>
  `${encoded(header)}.${encoded(claims)}.${signature}`

export async function forgeriesOf(given: Forging): Promise<Forgeries> {
  return [
    ...withoutSignature(given),
    ...ofAnotherAlgorithm(given),
    ...ofAnotherKey(given),
    ...withOddHeader(given),
    ...withOddClaims(given),
    ...(await writtenDifferently(given)),
  ]
}

function withoutSignature({ claims, good, owner }: Forging): Forgeries {
  const [header = '', , signature = ''] = good.split('.')
  return [
    ...['none', 'None', 'nOnE', 'NONE'].flatMap(
      (alg): Forgeries => [
        [`${alg}, without a signature`, unsigned(claims, { alg }, '')],
        [`${alg}, with zeros for one`, unsigned(claims, { alg }, ZEROS)],
        [`${alg}, with that of a good token`, unsigned(claims, { alg }, signature)],
      ],
    ),
    ['an empty signature', `${good.slice(0, -signature.length)}`],
    ['two parts', `${good.slice(0, -signature.length - 1)}`],
    ['half a signature', good.slice(0, -43)],
    ['a signature without its last letter', good.slice(0, -1)],
    ['a signature that goes on', `${good}AAAA`],
    ['a signature of zeros', unsigned(claims, { alg: 'ES256', kid: owner.kid }, ZEROS)],
    ['the signature of another text', `${header}.${encoded(claims)}.${signature}`],
  ]
}

function ofAnotherAlgorithm({ claims, typ, owner }: Forging): Forgeries {
  const { kid, jwk, pem } = owner
  const { kty, crv, x, y } = jwk
  const point = [`${x}`, `${y}`].map((part) => Buffer.from(part, 'base64url'))
  const secrets: readonly (readonly [string, string | Buffer])[] = [
    ['the key as a JWK', JSON.stringify(jwk)],
    ['its members', JSON.stringify({ kty, crv, x, y })],
    ['the key as PEM', pem],
    ['the key as PEM, trimmed', pem.trimEnd()],
    ['its point', Buffer.concat(point)],
    ['its point as it is sent', Buffer.concat([Buffer.from([4]), ...point])],
    ['its name', kid],
    ['nothing', ''],
  ]
  const others = ['es256', 'ES256 ', 'ES384', 'ES256K', 'RS256', 'PS256', 'EdDSA', '']
  return [
    ...secrets.map(
      ([what, secret]) =>
        [`HS256 under ${what}`, maced(claims, { alg: 'HS256', kid, typ }, secret)] as const,
    ),
    ...others.map((alg) => [`the algorithm "${alg}"`, owner.sign(claims, { alg, kid })] as const),
    ['no algorithm', owner.sign(claims, { kid })],
    ['a list of algorithms', owner.sign(claims, { alg: ['ES256'], kid })],
  ]
}

function ofAnotherKey({ claims, owner, tenant, stranger }: Forging): Forgeries {
  const { kid } = owner
  const kids = [
    ...['unknown', '../../../../dev/null', "' OR 1=1 --", `${kid}\0`, kid.toUpperCase()],
    ...['', 'k'.repeat(5000), 0, null, true, [kid], { kid }],
  ]
  return [
    ['another key under the right name', stranger.sign(claims)],
    ['the key of another client', tenant.sign(claims)],
    ['that key under the right name', tenant.sign(claims, { alg: 'ES256', kid })],
    ...kids.map((odd) => {
      const what = `the kid ${JSON.stringify(odd).slice(0, 30)}`
      return [what, owner.sign(claims, { alg: 'ES256', kid: odd })] as const
    }),
  ]
}

function withOddHeader({ claims, owner }: Forging): Forgeries {
  const { kid } = owner
  const plain = { alg: 'ES256', kid }
  return [
    ...[[], ['exp'], ['b64'], ['x'], 'exp', null].map((crit) => {
      const header = { ...plain, crit, b64: true, x: 1 }
      return [`the demand ${JSON.stringify(crit)}`, owner.sign(claims, header)] as const
    }),
    [
      'a payload that is not encoded',
      owner.signUnencoded(claims, { ...plain, b64: false, crit: ['b64'] }),
    ],
    ['the same without demanding it', owner.signUnencoded(claims, { ...plain, b64: false })],
    ['an encoded payload that says it is not', owner.sign(claims, { ...plain, b64: false })],
    ['two algorithms', owner.sign(claims, `{"alg":"none","alg":"ES256","kid":"${kid}"}`)],
    ['two names of keys', owner.sign(claims, `{"alg":"ES256","kid":"x","k\\u0069d":"${kid}"}`)],
    ['a header that is a list', owner.sign(claims, '["ES256"]')],
    ['a header that is no JSON', owner.sign(claims, '{alg:ES256}')],
    ['the type of another token', owner.sign(claims, { ...plain, typ: 'at+jwt' })],
  ]
}

function withOddClaims({ claims, owner }: Forging): Forgeries {
  const text = JSON.stringify(claims)
  const first = (members: string) => owner.sign(text.replace('{', `{${members},`))
  return [
    ['another issuer before the right one', first('"iss":"other"')],
    ['the same issuer twice', first(`"iss":${JSON.stringify(claims['iss'])}`)],
    ['another audience under an escaped name', first('"\\u0061ud":"https://other.example"')],
    ['a member twice that nobody reads', first('"a":{"b":1,"b":2}')],
    ['a list of claims', owner.sign(`[${text}]`)],
    ['null', owner.sign('null')],
    ['no JSON', owner.sign(`${text}{}`)],
  ]
}

async function writtenDifferently({ good }: Forging): Promise<Forgeries> {
  const [header, payload, signature] = good.split('.')
  const inside = new CompactEncrypt(Buffer.from(good))
  const parts = { protected: header, signature }
  return [
    [
      'an encrypted token',
      await inside
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', cty: 'JWT' })
        .encrypt(new Uint8Array(32)),
    ],
    ['JSON', JSON.stringify({ payload, signatures: [parts] })],
    ['flat JSON', JSON.stringify({ payload, ...parts })],
    ['a line break after it', `${good}\n`],
    ['a space before it', ` ${good}`],
    ['padding', `${good}==`],
    ['four parts', `${good}.`],
  ]
}
