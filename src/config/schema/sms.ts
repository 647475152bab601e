import { z } from 'zod'
import type { Reader } from '../reader.ts'
import {
  distinct,
  exactlyOne,
  isRecord,
  refuse,
  safeUrl,
  seconds,
  secretEnv,
  secretFile,
  text,
} from './parts.ts'

/** What a body is filled in with. */
const PLACEHOLDERS = ['to', 'toDigits', 'text', 'id'] as const
const FILLED = `a block whose texts hold {to} or {toDigits}, and {text}`
const VALUE_MAX = 2_000
const BODY_DEPTH_MAX = 8

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/
/** Made from the request itself, so that whoever writes one would break it. */
const OURS = new Set(['host', 'content-length', 'content-type', 'transfer-encoding', 'connection'])
/** RFC 9110: visible, in one line. */
const isOneLine = (value: string) => /^[\x20-\x7e]{1,2000}$/.test(value)
const ONE_LINE = {
  error: 'holds what no header can carry',
  params: { wanted: 'one line of visible ASCII' },
}

const header = (reader: Reader) =>
  z
    .strictObject({
      name: text('the name of a header', TOKEN)
        .refine((name) => !OURS.has(name.toLowerCase()), {
          error: 'is a header that Sallyport writes itself',
          params: { wanted: 'any other header' },
        })
        .describe('Its name.'),
      value: text('one line of visible ASCII', /^[\x20-\x7e]+$/, VALUE_MAX)
        .refine((value) => !/\{(?:to|toDigits|text)\}/.test(value), {
          error: 'holds what belongs into the body',
          params: { wanted: 'no placeholder but {id}' },
        })
        .optional()
        .describe(
          'What it says, where that is no secret. `{id}` is the id of the message, for gateways that take no message twice by such a header.',
        ),
      file: secretFile(reader)
        .refine((secret) => isOneLine(secret.reveal()), ONE_LINE)
        .meta({ wanted: 'the path of a file that holds the whole value' })
        .optional()
        .describe('File with the whole value, `Bearer …` or `Basic …` included.'),
      env: secretEnv(reader)
        .refine((secret) => isOneLine(secret.reveal()), ONE_LINE)
        .meta({ wanted: 'the name of an environment variable' })
        .optional()
        .describe('Environment variable with it, instead of `file`.'),
    })
    .check(exactlyOne(['value', 'file', 'env']))

const form = z.record(z.string().min(1).max(200), z.string().max(VALUE_MAX))

const body = z
  .strictObject({
    json: z
      .looseObject({})
      .superRefine(checkTemplate)
      .meta({ wanted: FILLED })
      .optional()
      .describe('Sent as JSON. Any shape; each text may hold placeholders.'),
    form: z
      .looseObject({})
      .refine((fields) => form.safeParse(fields).success, {
        error: 'holds what is no text',
        params: { wanted: FILLED },
      })
      .superRefine(checkTemplate)
      .meta({ wanted: FILLED })
      .optional()
      .describe('Sent as a form (`application/x-www-form-urlencoded`).'),
  })
  .check(exactlyOne(['json', 'form']))

/** A misspelt placeholder would go out as it stands, and a message without its text says nothing. */
function checkTemplate(template: unknown, context: z.RefinementCtx): void {
  const texts = textsIn(template)
  if (texts === 'too deep') {
    refuse(context, { says: 'is nested too deeply', wanted: 'eight levels at most' })
    return
  }
  const used = texts.flatMap((one) => [...one.matchAll(/\{([A-Za-z]+)\}/g)].map(([, name]) => name))
  const unknown = used.find((name) => !PLACEHOLDERS.some((known) => known === name))
  if (unknown !== undefined)
    refuse(context, {
      says: `holds {${unknown}}, which nothing is known of`,
      wanted: `placeholders of these: ${PLACEHOLDERS.map((one) => `{${one}}`).join(', ')}`,
    })
  const isAddressed = used.includes('to') || used.includes('toDigits')
  if (!isAddressed || !used.includes('text'))
    refuse(context, { says: 'does not say what is sent to whom', wanted: FILLED })
}

/** Also of objects within; the names of members are no texts. */
function textsIn(template: unknown): readonly string[] | 'too deep' {
  const found: string[] = []
  let level: readonly unknown[] = [template]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > BODY_DEPTH_MAX) return 'too deep'
    found.push(...level.filter((one) => typeof one === 'string'))
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null ? Object.values(one) : [],
    )
  }
  return found
}

const jsonPath = (wanted: string) =>
  text(wanted, /^[A-Za-z0-9_-]{1,100}(?:\.[A-Za-z0-9_-]{1,100}){0,7}$/, 500)

const success = z
  .strictObject({
    status: z
      .array(z.int().min(200).max(299))
      .min(1)
      .max(20)
      .default([200, 201, 202])
      .describe('HTTP status codes of an answer that took the message.'),
    jsonPath: jsonPath('members in turn, with dots between: `result.code`')
      .optional()
      .describe(
        'Which member of a JSON answer says so too: members in turn with dots between, a number for a place in a list.',
      ),
    equals: z
      .union([z.string().max(200), z.number(), z.boolean()])
      .optional()
      .meta({ wanted: 'a text, a number or true or false', description: 'What it holds then.' }),
  })
  .superRefine(
    (written: unknown, context) => {
      if (!isRecord(written)) return
      const hasPath = written['jsonPath'] !== undefined
      if (hasPath === (written['equals'] !== undefined)) return
      const wanted = 'both jsonPath and equals, or neither'
      refuse(context, { says: `says ${hasPath ? 'jsonPath' : 'equals'} alone`, wanted })
    },
    { when: ({ value }) => isRecord(value) },
  )
  .prefault({})

const gateway = (reader: Reader) =>
  z.strictObject({
    provider: z.literal('http').describe('Any gateway that takes a message by one HTTP request.'),
    name: text('small letters, digits and dashes', /^[a-z][a-z0-9-]{0,39}$/).describe(
      'How log, audit and metrics call it.',
    ),
    url: safeUrl('an https URL, or http on loopback').describe(
      'Where messages are sent to. Redirects are not followed.',
    ),
    method: z.enum(['POST', 'PUT']).default('POST').describe('How.'),
    headers: z.array(header(reader)).max(20).default([]).describe('What is sent along.'),
    body: body.describe('What is sent.'),
    success: success.describe('Which answer means that the message was taken.'),
    messageIdPath: jsonPath('members in turn, with dots between: `result.id`')
      .optional()
      .describe('Which member of a JSON answer is the id of the message there, for the log.'),
    timeoutSeconds: seconds(8, 5, 'How long it may take, from the first byte to the last.'),
  })

export const sms = (reader: Reader) =>
  z
    .array(gateway(reader))
    .max(5)
    .default([])
    .describe(
      'Codes by text message, with gateways in the order of fail-over: the next one is asked only when the one before it certainly did not take the message.',
    )

export const smsTypes = z
  .array(z.enum(['mobile', 'fixed-line-or-mobile', 'fixed-line', 'voip']))
  .min(1)
  .refine(distinct, { error: 'names a type twice', params: { wanted: 'each once' } })
  .default(['mobile', 'fixed-line-or-mobile'])
  .describe(
    'Types of numbers that may be texted. `fixed-line-or-mobile` is what countries like the US give out without telling the two apart. A fixed line reads a code aloud to whoever picks up, and an internet number belongs to whoever has the account.',
  )

/** Where people are mostly texted from here. Whoever needs fewer writes fewer: the dearest fraud is by texts to far numbers. */
const REGIONS = [
  ...['HK', 'MO', 'TW', 'CN', 'AU', 'PL', 'DE', 'AE', 'RU', 'FR', 'PH', 'KR', 'MY', 'US'],
  ...['JP', 'SE', 'CH', 'ES', 'SG', 'IL', 'IT', 'IN', 'ID', 'GB', 'SA', 'TH', 'VN', 'KH'],
]

export const smsRegions = z
  .array(text('a country in two capital letters', /^[A-Z]{2}$/))
  .min(1)
  .max(300)
  .refine(distinct, { error: 'names a country twice', params: { wanted: 'each once' } })
  .default(REGIONS)
  .describe(
    'Countries whose numbers may be texted, by two letters. Of numbers that share a calling code each is one of its own country: `US` is not Canada.',
  )
