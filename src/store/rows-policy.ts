import { z } from 'zod'
import { DAYS, instantOf, LOCALES } from '../kernel/index.ts'
import type {
  AppliedPolicy,
  OwnSettings,
  PersonSettings,
  PolicySettings,
  Rule,
} from '../policy/index.ts'
import { idIn } from './rows.ts'
import { binding, count, factor, instant, parsed, text, texts } from './rows-parts.ts'

const personSettings: z.ZodType<PersonSettings> = z.strictObject({
  status: z.enum(['global', 'enabled', 'disabled']),
  factors: z.array(factor).nullable(),
  language: z.enum(LOCALES).nullable(),
  trustHours: count.nullable().default(null),
})
const rule: z.ZodType<Rule> = z.strictObject({
  name: text,
  clients: texts.nullable(),
  directories: texts.nullable(),
  groups: texts.nullable(),
  networks: texts.nullable(),
  time: z.strictObject({ days: z.array(z.enum(DAYS)), from: count, to: count }).nullable(),
  then: z.enum(['require', 'exempt', 'deny']),
  factors: z.array(factor).nullable(),
  acr: text.nullable(),
  trustHours: count.nullable().default(null),
})
const policySettings: z.ZodType<PolicySettings> = z.strictObject({
  enabled: z.boolean(),
  factors: z.array(factor),
  firstEnrolment: z.enum(['contact', 'bindCode', 'open']),
  // Applied by a release that knew of no such thing.
  sendAtOnce: z.boolean().default(false),
  language: z.enum(LOCALES),
  acr: z.array(
    z.strictObject({ value: text, factors: z.array(factor), enrolledBy: texts.nullable() }),
  ),
  rules: z.array(rule),
  trustHours: count.default(0),
  // Applied by a release that had it in the configuration alone: the narrowest.
  trustBinding: binding.default('ip+device'),
  trustSince: instant.nullable().default(null),
})

const personSettingsIn = (json: string): PersonSettings =>
  parsed('settings of a person', personSettings, json)
const policySettingsIn = (json: string): PolicySettings => parsed('a policy', policySettings, json)

type PolicyRow = {
  readonly version: number
  readonly document: string | null
  readonly applied_at: number | null
}

/** No row: nothing was ever changed. */
export function appliedPolicyIn(row: PolicyRow | undefined): AppliedPolicy {
  return {
    version: row?.version ?? 0,
    settings: row?.document == null ? null : policySettingsIn(row.document),
    appliedAt: row?.applied_at == null ? null : instantOf(row.applied_at),
  }
}

export function ownSettingsIn(row: {
  readonly account: string
  readonly directory: string
  readonly username: string | null
  readonly settings: string
}): OwnSettings {
  const { account, directory, username, settings } = row
  return {
    ...{ account: idIn('account', account), directory, username },
    settings: personSettingsIn(settings),
  }
}

export const settingsIn = (json: string | null | undefined) =>
  json == null ? null : personSettingsIn(json)
