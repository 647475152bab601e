import { z } from 'zod'
import { parseJson, type Secret } from '../../kernel/index.ts'
import type { Reader } from '../reader.ts'
import { directoryName } from './directories.ts'
import {
  anyText,
  distinct,
  exactlyOne,
  isRecord,
  refuse,
  safeUrl,
  secretEnv,
  secretFile,
  text,
  textFile,
} from './parts.ts'

export const ALGORITHMS = ['ES256', 'PS256', 'RS256', 'EdDSA'] as const
export const CLAIMS = ['login_hint', 'preferred_username', 'email', 'upn'] as const
export const SUBJECT_FROM = ['par', 'request_object', 'dangerously_unsigned_login_hint'] as const

const JWKS = 'a JWK set that holds public keys only: { keys: [{ kty: … }] }'

const jwk = z.looseObject({ kty: z.enum(['EC', 'RSA', 'OKP']).describe('Key type.') })
export const jwks = z
  .looseObject({ keys: z.array(jwk).min(1).max(50).describe('The keys.') })
  .refine(({ keys }) => keys.every((key) => key['d'] === undefined), {
    error: 'holds a private key',
    params: { wanted: JWKS },
  })
  .meta({ wanted: JWKS })

/** A set in a file is read as one written inline: from here on nobody can tell them apart. */
function toJwks(written: string, context: z.RefinementCtx): z.output<typeof jwks> {
  const parsed = jwks.safeParse(parseJson(written))
  if (parsed.success) return parsed.data
  refuse(context, { says: 'names a file without a JWK set of public keys', wanted: JWKS })
  return z.NEVER
}

const SECRET_LENGTH_MIN = 16
const isLong = (secret: Secret) => secret.reveal().length >= SECRET_LENGTH_MIN
const TOO_SHORT = {
  error: 'holds a secret that could be guessed',
  params: { wanted: `${SECRET_LENGTH_MIN} characters or more, made at random` },
}

const auth = (reader: Reader) =>
  z
    .discriminatedUnion(
      'method',
      [
        z
          .strictObject({
            method: z
              .literal('private_key_jwt')
              .describe('The client signs assertions (RFC 7523).'),
            jwks: jwks.optional().describe('Its public keys, inline.'),
            jwksFile: textFile(reader)
              .transform(toJwks)
              .meta({ wanted: 'the path of a file with a JWK set' })
              .optional()
              .describe('File with its public keys.'),
            jwksUri: safeUrl('an https URL, or http on loopback')
              .optional()
              .describe('Where its public keys are published.'),
            algorithms: z
              .array(z.enum(ALGORITHMS))
              .min(1)
              .default([...ALGORITHMS])
              .describe('What it may sign with.'),
          })
          .check(exactlyOne(['jwks', 'jwksFile', 'jwksUri'])),
        z
          .strictObject({
            method: z.literal('client_secret_basic').describe('The client sends a shared secret.'),
            secretFile: secretFile(reader)
              .refine(isLong, TOO_SHORT)
              .meta({ wanted: 'the path of a file that holds the secret' })
              .optional()
              .describe('File with the secret: 16 characters or more.'),
            secretEnv: secretEnv(reader)
              .refine(isLong, TOO_SHORT)
              .meta({ wanted: 'the name of an environment variable' })
              .optional()
              .describe('Environment variable with it, instead of `secretFile`.'),
          })
          .check(exactlyOne(['secretFile', 'secretEnv'])),
      ],
      { error: 'is not a method of this release' },
    )
    .describe('How the client proves that it is itself.')

const safeFrom = z.enum(['par', 'request_object'])

const subject = z
  .strictObject({
    from: z.union([z.enum(SUBJECT_FROM), z.array(safeFrom).min(1).max(2).refine(distinct)]).meta({
      wanted: '`par`, `request_object`, a list of both, or `dangerously_unsigned_login_hint` alone',
      description:
        'Where the signed subject comes from: a pushed request, a signed request object, or either. `dangerously_unsigned_login_hint` takes an unsigned one (with `state` or `nonce`), so that anybody can have anybody asked: enrolment and trust are then off, and wrong answers and messages are counted apart (`locks.cap`, `sends.unsignedMax`).',
    }),
    claim: z
      .enum(CLAIMS)
      .default('login_hint')
      .describe('Which identifier is looked up in the directories.'),
    directories: z
      .array(z.union([directoryName, z.array(directoryName).min(1).max(20)]))
      .min(1)
      .max(20)
      .optional()
      .meta({
        wanted: 'a list of directory names; an inner list for those of equal rank',
        description:
          'Which directories are asked, in this order; an inner list is of equal rank. Without it: all, in their order.',
      }),
  })
  .describe('Whom the client speaks of.')

const redirectUri = safeUrl(
  'an exact https URL, or http on loopback, without fragment or `*`',
).refine((written) => !written.includes('*'), {
  error: 'has a wildcard',
  params: { wanted: 'each address in full: they are compared exactly' },
})

/**
 * Such an id is what everybody signs as whom the provider at that address gives a token: its ID and access tokens all name it
 * as their issuer, and lie open in browsers and at applications.
 */
function checkOwnIssuer(written: unknown, context: z.RefinementCtx): void {
  if (!isRecord(written) || !isRecord(written['auth'])) return
  const { id } = written
  const { jwksUri } = written['auth']
  if (typeof id !== 'string' || typeof jwksUri !== 'string' || URL.parse(id) === null) return
  if (jwksUri.startsWith(`${id.replace(/\/+$/, '')}/`))
    refuse(
      context,
      {
        says: 'is the address below which its keys lie (auth.jwksUri), so every token that is signed with them names the client as its issuer',
        wanted: 'another id, such as `sso`',
      },
      ['id'],
    )
}

export const client = (reader: Reader) =>
  z
    .strictObject({
      id: text(
        '1 to 100 of the characters A-Z a-z 0-9 . _ ~ -',
        /^[A-Za-z0-9._~-]{1,100}$/,
      ).describe('Its `client_id`.'),
      name: anyText('a name of at most 60 characters', 60)
        .optional()
        .describe('What people read as the one who asks. Without it: the id.'),
      profile: z
        .literal('standard', { error: 'is not a profile of this release' })
        .default('standard')
        .describe('Code flow with PKCE; pushed or signed requests.'),
      auth: auth(reader),
      redirectUris: z
        .array(redirectUri)
        .min(1)
        .max(20)
        .describe('Where answers may go, compared exactly.'),
      subject,
      delegatedAmr: z
        .array(text('an amr value', /^[\x21-\x7e]{1,40}$/))
        .max(20)
        .default([])
        .describe(
          'A signed request whose `amr` holds one of these has seen its second factor already, within `max_age` or 12 hours.',
        ),
      trustGroup: text('a name of letters, digits, ., _ and -', /^[A-Za-z0-9._-]{1,100}$/)
        .optional()
        .describe(
          'Clients of one group share trust: who was asked for one of them need not be asked for the other. Its id where it is left out.',
        ),
    })
    // Judged also where another key is wrong: the id itself is one that nobody may have.
    .check(z.superRefine(checkOwnIssuer, { when: ({ value }) => isRecord(value) }))

export const clients = (reader: Reader) =>
  z
    .array(client(reader))
    .min(1)
    .max(200)
    .meta({
      description: 'The OpenID Providers, or login applications of one, that may send people here.',
      example: [
        {
          id: 'sso',
          name: 'Example SSO',
          auth: { method: 'private_key_jwt', jwksUri: 'https://sso.example.com/jwks' },
          redirectUris: ['https://sso.example.com/2fa/callback'],
          subject: { from: 'par', claim: 'preferred_username', directories: ['local'] },
        },
      ],
    })
