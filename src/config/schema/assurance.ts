import { z } from 'zod'
import { FACTOR_KINDS, type FactorKind, operatorCodeKindOf } from '../../kernel/index.ts'
import { distinct, text } from './parts.ts'

/** What this release can ask for. The ladder may name the others. */
const ASKABLE = ['totp', 'email', 'sms'] as const satisfies readonly FactorKind[]

export const PROVENANCES = ['open', 'contact', 'bind-code', 'operator', 'import', 'factor'] as const

const isHandedOut = (input: unknown): boolean =>
  typeof input === 'string' && operatorCodeKindOf(input) !== undefined

export const factor = z.enum(ASKABLE, {
  error: ({ input }) => {
    if (isHandedOut(input)) return 'is handed out by operators, and is no factor'
    const isKnown = FACTOR_KINDS.some((kind) => kind === input)
    return isKnown ? 'cannot be enabled in this release' : 'is not a factor'
  },
})

export const factors = z
  .array(factor)
  .min(1)
  .max(FACTOR_KINDS.length)
  .refine(distinct, { error: 'names a factor twice', params: { wanted: 'each factor once' } })
  .default(['totp', 'email'])
  .meta({
    description: 'What people may be asked for, in the order in which it is offered.',
    example: ['totp', 'email'],
  })

export const firstEnrolment = z
  .enum(['contact', 'bindCode', 'open'])
  .default('contact')
  .describe(
    'What a person without any factor must prove before enrolling one: `contact` sends a code to the address that the directory knows, or to the phone where there is no address; `bindCode` asks for a code that an operator makes with `sallyport user bind-code` and hands over; `open` asks nothing, so that a stolen password is enough to enrol.',
  )

export const sendAtOnce = z
  .boolean()
  .default(false)
  .describe(
    'Whether a code is sent as soon as the sign-in begins, to whom it is the only way and has one contact for it. Otherwise nothing is sent before somebody chooses.',
  )

const RESERVED: readonly string[] = ['exempt', 'delegated']

/** What operators hand out is no factor of the person's: a bypass code is worth the first rung, whatever that names. */
const RUNG_KINDS = FACTOR_KINDS.filter((kind) => operatorCodeKindOf(kind) === undefined)
const rungError = ({ input }: { readonly input?: unknown }) =>
  isHandedOut(input) ? 'is handed out by operators, and stands on no rung' : 'is not a factor'

const rung = z.strictObject({
  value: text('an acr value without spaces', /^[\x21-\x7e]{1,100}$/)
    .refine((value) => !RESERVED.includes(value), {
      error: 'is reserved for those who are not asked',
      params: { wanted: 'any other value' },
    })
    .describe('The `acr` that clients ask for and receive.'),
  factors: z
    .array(z.enum(RUNG_KINDS, { error: rungError }))
    .min(1)
    .describe('Each of these meets it.'),
  enrolledBy: z
    .array(z.enum(PROVENANCES))
    .min(1)
    .optional()
    .describe(
      'How the factor must have come to be. An address in a directory counts as `operator`, whoever asks for the code; `contact` is an OTP app that was enrolled with a code sent there. Without it: in any way on the first rung; `bind-code`, `operator`, `import` or `factor` above it.',
    ),
})

const PROVEN = ['bind-code', 'operator', 'import', 'factor'] as const

/** What a rung at this place asks for; null: nothing. */
export const enrolledByOf = (
  { enrolledBy }: { readonly enrolledBy?: readonly string[] | undefined },
  index: number,
): readonly string[] | null => enrolledBy ?? (index === 0 ? null : PROVEN)

export const acr = z
  .array(rung)
  .min(1)
  .max(20)
  .default([
    { value: 'mfa', factors: ['email', 'sms', 'dingtalk', 'totp', 'recovery-code', 'webauthn'] },
    { value: 'mfa-app', factors: ['totp', 'webauthn'] },
    { value: 'phr', factors: ['webauthn'] },
  ])
  .meta({
    description:
      'The ladder of assurance, weakest rung first. A rung that no enabled factor can meet is not advertised.',
    example: [
      { value: 'mfa', factors: ['email', 'totp'] },
      { value: 'mfa-app', factors: ['totp'], enrolledBy: ['operator', 'import'] },
    ],
  })

export const stepUp = z
  .strictObject({
    lifetimeSeconds: z.int().min(60).max(900).default(600).describe('How long a person has.'),
    attemptsMax: z.int().min(1).max(5).default(5).describe('Answers per challenge.'),
    codeDigits: z
      .union([z.literal(6), z.literal(8)])
      .default(6)
      .meta({ wanted: '6 or 8', description: 'Digits of a code that is sent.' }),
    codeSeconds: z
      .int()
      .min(120)
      .max(600)
      .default(300)
      .describe('How long a code that was sent is good, unless the sign-in ends sooner.'),
  })
  .prefault({})
  .meta({
    description: 'Bounds of one sign-in.',
    example: { lifetimeSeconds: 600, codeDigits: 6 },
  })
