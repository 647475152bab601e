import { z } from 'zod'
import { DAYS } from '../../kernel/index.ts'
import { factor } from './assurance.ts'
import { anyText, distinct, isRecord, network, refuse, text } from './parts.ts'
import { trustHours } from './trust.ts'

const TIME = /^([01][0-9]|2[0-3]):([0-5][0-9])$/

const time = text('a time such as 08:30', TIME).transform((written) => {
  const [hours = '0', minutes = '0'] = written.split(':')
  return Number(hours) * 60 + Number(minutes)
})

const window = z.strictObject({
  days: z
    .array(z.enum(DAYS))
    .min(1)
    .refine(distinct, { error: 'names a day twice', params: { wanted: 'each day once' } })
    .default([...DAYS])
    .describe('On which days it begins.'),
  from: time.describe('In `timeZone`.'),
  to: time.describe('Up to here. At or before `from` it is on the next day.'),
})

const some = (wanted: string) =>
  z
    .array(anyText(wanted, 1000))
    .min(1)
    .max(100)
    .refine(distinct, { error: 'names one twice', params: { wanted: 'each once' } })
    .optional()

const rule = z
  .strictObject({
    name: anyText('a name that tells it from the others', 100).describe(
      'For `explain` and the audit.',
    ),
    clients: some('the id of a client').describe('At one of these.'),
    directories: some('the name of a directory').describe('Kept in one of these.'),
    groups: some('a group as the directory names it, with `groups` on there').describe(
      'In one of these, by DN. Nested groups count where the directory has `groups: nested`.',
    ),
    networks: z
      .array(network)
      .min(1)
      .max(100)
      .optional()
      .describe('From one of these, as the browser is seen behind `listen.trustedProxies`.'),
    time: window.optional().describe('While it lasts.'),
    then: z
      .enum(['require', 'exempt', 'deny'])
      .describe(
        '`require` asks; `exempt` lets pass, and the token says so; `deny` refuses, whatever else is set.',
      ),
    factors: z
      .array(factor)
      .min(1)
      .refine(distinct, { error: 'names a factor twice', params: { wanted: 'each factor once' } })
      .optional()
      .describe('Instead of those of `factors`, in this order.'),
    acr: anyText('a value of the ladder').optional().describe('At least this rung of `acr`.'),
    trustHours: trustHours.optional().describe('Instead of `trust.hours`; `0h` asks every time.'),
  })
  .superRefine(checkThen, { when: ({ value }) => isRecord(value) })

/** Judged on whatever was written. */
function checkThen(written: Partial<Record<string, unknown>>, context: z.RefinementCtx): void {
  if (written['then'] === 'require' || written['then'] === undefined) return
  for (const key of ['factors', 'acr', 'trustHours'])
    if (written[key] !== undefined)
      refuse(
        context,
        { says: 'says what is asked where nothing is', wanted: 'then: require, or no such key' },
        [key],
      )
}

export const rules = z
  .array(rule)
  .max(1000)
  .default([])
  .meta({
    description:
      'Who is asked, and with what, where it is not as `enabled`, `factors` and `acr` say. They are looked at in their order, and the first of which every condition holds is the only one that counts; a condition that is left out always holds. A person’s own settings (`sallyport user set`) go before `require` and `exempt`, never before `deny`.',
    example: [
      {
        name: 'no admin from outside',
        clients: ['admin'],
        networks: ['10.0.0.0/8'],
        then: 'require',
        acr: 'mfa-app',
      },
      { name: 'no other admin', clients: ['admin'], then: 'deny' },
      {
        name: 'the branch by day',
        networks: ['192.0.2.0/24'],
        time: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' },
        then: 'exempt',
      },
    ],
  })

export const enabled = z
  .boolean()
  .default(true)
  .describe(
    'Whether people are asked of whom no rule and no setting of their own speaks. `false`: they pass, and the token says `acr: exempt`.',
  )
