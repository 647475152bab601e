import { z } from 'zod'
import type { Reader } from '../reader.ts'
import {
  anyText,
  certificateFile,
  exactlyOne,
  network,
  pairProblem,
  privateKeyFile,
  refuse,
  safeUrl,
  secretEnv,
  secretFile,
  text,
  toFieldKey,
} from './parts.ts'

const ISSUER =
  'https://host or https://host/path, without query, fragment or trailing slash; http on loopback only'

const SEGMENTS = 'a path of letters, digits, `.`, `_`, `~` and `-` between single slashes'

/** Routes are patterns that lie under it: `:`, `*` or a bracket would be read as one. */
const PATH = /^(?:\/|(?:\/[A-Za-z0-9._~-]+)+)$/

/** Compared byte by byte by every client, so it must be written as the URL standard would write it. */
export const issuer = safeUrl(ISSUER)
  .superRefine((written, context) => {
    const url = URL.parse(written)
    if (url === null) return
    if (written.includes('?')) refuse(context, { says: 'has a query', wanted: ISSUER })
    else if (written.endsWith('/')) refuse(context, { says: 'ends with a slash', wanted: ISSUER })
    else if (url.href.replace(/\/$/, '') !== written && url.hash === '')
      refuse(context, {
        says: 'is not in its canonical spelling',
        wanted: url.href.replace(/\/$/, ''),
      })
    else if (!PATH.test(url.pathname))
      refuse(context, {
        says: 'has a path that cannot be served as it is written',
        wanted: SEGMENTS,
      })
  })
  .meta({
    wanted: ISSUER,
    description:
      'The public address of this installation and the `iss` of its tokens. It may have a path; every route lies under it.',
    example: 'https://2fa.example.com',
  })

const port = (description: string) =>
  z.int().min(0).max(65535).describe(`${description} 0 takes any free port.`)
const host = (description: string) =>
  text('a host name or an IP address', /^[A-Za-z0-9.:_-]+$/).describe(description)

const cidr = network.refine((written) => !/\/0+$/.test(written), {
  error: 'would believe everybody',
  params: { wanted: 'the networks of your own proxies' },
})

export const listen = (reader: Reader) =>
  z
    .strictObject({
      host: host('The address to listen on. In a container this is `0.0.0.0`.').default(
        '127.0.0.1',
      ),
      port: port('The port of the protocol and the pages.').default(8080),
      trustedProxies: z
        .array(cidr)
        .max(100)
        .default([])
        .describe('Proxies whose `X-Forwarded-For` is believed. Nobody else is.'),
      drainSeconds: z
        .int()
        .min(0)
        .max(60)
        .default(0)
        .describe(
          'At a stop, how long requests are still taken after readiness went down, so that a balancer sees that before connections are refused. Behind one: 5, or twice what it takes to notice.',
        ),
      graceSeconds: z
        .int()
        .min(0)
        .max(120)
        .default(10)
        .describe(
          'At a stop, how long requests that are running may still run, once no new ones are taken. A message takes 8 seconds at most.',
        ),
      tls: z
        .strictObject({
          certFile: certificateFile(reader).describe('The certificate chain.'),
          keyFile: privateKeyFile(reader).describe('Its private key.'),
        })
        .superRefine(({ certFile: cert, keyFile: key }, context) => {
          const found = pairProblem(cert, key)
          if (found !== undefined) refuse(context, found, ['keyFile'])
        })
        .optional()
        .describe('Ends TLS here. Without it a proxy in front must.'),
    })
    .prefault({})
    .meta({
      description: 'Where providers and browsers are answered.',
      example: { host: '0.0.0.0', port: 8080, trustedProxies: ['10.0.0.0/8'] },
    })

export const management = z
  .strictObject({
    host: host('The address to listen on. In a container this is `0.0.0.0`.').default('127.0.0.1'),
    port: port('The port of metrics and health.').default(9000),
  })
  .prefault({})
  .meta({
    description: 'Where metrics and health are answered. Never put this port on the internet.',
    example: { host: '0.0.0.0', port: 9000 },
  })

const keyId = text('1 to 32 letters, digits, `-` or `_`', /^[A-Za-z0-9_-]{1,32}$/)

export const encryption = (reader: Reader) =>
  z
    .strictObject({
      keys: z
        .array(
          z
            .strictObject({
              id: keyId.describe('Its name, for ever: every sealed value carries it.'),
              file: secretFile(reader)
                .transform(toFieldKey)
                .meta({ wanted: 'the path of a file that holds the key' })
                .optional()
                .describe('File with the key, as `sallyport secrets new` makes it.'),
              env: secretEnv(reader)
                .transform(toFieldKey)
                .meta({ wanted: 'the name of an environment variable' })
                .optional()
                .describe('Environment variable with the key, instead of `file`.'),
            })
            .check(exactlyOne(['file', 'env'])),
        )
        .min(1)
        .max(20)
        .describe('Newest first: the first seals, all of them open.'),
    })
    .meta({
      description:
        'The keys from which all others are derived. Lost keys cannot be replaced: keep a copy apart from the database.',
      example: { keys: [{ id: '2026-11', file: '/run/secrets/field-key' }] },
    })

export const logLevel = z
  .enum(['error', 'warn', 'info', 'debug'])
  .default('info')
  .describe('How much is logged. No level shows secrets or codes.')

export const retention = z
  .strictObject({
    auditDays: z.int().min(30).max(3650).default(400).describe('How long audit events are kept.'),
    accountsDays: z
      .int()
      .min(1)
      .max(3650)
      .default(400)
      .describe(
        'How long an account is remembered after its person was removed, or was found to be in their directory no more. Then it is erased, as `user erase` does.',
      ),
  })
  .prefault({})
  .meta({
    description: 'What is deleted, and when.',
    example: { auditDays: 400, accountsDays: 90 },
  })

export const org = z
  .strictObject({
    name: anyText('a name of at most 60 characters', 60)
      .default('Sallyport')
      .describe('Shown on pages, in messages and in OTP apps.'),
  })
  .prefault({})
  .meta({ description: 'Who asks for the second factor.', example: { name: 'Example Corp' } })
