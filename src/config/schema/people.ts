import { z } from 'zod'
import { LOCALES } from '../../kernel/index.ts'
import type { Reader } from '../reader.ts'
import {
  anyText,
  exactlyOne,
  isLoopback,
  isRecord,
  path,
  privateKeyFile,
  refuse,
  secretEnv,
  secretFile,
  text,
  webLink,
} from './parts.ts'
import { sms, smsRegions, smsTypes } from './sms.ts'

const mailbox = text(
  "an address, or a name and an address: 'Sign-in <no-reply@example.com>'",
  /^(?:[^<>@\s]+@[^<>@\s]+|[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>)$/,
)

const email = (reader: Reader) =>
  z
    .strictObject({
      host: text('a host name or an IP address', /^[A-Za-z0-9.:_-]+$/).describe('The SMTP server.'),
      port: z.int().min(1).max(65535).default(587).describe('Its port.'),
      secure: z
        .boolean()
        .default(false)
        .describe('TLS from the first byte (port 465), instead of STARTTLS.'),
      requireTls: z
        .boolean()
        .optional()
        .describe('No mail without STARTTLS. On unless the host is loopback.'),
      from: mailbox.describe('The sender of every message.'),
      user: anyText('a user name').optional().describe('Whom to sign in as.'),
      passwordFile: secretFile(reader).optional().describe("File with that user's password."),
      passwordEnv: secretEnv(reader)
        .optional()
        .describe('Environment variable with it, instead of `passwordFile`.'),
      dkim: z
        .strictObject({
          domainName: text('a domain name', /^[A-Za-z0-9.-]+$/).describe('The signing domain.'),
          keySelector: text('a DNS label', /^[A-Za-z0-9._-]+$/).describe('The selector.'),
          privateKeyFile: privateKeyFile(reader).describe('The private key.'),
        })
        .optional()
        .describe('Signs messages here. Most servers do it themselves.'),
      codeInSubject: z
        .boolean()
        .default(false)
        .describe('Shows the code in the subject line, and so on lock screens.'),
    })
    .check(exactlyOne(['passwordFile', 'passwordEnv'], false))
    .superRefine(checkTransport, { when: ({ value }) => isRecord(value) })

/** Judged on whatever was written, so each value is looked at before it is used. */
function checkTransport(mail: Partial<Record<string, unknown>>, context: z.RefinementCtx): void {
  const hasPassword = mail['passwordFile'] !== undefined || mail['passwordEnv'] !== undefined
  if (mail['user'] !== undefined && !hasPassword)
    refuse(context, { says: 'has no password', wanted: 'passwordFile or passwordEnv beside it' }, [
      'user',
    ])
  if (mail['user'] === undefined && hasPassword)
    refuse(context, { says: 'has a password but no user', wanted: 'the user name' }, ['user'])
  if (mail['port'] === 465 && mail['secure'] === false)
    refuse(
      context,
      { says: 'speaks TLS from the first byte', wanted: 'secure: true beside it, or port 587' },
      ['port'],
    )
  const isRemote = typeof mail['host'] === 'string' && !isLoopback(mail['host'])
  if (isRemote && hasPassword && mail['requireTls'] === false && mail['secure'] === false)
    refuse(
      context,
      { says: 'would send the password in the clear', wanted: 'true, or secure: true' },
      ['requireTls'],
    )
}

export const channels = (reader: Reader) =>
  z
    .strictObject({
      email: email(reader).optional().describe('Codes by email.'),
      sms: sms(reader),
      smsRegions,
      smsTypes,
    })
    .prefault({})
    .meta({
      description: 'How messages reach people.',
      example: {
        email: {
          host: 'smtp.example.com',
          port: 587,
          from: 'Sign-in <no-reply@example.com>',
          user: 'sallyport',
          passwordFile: '/run/secrets/smtp',
        },
      },
    })

export const support = z
  .strictObject({
    phone: anyText('a phone number, as people should read it', 40).optional().describe('Phone.'),
    email: text('an email address', /^[^<>@\s]+@[^<>@\s]+$/)
      .optional()
      .describe('Email address.'),
    url: webLink().optional().describe('Web address.'),
  })
  .prefault({})
  .meta({
    description: 'Whom people turn to; shown on every page where they may be stuck.',
    example: { phone: '+1 202 555 0100', url: 'https://help.example.com' },
  })

export const privacyUrl = webLink().optional().describe('Your privacy notice, linked from pages.')

export const language = z
  .enum(LOCALES)
  .default('en')
  .describe('The language of pages and messages where neither request, person nor browser says.')

export const timeZone = z.string().max(60).refine(isTimeZone).default('UTC').meta({
  wanted: 'an IANA name such as Europe/Berlin',
  description: 'In which messages tell the time: an IANA name.',
})

function isTimeZone(name: string): boolean {
  try {
    // An offset such as +02:00 is taken as well, but has no daylight saving and no name.
    return !/^[+-]/.test(name) && Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}

const PICTURE = 'the path of an SVG, PNG, WebP or JPEG file'

const picture = (reader: Reader) =>
  path(reader)
    .refine((file) => /\.(?:svg|png|webp|jpe?g)$/i.test(file), {
      error: 'is no picture that browsers are sure to show',
      params: { wanted: PICTURE },
    })
    .meta({ wanted: PICTURE })

const colour = text('a colour such as #1a56db', /^#[0-9a-fA-F]{6}$/)

export const theme = (reader: Reader) =>
  z
    .strictObject({
      folder: path(reader)
        .optional()
        .describe(
          'A folder with templates, and perhaps a `style.css`, that replace ours. Templates are code: only you may write there.',
        ),
      logo: picture(reader).optional().describe('Shown above every page.'),
      brand: colour.optional().describe('The colour of buttons and links.'),
      brandDark: colour.optional().describe('The same in dark mode.'),
    })
    .prefault({})
    .meta({ description: 'How pages look.', example: { logo: 'logo.svg', brand: '#1a56db' } })
