import { z } from 'zod'
import { distinct, isRecord, refuse } from './parts.ts'

/** NIST SP 800-63B-4 3.2.2: as many failures in a row at most of one account with one authenticator. */
export const FAILURES_IN_A_ROW_MAX = 100

/** Of the n-th; the last one repeats. */
const waits = (from: number, to: number) => z.array(z.int().min(from).max(to)).min(1).max(10)

export const locks = z
  .strictObject({
    every: z
      .int()
      .min(3)
      .max(20)
      .default(10)
      .describe('Wrong answers in a row, to one factor in one lane, after which it pauses.'),
    seconds: waits(60, 86_400)
      .default([900, 1800, 3600, 7200])
      .describe('How long the first pause lasts, the second and so on; the last one repeats.'),
    cap: z
      .int()
      .min(5)
      .max(FAILURES_IN_A_ROW_MAX)
      .default(50)
      .describe(
        'Wrong answers in a row after which the factor stays off until an operator unlocks it. Counted apart for what is signed and for what nobody signed, and beside five known browsers with `own` each; together at most 100 (NIST SP 800-63B-4, 3.2.2), so with `own: 10` it is 50, and 25 where a client takes unsigned requests.',
      ),
    own: z
      .int()
      .min(3)
      .max(10)
      .default(10)
      .describe(
        'Of the cap, how many wrong answers a browser in which the person succeeded within 90 days keeps to itself, so that nobody else can lock them out there.',
      ),
    answersMax: z
      .int()
      .min(5)
      .max(100)
      .default(30)
      .describe('Answers to one sign-in, those that are no code included.'),
    replansMax: z
      .int()
      .min(1)
      .max(20)
      .default(5)
      .describe('How often Try again looks anew at one sign-in.'),
  })
  .superRefine(
    ({ every, cap }, context) => {
      if (typeof every === 'number' && typeof cap === 'number' && every > cap)
        refuse(
          context,
          { says: 'is above cap', wanted: `at most cap, which is ${cap}: a pause comes before it` },
          ['every'],
        )
    },
    { when: ({ value }) => isRecord(value) },
  )
  .prefault({})
  .meta({
    description:
      'What wrong answers lead to. No number turns it off; what they come to for a thief is in [threat-model.md](threat-model.md#how-many-guesses).',
    example: { every: 10, seconds: [900, 1800, 3600, 7200], cap: 50 },
  })

export const notices = z
  .strictObject({
    channels: z
      .array(z.enum(['email', 'sms']))
      .refine(distinct, { error: 'names a channel twice', params: { wanted: 'each channel once' } })
      .default(['email', 'sms'])
      .describe('What people are told by, of what `channels` has. `[]`: nobody is told.'),
    perDayMax: z
      .int()
      .min(1)
      .max(50)
      .default(5)
      .describe(
        'At most so many to a person in a day; as many again of what whoever proved to be them did, and of what operators did.',
      ),
    unsignedPerDayMax: z
      .int()
      .min(1)
      .max(10)
      .default(1)
      .describe(
        'The same for what nobody signed: a stranger may bring it about, so that it goes by email alone.',
      ),
  })
  .prefault({})
  .meta({
    description:
      'How people are told that a factor was locked, that codes were sent in vain, or that how they sign in was changed.',
    example: { channels: ['email', 'sms'], perDayMax: 5, unsignedPerDayMax: 1 },
  })

export const sends = z
  .strictObject({
    coolDownSeconds: waits(10, 3600)
      .default([30, 60, 120])
      .describe('Between the first message and the second, and so on; the last one repeats.'),
    windowSeconds: z
      .int()
      .min(600)
      .max(86_400)
      .default(3600)
      .describe('In which the messages of a person over one channel are counted.'),
    signedMax: z
      .int()
      .min(1)
      .max(20)
      .default(5)
      .describe('Messages in a window that no code of was answered right, as signed for.'),
    unsignedMax: z
      .int()
      .min(1)
      .max(20)
      .default(2)
      .describe('The same for what nobody signed: who asks may be a stranger.'),
  })
  .superRefine(
    ({ signedMax, unsignedMax }, context) => {
      if (
        typeof signedMax === 'number' &&
        typeof unsignedMax === 'number' &&
        unsignedMax > signedMax
      )
        refuse(
          context,
          { says: 'is above signedMax', wanted: `at most signedMax, which is ${signedMax}` },
          ['unsignedMax'],
        )
    },
    { when: ({ value }) => isRecord(value) },
  )
  .prefault({})
  .meta({
    description:
      'How many codes are sent to a person. A code that is answered right makes the budget fresh.',
    example: { coolDownSeconds: [30, 60, 120], signedMax: 5, unsignedMax: 2 },
  })
